import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The agents' pages")
struct AgentPageTests {
    @Test("The list says how an agent has done lately, and a start what it is likely to take")
    func figures() async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let clock = server.house.doors.now()
            // Ended in 10, 20 and 50 seconds, for 1, 2 and 3 dollars; one failed, another client's.
            let runs: [(String, String, Int64, Int64)] = [
                ("acme", "done", 10, 1), ("acme", "done", 20, 2), ("acme", "done", 50, 3), ("plunkett", "failed", 5, 1),
            ]
            for (index, (client, state, seconds, dollars)) in runs.enumerated() {
                let id = ULID.make(milliseconds: clock - Int64(index) * 1_000, randomness: (UInt64(index), 0))
                try await ReportSeed(
                    id: "01KAREP000000000000000000\(index)", run: id, client: client, state: "draft", runState: state
                ).put(into: server)
                try await server.database.write {
                    _ = try $0.execute(
                        "UPDATE run SET started_at = ?, ended_at = ?, spent_micro_usd = ? WHERE id = ?",
                        [clock - seconds * 1_000, clock, dollars * 1_000_000, id])
                }
            }
            let all = try await Browser.signedIn(server, "otto", .operator)
            let list = try await all.get("/agents/").text
            for words in ["75 % of 4", "20s", "$2.00", "1 failed"] { #expect(list.contains(words), "\(words)") }
            let start = try await all.get("/runs/new?agent=sentinel").text
            #expect(start.contains("likely to take 20s and to cost $2.00: the middle of the last 3 runs"))
            let ana = try await Browser.signedIn(server, "ana", .operator, clients: ["acme"])
            let own = try await ana.get("/agents/").text
            #expect(own.contains("100 % of 3") && !own.contains("1 failed"))
        }
    }

    @Test("A test run is a real run for the client that does not exist; only who may start runs may start one")
    func testRun() async throws {
        try await Served.run(hasAgents: true) { server in
            let otto = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await otto.get("/agents/sentinel/").text.contains(SyntheticClient.name))
            let begun = try await otto.post("/agents/sentinel/test", "confirmed=yes")
            let id = try #require(begun.headers["location"]?.split(separator: "/").last.map(String.init))
            let run = try await server.house.runs.find(id)
            #expect((run.agent, run.clientName, run.clientSlug) == ("sentinel", SyntheticClient.name, nil))
            #expect(run.payload?.contains(#""client_id":"northlake-detailing-test""#) == true)
            #expect(run.requestedBy == "web otto, a test")
            #expect(try await otto.post("/agents/nobody/test").status == 404)
            let viewer = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await viewer.post("/agents/sentinel/test").status == 403)
            #expect(try await !viewer.get("/agents/sentinel/").text.contains("/agents/sentinel/test"))
        }
    }

    private static let middles: [([Int64], Int64?)] = [
        ([], nil), ([7], 7), ([9, 1], 1), ([3, 1, 2], 2), ([4, 1, 3, 2], 2),
    ]

    @Test(
        "The middle is a value that was there; of two, the lower one",
        arguments: middles)
    func middle(values: [Int64], expected: Int64?) { #expect(AgentFigures.middle(values) == expected) }
}
