/// Chooses which waiting runs get the free slots: start-time fair queueing between clients, priority within one.
///
/// Each client's next turn has a start time on the queue's own clock. The earliest start goes first; a turn moves its
/// client on by one over its weight, and the clock to where the turn began. A client that was away starts at the clock,
/// so it neither waits behind another's backlog nor claims turns it did not want.
package struct FairQueue: Hashable, Sendable {
    /// One waiting run.
    package struct Waiting: Hashable, Sendable {
        package let id: String
        package let agent: String
        /// The run's and its agent's together.
        package let priority: Int
        package let dueAt: Int64

        package init(id: String, agent: String, priority: Int, dueAt: Int64) {
            self.id = id
            self.agent = agent
            self.priority = priority
            self.dueAt = dueAt
        }
    }

    package struct Client: Hashable, Sendable {
        package let name: String
        package let weight: Int
        /// How many more of its runs may start; nil for any number.
        package var room: Int?
        /// Where its next turn begins, as it was kept.
        package fileprivate(set) var turn: Int64
        package var waiting: [Waiting]

        package init(name: String, weight: Int, room: Int?, turn: Int64, waiting: [Waiting]) {
            self.name = name
            self.weight = max(weight, 1)
            self.room = room
            self.turn = turn
            self.waiting = waiting
        }
    }

    package struct Choice: Hashable, Sendable {
        /// In the order of their turns.
        package var runs: [String] = []
        /// The clients that had a turn, with where their next one begins.
        package var turns: [String: Int64] = [:]
        package var clock: Int64
    }

    /// One turn of a client with weight 1, on the queue's clock.
    package static let turnLength: Int64 = 1_000_000

    package var clients: [Client]
    package var clock: Int64
    /// How many more runs of an agent may start; one that is missing may start any number.
    package var agentRoom: [String: Int]

    package init(clients: [Client], clock: Int64, agentRoom: [String: Int] = [:]) {
        self.clients = clients.map { client in
            var ordered = client
            ordered.waiting.sort { ($1.priority, $0.dueAt, $0.id) < ($0.priority, $1.dueAt, $1.id) }
            return ordered
        }
        self.clock = clock
        self.agentRoom = agentRoom
    }

    package func choose(atMost free: Int) -> Choice {
        var queue = self
        var choice = Choice(clock: clock)
        while choice.runs.count < free, let (client, run) = queue.next() {
            let started = max(queue.clients[client].turn, queue.clock)
            let waiting = queue.clients[client].waiting.remove(at: run)
            queue.clients[client].turn = started + Self.turnLength / Int64(queue.clients[client].weight)
            queue.clients[client].room = queue.clients[client].room.map { $0 - 1 }
            queue.agentRoom[waiting.agent]? -= 1
            queue.clock = started
            choice.runs.append(waiting.id)
            choice.turns[queue.clients[client].name] = queue.clients[client].turn
        }
        choice.clock = queue.clock
        return choice
    }

    /// The client whose turn begins first and its first run that no limit holds back.
    private func next() -> (client: Int, run: Int)? {
        var best: (client: Int, run: Int)?
        for index in clients.indices where clients[index].room ?? 1 > 0 {
            guard let run = clients[index].waiting.firstIndex(where: { agentRoom[$0.agent] ?? 1 > 0 }) else { continue }
            if let best, !isEarlier(index, run, than: best) { continue }
            best = (index, run)
        }
        return best
    }

    /// At the same start whoever waits longest goes first.
    private func isEarlier(_ index: Int, _ run: Int, than best: (client: Int, run: Int)) -> Bool {
        func key(_ client: Int, _ run: Int) -> (Int64, Int64, String) {
            (max(clients[client].turn, clock), clients[client].waiting[run].dueAt, clients[client].name)
        }
        return key(index, run) < key(best.client, best.run)
    }

    /// Jain's index of fairness: 1 when all shares are equal, 1/n when one has everything. No shares count as equal.
    package static func jain(_ shares: [Double]) -> Double {
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        guard squares > 0 else { return 1 }
        let sum = shares.reduce(0, +)
        return sum * sum / (Double(shares.count) * squares)
    }
}
