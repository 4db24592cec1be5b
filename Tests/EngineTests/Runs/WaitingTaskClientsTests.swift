import BureauDomain
import BureauSandbox
import BureauStorage
import Crypto
import Foundation
import Testing

@testable import BureauEngine
@testable import BureauVendors

/// Cards of many clients in one list or project, which come by webhook and find every slot taken.
@Suite("A thousand cards of one client do not stand before another's one")
struct WaitingTaskClientsTests {
    private static let cards = 1_000, slots = 4

    @Test("ClickUp: the list tells whose they are, within two rounds of dispatch")
    func clickUp() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), parts = try bench.parts(standIns.connections)
            let clickUp = try #require(standIns.connections.clickUp)
            try standIns.fault("clickup", "webhook.deliver", times: 10_000, .drop)
            for _ in 0..<Self.cards { try await Self.arrives(try await Self.card("acme", clickUp), bench) }
            let taken = try await Self.claim(bench)
            #expect(taken.count == Self.slots, "the slots are taken before anybody has looked at the list")
            let one = try await Self.arrives(try await Self.card("borealis", clickUp), bench)
            let nobodys = try await Self.arrives(try await Self.card(nil, clickUp), bench)
            bench.clock.advance(milliseconds: 2_000)

            var seen: [String: WaitingTaskClients.Seen] = [:]
            let calls = standIns.listPages
            #expect(try await WaitingTaskClients(parts: parts).look(&seen) == Self.cards - Self.slots + 1)
            #expect(standIns.listPages - calls == 11, "a hundred cards a request")
            #expect(try await bench.find(one).clientSlug == "borealis")
            #expect(try await bench.find(taken[0].id).clientSlug == nil, "what is taken is told by its assessment")
            #expect(try await bench.find(nobodys).clientSlug == nil)
            #expect(try await Self.rounds(bench, taken, until: [one, nobodys]) <= 2)
            #expect(try await WaitingTaskClients(parts: parts).look(&seen) == 0)
            #expect(standIns.listPages - calls == 11, "cards that name nobody are not asked about again")
        }
    }

    @Test("Asana: the look at the task tells whose it is before there is a run")
    func asana() async throws {
        let agent = AsanaHouse.agent("jessie", skill: #", "client_field": "Skill""#)
        let house = try await AsanaHouse(["jessie": agent]), hook = try await house.register()
        for slug in ["acme", "borealis"] {
            let record = try #require(
                ClientRecord.load(Array(#"{"slug": "\#(slug)", "name": "\#(slug)"}"#.utf8), fileName: "test").client)
            try await house.bench.database.write { try ClientStore(db: $0).save(record, now: 1) }
        }
        for start in stride(from: 0, to: Self.cards, by: 100) {
            let tasks = (start..<start + 100).map { String(1_000 + $0) }
            house.asana.state.withLock { state in
                for task in tasks { state.tasks[task] = AsanaProject.Task(skill: "acme") }
            }
            _ = await house.send(tasks.map { AsanaProject.event(.assigned, $0, at: 900) }, hook)
        }
        while try await house.look() > 0 {}
        let taken = try await Self.claim(house.bench)
        house.asana.state.withLock { $0.tasks["9999"] = AsanaProject.Task(skill: "borealis") }
        _ = await house.send([AsanaProject.event(.assigned, "9999", at: 900)], hook)
        try await house.look()
        let one = try #require(
            try await house.bench.database.engine.query("SELECT id FROM run WHERE task_id = '9999'").first?.text("id"))
        #expect(try await Self.rounds(house.bench, taken, until: [one]) <= 2)
    }

    @Test("A list that is all one client's is known from the agent's file, by webhook and by sweep")
    func wholeList() async throws {
        let agent = Agents.sentinel.replacingOccurrences(
            of: #""trigger_status": "Ready (Automate)""#,
            with: #""trigger_status": "Ready (Automate)", "client": "acme""#)
        let bench = try await Bench(agents: ["sentinel.json": agent])
        let before = try await Self.arrives("86a1", bench)
        let record = try #require(
            ClientRecord.load(Array(#"{"slug": "acme", "name": "Acme"}"#.utf8), fileName: "test").client)
        try await bench.database.write { try ClientStore(db: $0).save(record, now: 1) }
        let after = try await bench.find(try await Self.arrives("86a2", bench))
        #expect(try await bench.find(before).clientSlug == nil, "a client nobody has made is none")
        #expect(after.clientSlug == "acme" && after.clientName == "Acme")
    }

    // MARK: parts

    /// Rounds of dispatch until all of `ids` have had their turn; a round ends what is in work and fills the slots.
    private static func rounds(_ bench: Bench, _ taken: [RunRecord], until ids: [String]) async throws -> Int {
        var (working, left, rounds) = (taken, Set(ids), 0)
        while !left.isEmpty, rounds < 20 {
            rounds += 1
            for run in working {
                try await bench.move(run.id, .foundIneligible(RunCause(.notEligible, "It is over.")))
            }
            working = try await claim(bench)
            left.subtract(working.map(\.id))
        }
        return rounds
    }

    private static func claim(_ bench: Bench) async throws -> [RunRecord] {
        let now = bench.clock.now
        return try await bench.database.write {
            try RunClaim(db: $0, rules: QueueRules(runsInFlightMax: slots), owner: "w", now: now).claim(limit: slots)
        }
    }

    private static func card(_ client: String?, _ clickUp: ClickUpClient) async throws -> String {
        struct Value: Encodable { let id: String, value: String }
        struct Body: Encodable {
            let name: String, status: String, fields: [Value]
            enum CodingKeys: String, CodingKey { case name, status, fields = "custom_fields" }
        }
        let fields = client.map { [Value(id: "f1e1d000-0000-4000-8000-000000000001", value: $0)] } ?? []
        let body = Body(name: "Audit", status: "ready (automate)", fields: fields)
        let request = try clickUp.request("POST task", .post, ["list", Agents.list, "task"], json: body)
        return try await clickUp.call(request, as: ClickUpTask.self, "task").id
    }

    @discardableResult
    private static func arrives(_ task: String, _ bench: Bench) async throws -> String {
        let body =
            #"{"event":"taskStatusUpdated","task_id":"\#(task)","webhook_id":"w1","history_items":[{"id":"\#(task)","field":"status","parent_id":"\#(Agents.list)","user":{"id":8001},"after":{"status":"ready (automate)"}}]}"#
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data(body.utf8), using: SymmetricKey(data: Data("webhook-secret".utf8)))
        let intake = WebhookIntake(
            database: bench.database, catalog: bench.catalog, secret: Secret("webhook-secret"),
            doors: bench.clock.doors, logger: bench.logger, counters: bench.counters, wake: {})
        _ = await intake.accept(
            .init(agent: "sentinel", signature: Hex.text(mac), body: Data(body.utf8), remoteAddress: "198.51.100.4"))
        bench.clock.advance(milliseconds: 1)
        return try #require(
            try await bench.database.engine.query("SELECT id FROM run WHERE task_id = ?", [task]).first?.text("id"))
    }
}

extension StandIns {
    /// Pages of lists that ClickUp was asked for.
    fileprivate var listPages: Int { sandbox.log.count("clickup", "list.tasks") }
}
