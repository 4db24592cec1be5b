import BureauDomain
import BureauStorage

/// One task that is worth a look.
struct AsanaHint: Sendable, Hashable {
    let account: String
    let taskID: String
    /// Grows while more comes in: a look settles only what it has seen.
    let seq: Int64
    let arrival: AsanaBringing
    let move: AsanaBringing
    let tries: Int
}

/// The SQL of `asana_hint` and of the signals that wait for it.
struct AsanaHintStore {
    /// A burst is let settle for so long, but no look waits longer than the second.
    static let settleMilliseconds: Int64 = 1_000
    static let waitMillisecondsMax: Int64 = 5_000
    let db: any Connection

    /// More of a burst moves the look back, and one that waits because the task could not be read goes on waiting.
    func add(_ account: String, task: String, _ entry: AsanaDigest.Entry, signal: String?, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO asana_hint
                (account, task_id, first_at, due_at, arrived_at, arrived_by, moved_at, moved_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account, task_id) DO UPDATE SET seq = seq + 1,
                due_at = CASE WHEN tries > 0 THEN due_at
                    ELSE min(excluded.due_at, max(first_at + ?, excluded.first_at)) END,
                arrived_at = max(arrived_at, excluded.arrived_at), arrived_by = \(Self.newer("arrived")),
                moved_at = max(moved_at, excluded.moved_at), moved_by = \(Self.newer("moved"))
            """,
            [
                account, task, now, now + Self.settleMilliseconds, entry.arrival.at, entry.arrival.by, entry.move.at,
                entry.move.by, Self.waitMillisecondsMax,
            ])
        guard let signal else { return }
        try db.execute(
            "INSERT INTO asana_hint_signal (signal_id, account, task_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [signal, account, task])
    }

    /// `AsanaBringing.newer`, for the columns of that name.
    private static func newer(_ name: String) -> String {
        """
        CASE WHEN excluded.\(name)_at > \(name)_at THEN excluded.\(name)_by
            WHEN excluded.\(name)_at < \(name)_at OR excluded.\(name)_by IS \(name)_by THEN \(name)_by END
        """
    }

    func due(now: Int64, limit: Int) throws -> [AsanaHint] {
        try db.query("SELECT * FROM asana_hint WHERE due_at <= ? ORDER BY due_at LIMIT ?", [now, limit]).map { row in
            AsanaHint(
                account: try row.text("account"), taskID: try row.text("task_id"), seq: try row.integer("seq"),
                arrival: AsanaBringing(at: try row.integer("arrived_at"), by: try row.textIfAny("arrived_by")),
                move: AsanaBringing(at: try row.integer("moved_at"), by: try row.textIfAny("moved_by")),
                tries: Int(try row.integer("tries")))
        }
    }

    /// Signals that wait for this look; those that come later wait for the next.
    func waiting(_ hint: AsanaHint) throws -> [String] {
        try db.query(
            "SELECT signal_id FROM asana_hint_signal WHERE account = ? AND task_id = ?", [hint.account, hint.taskID]
        ).map { try $0.text("signal_id") }
    }

    /// Whatever came in during the look waits as well.
    func postpone(_ hint: AsanaHint, until due: Int64) throws {
        try db.execute(
            "UPDATE asana_hint SET due_at = ?, tries = tries + 1 WHERE account = ? AND task_id = ?",
            [due, hint.account, hint.taskID])
    }

    /// The look is over. A signal whose last task this was gets its verdict; a run it started is never taken back.
    func settle(_ hint: AsanaHint, signals: [String], _ verdict: Verdict, now: Int64) throws {
        try db.execute(
            "DELETE FROM asana_hint WHERE account = ? AND task_id = ? AND seq = ?",
            [hint.account, hint.taskID, hint.seq])
        // What came in during the look is the beginning of another burst, and is let settle like one.
        try db.execute(
            "UPDATE asana_hint SET first_at = ?, due_at = ?, tries = 0 WHERE account = ? AND task_id = ?",
            [now, now + Self.settleMilliseconds, hint.account, hint.taskID])
        for signal in signals {
            try db.execute(
                "DELETE FROM asana_hint_signal WHERE signal_id = ? AND task_id = ?", [signal, hint.taskID])
            let isRun = if case .run = verdict { true } else { false }
            let isLast =
                try db.first("SELECT 1 AS one FROM asana_hint_signal WHERE signal_id = ? LIMIT 1", [signal]) == nil
            guard isRun || isLast else { continue }
            try db.execute(
                "UPDATE signal SET verdict = ?, reason = ?, run_id = ? WHERE id = ? AND verdict = 'parked'",
                [verdict.name, String(verdict.reason.prefix(500)), verdict.runID, signal])
        }
    }
}
