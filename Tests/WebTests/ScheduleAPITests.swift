import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("Schedules over the API")
struct ScheduleAPITests {
    private static let triggers = #"""
        {"manual_cli": {"enabled": true}, "clickup_webhook": {"enabled": false},
         "cron": [{"enabled": true, "name": "day", "when": "daily at 06:00", "clients": ["acme", "plunkett"]},
                  {"enabled": false, "name": "night", "when": "daily at 23:00", "clients": "all_ready"}]}
        """#
    private static let day = "/api/v1/schedules/sentinel/day"

    /// The example agent with two schedules, and the clients of the first.
    static func run(_ body: @escaping @Sendable (Served) async throws -> Void) async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let agent = try #require(server.house.catalog.agent("sentinel"))
            var object = try JSONValue.parse(Array(agent.canonical.utf8)).object ?? JSONObject()
            object["triggers"] = try JSONValue.parse(Array(triggers.utf8))
            try JSONValue.object(object).pretty.write(
                to: URL(filePath: server.database.path).deletingLastPathComponent().appending(path: "sentinel.json"),
                atomically: true, encoding: .utf8)
            try await server.house.catalog.refresh()
            try await body(server)
        }
    }

    @Test("They are listed, looked at one by one, and told ahead of time")
    func looking() async throws {
        try await Self.run { server in
            let otto = try await Program.of(server, "otto", .operator)
            let all = try await otto.json("/api/v1/schedules?agent=sentinel")["items"]?.array ?? []
            #expect(all.compactMap { $0["name"]?.string } == ["day", "night"])
            #expect(all.compactMap { $0["enabled"]?.bool } == [true, false])
            #expect(all.first?["next_at"]?.string != nil && all.last?["next_at"] == .null)
            #expect(try await otto.json("/api/v1/schedules")["items"]?.array == all)
            #expect(try await otto.json(Self.day) == all.first)
            let ahead = try await otto.json(Self.day + "/preview")["items"]?.array ?? []
            #expect(ahead.compactMap { $0["times"]?.array?.count } == [ScheduleDesk.previewTimes])
            for path in ["?agent=nobody", "/sentinel/dusk", "/nobody/day", "/sentinel/dusk/preview"] {
                #expect(try await otto.send(.get, "/api/v1/schedules" + path).status == 404, "\(path)")
            }
        }
    }

    @Test("A pause and what ends it are noted, once each, and a newer state is not overwritten")
    func pause() async throws {
        try await Self.run { server in
            let otto = try await Program.of(server, "otto", .operator)
            let tag = try #require(try await otto.send(.get, Self.day).headers["etag"])
            let paused = try await otto.send(.post, Self.day + "/pause", "{}", ["If-Match": tag])
            #expect(paused.status == 200 && paused.document["paused_by"]?.string == "otto", "\(paused.text)")
            #expect(try await otto.send(.post, Self.day + "/pause", "{}", ["If-Match": tag]).status == 412)
            let resumed = try await otto.send(.post, Self.day + "/resume")
            #expect(resumed.status == 200 && resumed.document["paused_at"] == .null)
            let noted = try await server.house.audit.list(subject: "schedule sentinel/day")
            #expect(noted.map(\.action) == ["schedule resumed", "schedule paused"])
            #expect(try await otto.send(.post, "/api/v1/schedules/sentinel/dusk/pause").status == 404)
        }
    }

    @Test("Its runs are started now, once for each key")
    func byHand() async throws {
        try await Self.run { server in
            let otto = try await Program.of(server, "otto", .operator), key = ["Idempotency-Key": "schedule-0001"]
            let first = try await otto.send(.post, Self.day + "/run", "{}", key)
            #expect(first.status == 201, "\(first.text)")
            let clients = (first.document["items"]?.array ?? []).compactMap { $0["client"]?.string }
            #expect(clients.sorted() == ["acme", "plunkett"])
            #expect(try await otto.send(.post, Self.day + "/run", "{}", key).document == first.document)
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 2)
        }
    }

    @Test("Who sees some clients reads of those alone, and changes nothing that is for others too")
    func narrow() async throws {
        try await Self.run { server in
            let ana = try await Program.of(server, "ana", .operator, clients: ["acme"])
            #expect(try await ana.json(Self.day)["clients"]?.array == [.string("acme")])
            let ahead = try await ana.json(Self.day + "/preview")["items"]?.array ?? []
            #expect(ahead.compactMap { $0["clients"]?.array }.flatMap(\.self) == [.string("acme")])
            for verb in ["pause", "resume", "run"] {
                #expect(try await ana.send(.post, Self.day + "/\(verb)").status == 403, "\(verb)")
            }
            #expect(try await server.house.runs.list(RunListing(visible: nil)).isEmpty)
        }
    }
}
