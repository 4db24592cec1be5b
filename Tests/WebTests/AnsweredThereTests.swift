import BureauDomain
import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("What the service had been answered already, over the API")
struct AnsweredThereTests {
    private static let run = "01KARVN0000000000000000001"

    /// The confirmation as it is settled where the session had the contrary already.
    private static func answer(_ approval: String, _ word: String, on server: Served) async throws {
        _ = try await server.database.write { db in
            try db.execute(
                """
                INSERT INTO step (id, run_id, purpose, channel, kind, subject, position, state, intent, receipt,
                    created_at, due_at)
                VALUES ('01KASTEP000000000000000001', ?, 'session', 'anthropic', 'confirmation', ?, 0, 'done', '{}', ?,
                    1, 1)
                """, [run, "evt_\(approval)", #"{"call":"evt_1","answered":"\#(word)"}"#])
        }
    }

    @Test("A program reads which answer stands wherever it reads the question, and null where there is no other")
    func told() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            try await ReportSeed(runState: "waiting_approval").put(into: server)
            let contrary = try await server.ask(Self.run, text: "Half price", state: "expired")
            let plain = try await server.ask(Self.run, text: "Full price", state: "expired")
            try await Self.answer(contrary, "allowed", on: server)
            let vera = try await Program.of(server, "vera", .viewer)
            let one = try await vera.json("/api/v1/approvals/\(contrary)")
            #expect(one["answered_there"]?.string == "allowed" && one["status"]?.string == "expired")
            #expect(try await vera.json("/api/v1/approvals/\(plain)")["answered_there"] == .null)
            let list = try await vera.json("/api/v1/approvals?status=all")["items"]?.array ?? []
            let ofRun = try await vera.json("/api/v1/runs/\(Self.run)")["approvals"]?.array ?? []
            for found in [list, ofRun] {
                #expect(found.count == 2)
                #expect(found.first { $0["id"]?.string == contrary }?["answered_there"]?.string == "allowed")
                #expect(found.first { $0["id"]?.string == plain }?["answered_there"] == .null)
            }
        }
    }
}
