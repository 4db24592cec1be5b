import BureauDomain
import BureauSandbox
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("Clients before a run")
struct ArchivedClientTests {
    private static let payload = #"{"client_id":"shamrock","client_name":"Shamrock & Sons"}"#
    private static let tester = Actor(name: "test", surface: "test")

    private static func assess(_ bench: Bench, _ id: String) async throws {
        let hand = try #require(try await bench.claim("w", id))
        _ = try await AssessStage(parts: bench.parts()).run(hand)
        try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
    }

    @Test("A run for an archived client waits with the reason the pages give, and goes on when it is back")
    func archived() async throws {
        let bench = try await Bench()
        let desk = ClientDesk(database: bench.database, doors: bench.clock.doors)
        let client = try await desk.create("shamrock", name: "Shamrock & Sons", by: Self.tester)
        try await desk.archive("shamrock", true, reason: nil, by: Self.tester)
        let run = try await bench.run(payload: Self.payload)
        try await Self.assess(bench, run.id)
        let held = try await bench.find(run.id)
        let pages = AgentReadiness.judge(try bench.agent.config.payloadSource, client: client, isArchived: true)
        #expect(held.state == .needsInfo && held.cause?.code == .blocked)
        #expect(held.cause?.sentence.contains(try #require(pages.blockers.first)) == true)
        try await desk.archive("shamrock", false, reason: nil, by: Self.tester)
        _ = try await RunDesk(database: bench.database, doors: bench.clock.doors).recheck(run.id)
        try await Self.assess(bench, run.id)
        #expect(try await bench.find(run.id).state == .starting)
    }

    @Test("A client that was wrong on the task and is corrected there is the run's client from then on")
    func corrected() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), parts = try bench.parts(standIns.connections)
            let desk = ClientDesk(database: bench.database, doors: bench.clock.doors)
            for slug in ["former", "present"] { _ = try await desk.create(slug, name: slug, by: Self.tester) }
            try await desk.archive("former", true, reason: nil, by: Self.tester)
            let visitor = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)"), task = "86demoshm1"
            try await visitor.fillIn(task, field: "client_id", .string("former"))
            try await visitor.move(task, to: "ready (automate)")
            let run = try await bench.run(task: task, source: .webhook)
            func assess() async throws -> RunRecord {
                let hand = try #require(try await bench.claim("w", run.id))
                _ = try await AssessStage(parts: parts).run(hand)
                try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
                return try await bench.find(run.id)
            }
            let held = try await assess()
            #expect(held.state == .needsInfo && held.clientSlug == "former", "\(held.cause?.sentence ?? "")")
            try await visitor.fillIn(task, field: "client_id", .string("present"))
            _ = try await RunDesk(database: bench.database, doors: bench.clock.doors).recheck(run.id)
            let begun = try await assess()
            #expect(begun.state == .starting && begun.clientSlug == "present", "\(begun.cause?.sentence ?? "")")
        }
    }

    @Test("Every change is in the log with what was there before; changing nothing is not")
    func log() async throws {
        let bench = try await Bench()
        let desk = ClientDesk(database: bench.database, doors: bench.clock.doors)
        let made = try await desk.create("acme", name: "Acme", by: Self.tester)
        _ = try await desk.change("acme", [("business_phone", "1")], from: nil, by: Self.tester)
        _ = try await desk.change("acme", [("business_phone", "1")], from: nil, by: Self.tester)
        let now = try #require(try await desk.find("acme"))
        try await desk.keep(now, by: Self.tester)
        try await desk.keep(made, by: Self.tester)
        let entries = try await desk.activity("acme")
        #expect(entries.map(\.action) == ["client changed", "client changed", "client created"])
        #expect(entries[1].before == #"{"business_phone":null}"# && entries[1].after == #"{"business_phone":"1"}"#)
        #expect(entries[0].before?.contains(#""business_phone":"1""#) == true)
        await #expect(throws: ClientDesk.Refused.self) {
            _ = try await desk.change("acme", [("business_phone", "2")], from: "an older one", by: Self.tester)
        }
        #expect(try await desk.find("acme") == made)
    }
}
