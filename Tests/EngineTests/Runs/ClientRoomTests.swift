import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

/// Runs whose client is known only once somebody has read their task.
@Suite("A client's limit holds for runs whose client is learnt late")
struct ClientRoomTests {
    private struct Dice {
        var state: UInt64
        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % bound
        }
    }

    static let clients = ["one": 1, "two": 2, "three": 3]

    private static func add(_ bench: Bench, _ client: String, isKnown: Bool) async throws -> String {
        bench.clock.advance(milliseconds: 1)
        let new = NewRun(
            agent: "sentinel", agentVersion: "1", configHash: try bench.agent.hash, triggerSource: .webhook,
            requestedBy: "test", dedupeKey: bench.clock.doors.makeID(), clientSlug: isKnown ? client : nil)
        return try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new).id
    }

    /// What the assessment does with a run once it has read its task, in one commit.
    private static func assess(_ bench: Bench, _ run: RunRecord, _ client: String) async throws -> Bool {
        let lease = Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch)
        let transitions = RunTransitions(doors: bench.clock.doors)
        let payload = AssembledPayload(json: "{}", hash: "", clientSlug: client, clientName: client, taskURL: nil)
        return try await bench.database.write { db in
            if try ClientRoom(db: db).sendsBack(run, payload, lease) { return false }
            try RunStore(db: db).setPayload(lease, payload)
            try transitions.apply(.taken, to: run.id, lease: lease, in: db)
            return true
        }
    }

    @Test(
        "Whatever comes in whatever order, no client has more runs in work, and each run has its turn",
        arguments: 1...12)
    func holds(seed: Int) async throws {
        let bench = try await Bench()
        for (slug, limit) in Self.clients {
            let text = #"{"slug": "\#(slug)", "name": "\#(slug)", "max_concurrent_runs": \#(limit)}"#
            let record = try #require(ClientRecord.load(Array(text.utf8), fileName: "test").client)
            try await bench.database.write { try ClientStore(db: $0).save(record, now: 1) }
        }
        var dice = Dice(state: UInt64(seed)), clientOf: [String: String] = [:], begun: [String] = []
        var assessing: [RunRecord] = [], inWork: [String] = []
        for step in 0..<4_000 where step < 200 || begun.count < clientOf.count || !inWork.isEmpty {
            let isDraining = step >= 200
            switch dice.below(4) {
            case 0 where !isDraining:
                let client = Self.clients.keys.sorted()[dice.below(3)]
                clientOf[try await Self.add(bench, client, isKnown: dice.below(4) == 0)] = client
            case 1:
                let (now, limit) = (bench.clock.now, 1 + dice.below(4))
                assessing += try await bench.database.write {
                    try RunClaim(db: $0, rules: QueueRules(), owner: "w", now: now).claim(limit: limit)
                }.filter { $0.state == .queued }
            case 2 where !assessing.isEmpty:
                let run = assessing.remove(at: dice.below(assessing.count))
                guard try await Self.assess(bench, run, clientOf[run.id] ?? "") else { break }
                inWork.append(run.id)
                begun.append(run.id)
            case 3 where !inWork.isEmpty:
                try await bench.move(inWork.remove(at: dice.below(inWork.count)), .broke(RunCause(.refusal, "No.")))
            default: break
            }
            for (client, limit) in Self.clients {
                #expect(inWork.count { clientOf[$0] == client } <= limit, "seed \(seed), step \(step), \(client)")
            }
        }
        #expect(Set(begun) == Set(clientOf.keys), "seed \(seed): some never had a turn")
    }

    @Test("A run that is sent back keeps its place: it goes before those of its client that came later")
    func place() async throws {
        let bench = try await Bench()
        let record = try #require(
            ClientRecord.load(
                Array(#"{"slug": "one", "name": "One", "max_concurrent_runs": 1}"#.utf8), fileName: "test"
            )
            .client)
        try await bench.database.write { try ClientStore(db: $0).save(record, now: 1) }
        let busy = try await bench.claimed(try await Self.add(bench, "one", isKnown: true))
        #expect(try await Self.assess(bench, busy, "one"))
        let early = try await bench.claimed(try await Self.add(bench, "one", isKnown: false))
        let late = try await Self.add(bench, "one", isKnown: true)
        #expect(try await !Self.assess(bench, early, "one"))
        #expect(try await bench.find(early.id).clientSlug == "one")
        try await bench.move(busy.id, .broke(RunCause(.refusal, "No.")))
        #expect(try await bench.claimed(early.id).id == early.id)
        #expect(try await bench.claim("w", late) == nil)
    }
}

extension Bench {
    fileprivate func claimed(_ id: String) async throws -> RunRecord {
        guard let hand = try await claim("w", id) else { throw NotClaimed(id: id) }
        return hand.run
    }

    private struct NotClaimed: Error { let id: String }
}
