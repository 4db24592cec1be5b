import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The stream of a run's page")
struct RunStreamTests {
    private static let run = "01KARVN0000000000000000001"

    @Test("It keeps nobody signed in, and with once tells what there is and ends")
    func unattended() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            func seenAt() async throws -> Int64? {
                try await server.database.query("SELECT seen_at FROM web_session", []).first?.integer("seen_at")
            }
            _ = try await server.database.write {
                try $0.execute("UPDATE web_session SET seen_at = seen_at - 3600000", [])
                try $0.execute(
                    "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, 1, 1, 'note', 'omega')",
                    [Self.run])
            }
            let before = try await seenAt()
            let told = try await browser.get("/runs/\(Self.run)/stream?once=yes&from=0.0")
            #expect(told.status == 200 && told.text.contains("omega") && told.text.contains("id: 1.0"))
            #expect(try await browser.get("/runs/\(Self.run)/stream?once=yes&from=1.0").text.hasSuffix(": hello\n\n"))
            #expect(try await seenAt() == before)
            _ = try await browser.get("/runs/\(Self.run)/")
            #expect(try await seenAt() != before)
        }
    }

    private static let paths = ["/stream", "/runs/\(run)/stream"]

    @Test("One person's streams are counted; the one too many is told what to do", arguments: paths)
    func bound(path: String) async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            var readers: [LiveReader] = []
            for _ in 0..<LiveStreams.streamsPerPersonMax {
                var reader = LiveReader(port: server.port, path: path, headers: browser.cookie)
                #expect(await reader.next() != nil)
                readers.append(reader)
            }
            let refused = try await browser.get(path)
            #expect(refused.status == 503 && refused.headers["retry-after"] == "10")
            #expect(refused.headers["content-type"] == "application/problem+json")
            #expect(refused.text.contains("Close some of the tabs") && refused.text.contains("?once=yes"))
            #expect(try await browser.get(path + "?once=yes").status == 200, "what asks once holds nothing open")
            let other = try await Browser.signedIn(server, "ben", .viewer)
            var reader = LiveReader(port: server.port, path: path, headers: other.cookie)
            #expect(await reader.next() != nil, "others are not kept out")
            #expect(readers.count == LiveStreams.streamsPerPersonMax)
        }
    }
}
