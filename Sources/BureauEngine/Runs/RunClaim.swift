import BureauDomain
import BureauStorage

/// Takes runs for one worker, inside one write transaction: what is in work goes on first and keeps its slot, then the
/// free slots go to waiting runs by turns (`FairQueue`).
struct RunClaim {
    let db: any Connection
    let rules: QueueRules
    let owner: String
    let now: Int64
    var leaseMilliseconds = Lease.lifeMilliseconds
    /// By the owner's steady clock; without it the time of day alone tells how long a run lay.
    var steady: Int64?

    /// Word for word what the index of those that are due says (migration 52), which serves nothing else.
    static let inWork = """
        (state IN ('starting', 'running') OR state IN ('waiting_approval', 'collecting')
            OR state IN ('delivering', 'revising') OR state = 'stopping')
        """
    /// Lines (client and agent) looked at in one claim.
    static let linesMax = 5_000
    /// Those of them that go on without anybody's answer: all that are taken up while the intake drains. The longer
    /// list stands in it because the index is of that one.
    static let inHand = "\(inWork) AND state NOT IN ('waiting_approval', 'revising')"
    /// The row that keeps the queue's clock.
    static let clockRow = "*"

    /// Up to `limit` runs that are due and that nobody holds, or only `id`. A lease that ran out is for the watchdog to
    /// take away, which knows more than the time of day.
    func claim(limit: Int, only id: String? = nil) throws -> [RunRecord] {
        guard limit > 0 else { return [] }
        let mode = try IntakeStore(db: db).record().mode
        var claimed = try claimInWork(Self.takenUp(mode), limit: limit, only: id)
        guard mode.startsRuns, claimed.count < limit, try isAnyWaiting(only: id) else { return claimed }
        let held = try heldSlots()
        let free = min(limit - claimed.count, rules.runsInFlightMax - held.reduce(0) { $0 + $1.count })
        guard free > 0 else { return claimed }
        let clock = try turn(Self.clockRow) ?? 0
        let queue = try fairQueue(clock: clock, held: held, free: free, only: id)
        let choice = queue.choose(atMost: free)
        for run in choice.runs { if let taken = try lease(run) { claimed.append(taken) } }
        for (client, turn) in choice.turns { try keep(turn, of: client) }
        if choice.clock != clock { try keep(choice.clock, of: Self.clockRow) }
        return claimed
    }

    private static func takenUp(_ mode: IntakeMode) -> String {
        mode.takesUpRests ? inWork : inHand
    }

    /// Whether a claim could find anything, limits aside.
    func isAnyDue(only id: String? = nil) throws -> Bool {
        let mode = try IntakeStore(db: db).record().mode
        let isInWork =
            try db.first(
                """
                SELECT 1 AS due FROM run WHERE \(Self.takenUp(mode)) AND due_at <= ?
                    AND lease_owner IS NULL AND (? IS NULL OR id = ?) LIMIT 1
                """, [now, id, id]) != nil
        return try isInWork || (mode.startsRuns && isAnyWaiting(only: id))
    }

    private func isAnyWaiting(only id: String?) throws -> Bool {
        try db.first(
            """
            SELECT 1 AS due FROM run WHERE state = 'queued' AND due_at <= ?
                AND lease_owner IS NULL AND (? IS NULL OR id = ?) LIMIT 1
            """, [now, id, id]) != nil
    }

    private func claimInWork(_ condition: String, limit: Int, only id: String?) throws -> [RunRecord] {
        let found = try db.query(
            """
            SELECT id FROM run WHERE \(condition) AND due_at <= ? AND lease_owner IS NULL AND (? IS NULL OR id = ?)
            ORDER BY due_at LIMIT ?
            """, [now, id, id, limit])
        let clocks = TimeUsed.Clocks(now: now, steady: steady, owner: owner)
        return try found.compactMap {
            try lease($0.text("id"), counting: ", \(TimeUsed.counting)", TimeUsed.values(clocks))
        }
    }

    /// A run that holds no slot although it is not over: it waits for people, be it for an answer, for money or for what
    /// they see of a write nobody can tell of; or for something that is not set here, which many may wait for and others
    /// do without; or it has delivered and waits for the runs it has started, which could never begin if it kept theirs.
    /// Whoever holds its lease may be going on with it. The plus sign leaves the look at steps to the index of the
    /// doubtful ones.
    static let holdsNoSlot = """
        (state = 'waiting_approval' OR (lease_owner IS NULL AND (
            (state = 'revising' AND coalesce(cause, '') = 'budget_exhausted')
            OR coalesce(fault_class, '') = 'missing'
            OR (state IN ('starting', 'running', 'revising', 'stopping') AND EXISTS (
                SELECT 1 FROM step WHERE step.run_id = run.id AND step.state = 'doubtful' AND +step.purpose = 'session'))
            OR (state = 'delivering' AND EXISTS (
                SELECT 1 FROM run_child JOIN run AS child ON child.id = run_child.child_id
                WHERE run_child.parent_id = run.id
                    AND child.state NOT IN ('done', 'done_with_problems', 'stopped', 'failed', 'ignored'))))))
        """

    /// Runs that hold a slot; one that is being assessed does.
    func heldSlots() throws -> [Held] {
        try db.query(
            """
            SELECT coalesce(client_slug, '') AS client, agent, count(*) AS n FROM run
            WHERE \(Self.inWork) AND NOT \(Self.holdsNoSlot) GROUP BY 1, 2
            UNION ALL
            SELECT coalesce(client_slug, ''), agent, count(*) FROM run
            WHERE lease_owner IS NOT NULL AND state = 'queued' GROUP BY 1, 2
            """, []
        ).map { Held(client: try $0.text("client"), agent: try $0.text("agent"), count: Int(try $0.integer("n"))) }
    }

    private func fairQueue(clock: Int64, held: [Held], free: Int, only id: String?) throws -> FairQueue {
        var agentRoom: [String: Int] = [:]
        for (name, agent) in rules.agents {
            guard let most = agent.runsMax else { continue }
            agentRoom[name] = max(0, most - held.filter { $0.agent == name }.reduce(0) { $0 + $1.count })
        }
        var clients: [String: FairQueue.Client] = [:]
        for line in try lines(only: id) where agentRoom[line.agent] ?? 1 > 0 {
            let waiting = try waiting(line, limit: min(free, agentRoom[line.agent] ?? free), only: id)
            guard !waiting.isEmpty else { continue }
            if clients[line.client] == nil { clients[line.client] = try client(line.client, clock: clock, held: held) }
            clients[line.client]?.waiting += waiting
        }
        return FairQueue(clients: Array(clients.values), clock: clock, agentRoom: agentRoom)
    }

    private func client(_ name: String, clock: Int64, held: [Held]) throws -> FairQueue.Client {
        let row = try db.first("SELECT queue_weight, runs_max FROM client WHERE slug = ?", [name])
        let inWork = held.filter { $0.client == name }.reduce(0) { $0 + $1.count }
        let most = try row?.integerIfAny("runs_max")
        return FairQueue.Client(
            name: name, weight: Int(try row?.integer("queue_weight") ?? 1), room: most.map { max(0, Int($0) - inWork) },
            turn: try turn(name) ?? clock, waiting: [])
    }

    /// Every client and agent that has runs waiting: hops from one to the next in the index, whatever their number.
    private func lines(only id: String?) throws -> [Line] {
        if let id {
            return try db.query("SELECT coalesce(client_slug, '') AS client, agent FROM run WHERE id = ?", [id])
                .map(Line.init)
        }
        var lines: [Line] = []
        while lines.count < Self.linesMax, let line = try line(after: lines.last) { lines.append(line) }
        return lines
    }

    /// Two questions, because the engine looks up a pair of an expression and a column only by walking up to it.
    private func line(after last: Line?) throws -> Line? {
        let sameClient = try last.flatMap { last in
            try db.first(
                """
                SELECT coalesce(client_slug, '') AS client, agent FROM run
                WHERE state = 'queued' AND coalesce(client_slug, '') = ? AND agent > ? ORDER BY agent LIMIT 1
                """, [last.client, last.agent])
        }
        if let sameClient { return try Line(sameClient) }
        return try db.first(
            """
            SELECT coalesce(client_slug, '') AS client, agent FROM run
            WHERE state = 'queued' AND coalesce(client_slug, '') \(last == nil ? ">=" : ">") ?
            ORDER BY coalesce(client_slug, ''), agent LIMIT 1
            """, [last?.client ?? ""]
        ).map(Line.init)
    }

    private func waiting(_ line: Line, limit: Int, only id: String?) throws -> [FairQueue.Waiting] {
        let priority = rules.agents[line.agent]?.priority ?? 0
        return try db.query(
            """
            SELECT id, priority, due_at FROM run
            WHERE state = 'queued' AND coalesce(client_slug, '') = ? AND agent = ? AND due_at <= ?
                AND lease_owner IS NULL AND (? IS NULL OR id = ?)
            ORDER BY priority DESC, due_at LIMIT ?
            """, [line.client, line.agent, now, id, id, limit]
        ).map {
            FairQueue.Waiting(
                id: try $0.text("id"), agent: line.agent, priority: priority + Int(try $0.integer("priority")),
                dueAt: try $0.integer("due_at"))
        }
    }

    /// A run of this very transaction's lists that nobody holds. Not with `RETURNING`: see `RunStore.move`.
    private func lease(
        _ id: String, counting: String = "", _ counted: [any SQLBindable] = []
    ) throws -> RunRecord? {
        let taken: [any SQLBindable] = [owner, now + leaseMilliseconds]
        let isTaken = try db.execute(
            """
            UPDATE run SET lease_owner = ?, lease_until = ?, lease_epoch = lease_epoch + 1\(counting)
            WHERE id = ? AND lease_owner IS NULL
            """, taken + counted + [id])
        return isTaken == 1 ? try RunStore(db: db).find(id) : nil
    }

    private func turn(_ client: String) throws -> Int64? {
        try db.first("SELECT turn FROM queue_turn WHERE client = ?", [client])?.integer("turn")
    }

    private func keep(_ turn: Int64, of client: String) throws {
        try db.execute(
            """
            INSERT INTO queue_turn (client, turn) VALUES (?, ?)
            ON CONFLICT (client) DO UPDATE SET turn = excluded.turn
            """, [client, turn])
    }

    struct Held {
        let client: String
        let agent: String
        let count: Int
    }

    private struct Line {
        let client: String
        let agent: String

        init(_ row: Row) throws {
            client = try row.text("client")
            agent = try row.text("agent")
        }
    }
}
