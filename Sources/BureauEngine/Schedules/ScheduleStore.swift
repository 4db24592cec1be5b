import BureauDomain
import BureauStorage

/// What is known of one schedule besides its rule.
package struct ScheduleState: Sendable, Hashable {
    package let agent: String
    package let name: String
    package let timing: String
    package let lookedUntil: Int64
    package let pausedAt: Int64?
    package let pausedBy: String?
    package let goneAt: Int64?

    init(_ row: Row) throws {
        agent = try row.text("agent")
        name = try row.text("name")
        timing = try row.text("timing")
        lookedUntil = try row.integer("looked_until")
        pausedAt = try row.integerIfAny("paused_at")
        pausedBy = try row.textIfAny("paused_by")
        goneAt = try row.integerIfAny("gone_at")
    }
}

/// What became of one due time for one client.
package struct ScheduleSlot: Sendable, Hashable {
    package enum Verdict: String, Sendable { case run, byHand = "by_hand", skipped }

    package let client: String
    package let dueAt: Int64
    package let verdict: Verdict
    package let reason: String
    package let runID: String?

    init(client: String, dueAt: Int64, verdict: Verdict, reason: String, runID: String?) {
        self.client = client
        self.dueAt = dueAt
        self.verdict = verdict
        self.reason = reason
        self.runID = runID
    }

    init(_ row: Row) throws {
        client = try row.text("client_slug")
        dueAt = try row.integer("due_at")
        let verdict = try row.text("verdict")
        guard let known = Verdict(rawValue: verdict) else {
            throw StorageError.unreadable(column: "verdict", "not a slot's verdict")
        }
        self.verdict = known
        reason = try row.text("reason")
        runID = try row.textIfAny("run_id")
    }
}

/// The SQL of the tables `schedule` and `schedule_slot`.
struct ScheduleStore {
    let db: any Connection

    func states() throws -> [ScheduleState] {
        try db.query("SELECT * FROM schedule ORDER BY agent, name LIMIT 50000").map(ScheduleState.init)
    }

    func find(_ agent: String, _ name: String) throws -> ScheduleState? {
        try db.first("SELECT * FROM schedule WHERE agent = ? AND name = ?", [agent, name]).map(ScheduleState.init)
    }

    /// A schedule that is new, edited or back again owes nothing of the past. A pause outlives all three.
    func begin(_ agent: String, _ schedule: Schedule, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO schedule (agent, name, timing, looked_until) VALUES (?, ?, ?, ?)
            ON CONFLICT (agent, name) DO UPDATE SET timing = excluded.timing, gone_at = NULL,
                looked_until = max(looked_until, excluded.looked_until)
            WHERE timing <> excluded.timing OR gone_at IS NOT NULL
            """, [agent, schedule.name, schedule.timing, now])
    }

    /// Takes everything between `seen` and `now` upon us. False when somebody else was faster, or paused it.
    func advance(_ state: ScheduleState, to now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE schedule SET looked_until = ? WHERE agent = ? AND name = ? AND looked_until = ? AND timing = ?
                AND paused_at IS NULL AND gone_at IS NULL
            """, [now, state.agent, state.name, state.lookedUntil, state.timing]) == 1
    }

    func setGone(_ state: ScheduleState, now: Int64) throws {
        try db.execute(
            "UPDATE schedule SET gone_at = ? WHERE agent = ? AND name = ? AND gone_at IS NULL",
            [now, state.agent, state.name])
    }

    /// Returns false when it was paused already.
    func pause(_ agent: String, _ name: String, by person: String, now: Int64) throws -> Bool {
        try db.execute(
            "UPDATE schedule SET paused_at = ?, paused_by = ? WHERE agent = ? AND name = ? AND paused_at IS NULL",
            [now, person, agent, name]) == 1
    }

    /// What was due during the pause is not made up for: a person wanted it so.
    func resume(_ agent: String, _ name: String, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE schedule SET paused_at = NULL, paused_by = NULL, looked_until = max(looked_until, ?)
            WHERE agent = ? AND name = ? AND paused_at IS NOT NULL
            """, [now, agent, name]) == 1
    }

    func hasSlot(_ agent: String, _ schedule: String, client: String, dueAt: Int64) throws -> Bool {
        try db.first(
            "SELECT 1 AS one FROM schedule_slot WHERE agent = ? AND schedule = ? AND client_slug = ? AND due_at = ?",
            [agent, schedule, client, dueAt]) != nil
    }

    /// Throws when the slot is taken, which undoes the caller's whole transaction: its run as well.
    func insert(_ slot: ScheduleSlot, agent: String, schedule: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO schedule_slot (agent, schedule, client_slug, due_at, verdict, reason, run_id, decided_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                agent, schedule, slot.client, slot.dueAt, slot.verdict.rawValue, String(slot.reason.prefix(500)),
                slot.runID, now,
            ])
    }

    /// The newest first.
    func slots(_ agent: String, _ schedule: String, limit: Int) throws -> [ScheduleSlot] {
        try db.query(
            """
            SELECT client_slug, due_at, verdict, reason, run_id FROM schedule_slot
            WHERE agent = ? AND schedule = ? ORDER BY due_at DESC, client_slug LIMIT ?
            """, [agent, schedule, limit]
        ).map(ScheduleSlot.init)
    }

    /// The time zones clients say they are in, the empty one included.
    func clientZones() throws -> [String] {
        try db.query(
            "SELECT DISTINCT coalesce(json_extract(record, '$.fields.time_zone'), '') AS zone FROM client LIMIT 500"
        ).map { try $0.text("zone") }
    }
}
