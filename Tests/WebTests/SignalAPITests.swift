import BureauDomain
import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("Deliveries taken in once more over the API")
struct SignalAPITests {
    private static let moved = """
        {"event":"taskStatusUpdated","webhook_id":"w-1","task_id":"86a1","history_items":[{"id":"h-1","date":"1790000000000",
        "field":"status","parent_id":"901100000001","user":{"id":8001},"before":{"status":"open"},
        "after":{"status":"ready (automate)"}}]}
        """

    private static func arrive(_ server: Served, isSigned: Bool = true) async throws -> SignalRecord {
        let headers = isSigned ? ["X-Signature": Served.sign(moved)] : [:]
        _ = try await server.send(.post, "/webhook/sentinel", headers, body: moved)
        return try #require(try await server.signals().first)
    }

    @Test("One is shown with what was sent, and taken in once more it makes no second run")
    func replay() async throws {
        try await Served.run(hasAgents: true) { server in
            let signal = try await Self.arrive(server), erin = try await Program.of(server, "erin", .engineer)
            let path = "/api/v1/signals/\(signal.id)", shown = try await erin.json(path)
            #expect(shown["source"]?.string == "clickup" && shown["delivery_key"]?.string == signal.deliveryKey)
            #expect(shown["body"]?.string?.contains("86a1") == true)
            let key = ["Idempotency-Key": "replay-0001"]
            let answer = try await erin.send(.post, path + "/replay", "{}", key)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.document["signal"]?.string == signal.id && answer.document["verdict"]?.string != nil)
            #expect(try await erin.send(.post, path + "/replay", "{}", key).document == answer.document)
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 1)
            let noted = try await server.house.audit.list(subject: "signal \(signal.id)")
            #expect(noted.map(\.action) == ["webhook replayed"] && noted.first?.actor.name == "erin")
        }
    }

    @Test("A refused one is shown without its bytes and not taken in")
    func refused() async throws {
        try await Served.run { server in
            let signal = try await Self.arrive(server, isSigned: false)
            let erin = try await Program.of(server, "erin", .engineer), path = "/api/v1/signals/\(signal.id)"
            #expect(try await erin.json(path)["body"] == .null)
            let answer = try await erin.send(.post, path + "/replay")
            #expect(answer.status == 422 && answer.document["fix"]?.string != nil)
            #expect(try await server.signals().count == 1)
        }
    }

    @Test("One about another client's run is not found")
    func foreign() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let signal = try await Self.arrive(server), run = try #require(signal.runID)
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET client_slug = 'plunkett' WHERE id = ?", [run])
            }
            let ana = try await Program.of(server, "ana", .engineer, clients: ["acme"])
            #expect(try await ana.send(.get, "/api/v1/signals/\(signal.id)").status == 404)
            #expect(try await ana.send(.post, "/api/v1/signals/\(signal.id)/replay").status == 404)
        }
    }
}
