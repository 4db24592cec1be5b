import BureauDomain
import BureauStorage
import BureauVendors

/// The message in Slack that tells of one run: posted once, then replaced in place as the run moves.
struct RunThread: Sendable {
    let runID: String
    /// Nil until it is posted.
    let place: SlackPosted?
    let shownState: String?
    let shownHash: String?
    let tries: Int
    /// Whoever keeps the message has it so long.
    let leaseUntil: Int64?

    init(_ row: Row) throws {
        runID = try row.text("run_id")
        let (channel, ts) = (try row.textIfAny("channel"), try row.textIfAny("ts"))
        place = channel.flatMap { channel in ts.map { SlackPosted(channel: channel, ts: $0) } }
        shownState = try row.textIfAny("shown_state")
        shownHash = try row.textIfAny("shown_sha256")
        tries = Int(try row.integer("tries"))
        leaseUntil = try row.integerIfAny("lease_until")
    }
}

/// The SQL of the `run_thread` table.
struct RunThreadStore {
    /// Who keeps a message longer than this finds it taken (`check`): a process that stands still holds up nobody's
    /// results for more.
    static let stepKind = "thread", leaseMilliseconds: Int64 = 20_000
    /// How long after it was kept something may be sent: the rest is for what has just left to arrive.
    static let sendMilliseconds: Int64 = 15_000
    let db: any Connection

    /// The post is a step like any other write; its id, and so its mark, is the run's own.
    func open(_ runID: String, now: Int64) throws {
        try db.execute(
            "INSERT INTO run_thread (run_id, due_at, progress_at) VALUES (?, ?, ?) ON CONFLICT (run_id) DO NOTHING",
            [runID, now, now])
        let plan = StepPlan(channel: .slack, kind: Self.stepKind, subject: "run", position: 0, intent: "{}")
        try StepStore(db: db).plan(plan, run: runID, purpose: .notice, id: runID, now: now)
    }

    /// Runs that came by webhook in that time and still wait for their turn, with the config each came under. Their
    /// thread would begin with their work.
    func waitingWithout(from: Int64, until: Int64, limit: Int) throws -> [(run: String, config: String)] {
        try db.query(
            """
            SELECT id, config_sha256 FROM run
            WHERE id >= ? AND id < ? AND state = 'queued' AND trigger_source = 'webhook'
              AND NOT EXISTS (SELECT 1 FROM run_thread WHERE run_id = run.id) LIMIT ?
            """, [ULID.floor(milliseconds: from), ULID.floor(milliseconds: until), limit]
        ).map { (try $0.text("id"), try $0.text("config_sha256")) }
    }

    /// A run that goes on after its end is told of again; one whose message still waits for Slack is tried at once, for
    /// who lets it go on thinks that Slack answers.
    func reopen(_ runID: String, now: Int64) throws {
        try db.execute(
            """
            UPDATE run_thread SET closed = CASE WHEN ts IS NULL THEN closed ELSE 0 END, tries = 0, due_at = ?
            WHERE run_id = ?
            """, [now, runID])
    }

    /// The end is tried anew where what led to it was given up.
    func ended(_ runID: String, now: Int64) throws {
        try db.execute(
            """
            UPDATE run_thread SET closed = 0, tries = 0, due_at = ?
            WHERE run_id = ? AND closed = 1 AND ts IS NOT NULL
            """, [now, runID])
    }

    /// It stands in Slack, is kept no more, and does not show how the run ended.
    func isBehind(_ runID: String) throws -> Bool {
        try db.first(
            """
            SELECT 1 AS behind FROM run_thread JOIN run ON run.id = run_thread.run_id
            WHERE run_thread.run_id = ? AND run_thread.closed = 1 AND run_thread.ts IS NOT NULL
              AND (run.ended_at IS NULL OR run_thread.shown_state IS NOT run.state)
            """, [runID]) != nil
    }

    /// One that was given up is kept again, with all its tries.
    func takeUp(_ runID: String, now: Int64) throws {
        try db.execute("UPDATE run_thread SET closed = 0, tries = 0, due_at = ? WHERE run_id = ?", [now, runID])
    }

    /// A person has decided that it is not posted, or that its end is not. Whoever holds it just now loses it.
    func giveUp(_ runID: String, isEnd: Bool) throws {
        try db.execute(
            """
            UPDATE run_thread SET closed = 1, lease_owner = NULL, lease_until = NULL
            WHERE run_id = ? AND (ts IS NULL OR ?)
            """, [runID, isEnd])
    }

    func find(_ runID: String) throws -> (thread: RunThread, isClosed: Bool)? {
        try db.first("SELECT * FROM run_thread WHERE run_id = ?", [runID]).map {
            (try RunThread($0), try $0.flag("closed"))
        }
    }

    /// What is shown is not what is true. Ends come first, for people wait for those. What a worker holds when it looks
    /// again, `besides` what it has in hand, is what it could not write down, and is due at once.
    private static func due(besides inHand: [String]) -> String {
        """
        FROM run_thread JOIN run ON run.id = run_thread.run_id
        WHERE run_thread.closed = 0 AND run_thread.due_at <= ?
          AND (run_thread.lease_until IS NULL OR run_thread.lease_until < ? OR run_thread.lease_owner = ?)
          AND (run_thread.shown_state IS NULL OR run_thread.shown_state <> run.state OR run_thread.progress_at <= ?)
          AND run_thread.run_id NOT IN (\(inHand.map { _ in "?" }.joined(separator: ", ")))
        """
    }

    func isAnyDue(owner: String, now: Int64, besides inHand: [String] = []) throws -> Bool {
        let values: [any SQLBindable] = [now, now, owner, now] + inHand
        return try db.first("SELECT 1 AS due \(Self.due(besides: inHand)) LIMIT 1", values) != nil
    }

    var isAnyEndUntold: Bool {
        get throws {
            try db.first(
                """
                SELECT 1 AS due FROM run_thread JOIN run ON run.id = run_thread.run_id
                WHERE run_thread.closed = 0 AND run.ended_at IS NOT NULL LIMIT 1
                """) != nil
        }
    }

    func claim(owner: String, limit: Int, now: Int64, besides inHand: [String] = []) throws -> [RunThread] {
        let first: [any SQLBindable] = [owner, now + Self.leaseMilliseconds, now, now, owner, now]
        return try db.query(
            """
            UPDATE run_thread SET lease_owner = ?, lease_until = ?
            WHERE run_id IN (SELECT run_thread.run_id \(Self.due(besides: inHand))
                             ORDER BY run.ended_at IS NULL, run_thread.due_at LIMIT ?)
            RETURNING *
            """, first + inHand + [limit]
        ).map(RunThread.init)
    }

    /// Throws `RunMoved` unless this worker still keeps the message.
    func check(_ runID: String, owner: String) throws {
        let held = try db.first(
            "SELECT 1 AS held FROM run_thread WHERE run_id = ? AND lease_owner = ?", [runID, owner])
        guard held != nil else { throw RunMoved(runID: runID) }
    }

    /// As above, and it is kept for a lease's length anew.
    func keep(_ runID: String, owner: String, now: Int64) throws {
        let kept = try db.execute(
            "UPDATE run_thread SET lease_until = ? WHERE run_id = ? AND lease_owner = ?",
            [now + Self.leaseMilliseconds, runID, owner])
        guard kept == 1 else { throw RunMoved(runID: runID) }
    }

    func otherOwners(than owner: String) throws -> [String] {
        try db.query(
            "SELECT DISTINCT lease_owner FROM run_thread WHERE closed = 0 AND lease_owner IS NOT NULL AND lease_owner <> ?",
            [owner]
        ).map { try $0.text("lease_owner") }
    }

    func free(ofOwner dead: String) throws {
        try db.execute(
            "UPDATE run_thread SET lease_owner = NULL, lease_until = NULL WHERE closed = 0 AND lease_owner = ?", [dead])
    }

    /// It now shows this of the run as it was read, which may have been taken up again meanwhile.
    func shown(
        _ run: RunRecord, owner: String, place: SlackPosted, state: RunState, hash: String, now: Int64, spacing: Int64,
        progressSpacing: Int64
    ) throws {
        try db.execute(
            """
            UPDATE run_thread SET channel = ?, ts = ?, shown_state = ?, shown_sha256 = ?, tries = 0, due_at = ?,
                progress_at = ?, lease_owner = NULL, lease_until = NULL, closed = ? AND EXISTS (
                    SELECT 1 FROM run WHERE run.id = run_id AND run.state = ? AND run.ended_at IS ?)
            WHERE run_id = ? AND lease_owner = ?
            """,
            [
                place.channel, place.ts, state.rawValue, hash, now + spacing, now + progressSpacing, state.isFinal,
                run.state.rawValue, run.endedAt, run.id, owner,
            ])
    }

    func postpone(_ runID: String, owner: String, until due: Int64) throws {
        try db.execute(
            """
            UPDATE run_thread SET due_at = ?, tries = tries + 1, lease_owner = NULL, lease_until = NULL
            WHERE run_id = ? AND lease_owner = ?
            """, [due, runID, owner])
    }

    func release(_ runID: String, owner: String, dueAt: Int64) throws {
        try db.execute(
            "UPDATE run_thread SET due_at = ?, lease_owner = NULL, lease_until = NULL WHERE run_id = ? AND lease_owner = ?",
            [dueAt, runID, owner])
    }

    /// Nothing more is shown.
    func close(_ runID: String, owner: String) throws {
        try db.execute(
            "UPDATE run_thread SET closed = 1, lease_owner = NULL, lease_until = NULL WHERE run_id = ? AND lease_owner = ?",
            [runID, owner])
    }
}
