import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("A note about a report")
struct ReportNoteTests {
    private static let report = "01KAREP0000000000000000001", run = "01KARVN0000000000000000001"

    private static func furnish(_ server: Served) async throws {
        try await ReportSeed().put(into: server)
        try await server.database.write {
            _ = try $0.execute("UPDATE run SET task_id = '86cfull01' WHERE id = ?", [Self.run])
        }
    }

    @Test("It is told on the task and kept in the run's history, and no round begins")
    func noted() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let ana = try await Browser.signedIn(server, "ana", .consultant)
            for path in ["/reports/\(Self.report)/", "/inbox/"] {
                #expect(try await ana.get(path).text.contains("action=\"/reports/\(Self.report)/note\""), "\(path)")
            }
            #expect(try await ana.post("/reports/\(Self.report)/note", "note=Sent+to+the+owner").status == 303)
            let run = try await server.house.runs.find(Self.run)
            #expect(run.state == .inReview && run.round == 1)
            let history = try await server.house.runs.events(Self.run)
            #expect(history.last?.kind == "note" && history.last?.detail == "ana: Sent to the owner")
            let steps = try await server.house.runs.steps(Self.run, purpose: .notice)
            #expect(steps.map(\.kind) == ["note"] && steps.map(\.channel) == [.clickUp])
            #expect(steps.first?.intent.contains("Sent to the owner") == true)
            let audit = try await server.house.audit.list(subject: "report \(Self.report)").map(\.action)
            #expect(audit == ["report noted"])
        }
    }

    @Test("Programs note too; nothing written, or too much, is refused at its field, and viewers may not")
    func refused() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let ana = try await Browser.signedIn(server, "ana", .consultant)
            let vera = try await Browser.signedIn(server, "vera", .viewer)
            let long = String(repeating: "x", count: RunDesk.noteCharactersMax + 1)
            for text in ["+%0A", long] {
                let answer = try await ana.post("/reports/\(Self.report)/note", "note=\(text)")
                #expect(answer.status == 422 && answer.text.contains("A note has words"))
            }
            #expect(try await vera.post("/reports/\(Self.report)/note", "note=x").status == 403)
            let robot = try await Program.of(server, "robot", .consultant)
            let place = "/api/v1/artifacts/\(Self.report)/note"
            #expect(try await robot.send(.post, place, #"{"text":""}"#).status == 400)
            for verb in ["note", "changes"] {
                let blank = try await robot.send(.post, "/api/v1/artifacts/\(Self.report)/\(verb)", #"{"text":" "}"#)
                #expect(blank.status == 422 && blank.text.contains("Send another text."), "\(verb): \(blank.text)")
            }
            #expect(try await server.house.runs.events(Self.run).isEmpty)
            #expect(try await robot.send(.post, place, #"{"text":"Read"}"#).status == 200)
            #expect(try await server.house.runs.events(Self.run).last?.detail == "robot: Read")
        }
    }
}
