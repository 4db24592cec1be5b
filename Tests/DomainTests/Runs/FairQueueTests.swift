import BureauDomain
import Testing

@Suite("Turns in the queue")
struct FairQueueTests {
    private static func client(
        _ name: String, _ count: Int, weight: Int = 1, room: Int? = nil, turn: Int64 = 0, agent: String = "a"
    ) -> FairQueue.Client {
        FairQueue.Client(
            name: name, weight: weight, room: room, turn: turn,
            waiting: (0..<count).map {
                FairQueue.Waiting(id: "\(name)-\($0)", agent: agent, priority: 0, dueAt: Int64($0))
            })
    }

    private static func owner(_ run: String) -> String { String(run.prefix { $0 != "-" }) }

    /// Dispatches until nothing waits, as claims do: what is kept between two is the turns and the clock.
    private static func rounds(_ queue: FairQueue, size: Int, arriving: [Int: FairQueue.Client] = [:]) -> [[String]] {
        var queue = queue, rounds: [[String]] = []
        for round in 0..<10_000 {
            if let new = arriving[round] { queue = FairQueue(clients: queue.clients + [new], clock: queue.clock) }
            let choice = queue.choose(atMost: size)
            guard !choice.runs.isEmpty else { return rounds }
            rounds.append(choice.runs)
            let taken = Set(choice.runs)
            queue = FairQueue(
                clients: queue.clients.map { client in
                    FairQueue.Client(
                        name: client.name, weight: client.weight, room: client.room,
                        turn: choice.turns[client.name] ?? client.turn,
                        waiting: client.waiting.filter { !taken.contains($0.id) })
                }, clock: choice.clock)
        }
        return rounds
    }

    @Test("A thousand queued runs of one client delay another's one by at most two rounds", arguments: 0..<50)
    func twoRounds(arrival: Int) {
        let queue = FairQueue(clients: [Self.client("big", 1_000)], clock: 0)
        let rounds = Self.rounds(queue, size: 2, arriving: [arrival: Self.client("small", 1)])
        let served = rounds.firstIndex { $0.contains("small-0") }
        #expect(served.map { $0 - arrival <= 2 } == true, "served in round \(String(describing: served))")
    }

    @Test("Every run is served once, whatever the clients, weights and sizes", arguments: 0..<100)
    func noStarvation(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let clients = (0..<Int.random(in: 1...20, using: &random)).map {
            Self.client(
                "c\($0)", Int.random(in: 1...60, using: &random), weight: Int.random(in: 1...100, using: &random),
                turn: Int64.random(in: 0...5_000_000, using: &random))
        }
        let rounds = Self.rounds(
            FairQueue(clients: clients, clock: 0), size: Int.random(in: 1...64, using: &random))
        let served = rounds.flatMap { $0 }
        #expect(Set(served).count == served.count)
        #expect(Set(served) == Set(clients.flatMap { $0.waiting.map(\.id) }))
    }

    @Test(
        "While all wait, turns are as the weights say to within one turn", arguments: [[1, 1, 1], [1, 2, 5], [3, 7]])
    func weights(weights: [Int]) {
        let clients = weights.enumerated().map { Self.client("c\($0)", 1_000, weight: $1) }
        let total = weights.reduce(0, +)
        let served = FairQueue(clients: clients, clock: 0).choose(atMost: total * 20).runs.map(Self.owner)
        for (index, weight) in weights.enumerated() {
            let turns = served.count { $0 == "c\(index)" }
            #expect(abs(turns - weight * 20) <= weight, "c\(index) had \(turns) turns for weight \(weight)")
        }
    }

    @Test("Twenty clients with unequal load get equal shares: Jain's index at least 0.99")
    func jain() {
        let clients = (0..<20).map { Self.client("c\($0)", 50 + 100 * $0) }
        let served = FairQueue(clients: clients, clock: 0).choose(atMost: 800).runs.map(Self.owner)
        let shares = (0..<20).map { index in Double(served.count { $0 == "c\(index)" }) }
        #expect(FairQueue.jain(shares) >= 0.99)
        #expect(FairQueue.jain([1, 0, 0, 0]) == 0.25)
        #expect(FairQueue.jain([]) == 1)
    }

    @Test("A client that was away neither waits behind a backlog nor makes up for turns it did not want")
    func away() {
        let clients = [Self.client("here", 100, turn: 50_000_000), Self.client("back", 100, turn: 0)]
        let served = FairQueue(clients: clients, clock: 50_000_000).choose(atMost: 20).runs.map(Self.owner)
        #expect(served.count { $0 == "back" } == 10)
    }

    @Test("A limit of a client or an agent holds back only those it is about")
    func limits() {
        let full = Self.client("full", 5, room: 0), tight = Self.client("tight", 5, room: 2)
        var mixed = Self.client("mixed", 5, agent: "busy")
        mixed.waiting.append(FairQueue.Waiting(id: "mixed-free", agent: "idle", priority: -5, dueAt: 99))
        let queue = FairQueue(clients: [full, tight, mixed], clock: 0, agentRoom: ["busy": 1])
        let served = queue.choose(atMost: 100).runs
        #expect(Set(served) == ["tight-0", "tight-1", "mixed-0", "mixed-free"])
    }

    @Test("Within one client the higher priority goes first, then whoever waits longest; other clients lose nothing")
    func priority() {
        var urgent = Self.client("one", 2)
        urgent.waiting.append(FairQueue.Waiting(id: "one-urgent", agent: "a", priority: 10, dueAt: 100))
        let served = FairQueue(clients: [urgent, Self.client("two", 3)], clock: 0).choose(atMost: 6).runs
        #expect(served.filter { Self.owner($0) == "one" } == ["one-urgent", "one-0", "one-1"])
        #expect(Set(served.prefix(2).map(Self.owner)) == ["one", "two"])
    }
}
