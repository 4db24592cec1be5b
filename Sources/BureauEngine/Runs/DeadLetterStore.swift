import BureauDomain
import BureauStorage

/// Work that was set aside and goes on only when a person says so.
package struct DeadLetter: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable { case run, delivery, notice, signal }

    /// The id of the run, step or signal itself: it stays the same however often it is parked.
    package let id: String
    package let kind: Kind
    package let cause: String
    package let sentence: String
    package let runID: String?
    package let agent: String?
    package let client: String?
    package let parkedAt: Int64

    init(_ row: Row) throws {
        id = try row.text("id")
        guard let kind = Kind(rawValue: try row.text("kind")) else {
            throw StorageError.unreadable(column: "kind", "not a kind this bureau knows")
        }
        self.kind = kind
        cause = try row.text("cause")
        sentence = try row.text("sentence")
        runID = try row.textIfAny("run_id")
        agent = try row.textIfAny("agent")
        client = try row.textIfAny("client")
        parkedAt = try row.integer("parked_at")
    }
}

/// The SQL of dead letters: failed writes, runs that were given up, parked signals, less what was dismissed since.
struct DeadLetterStore {
    let db: any Connection

    /// Given up by us, not judged by the agent or a person: trying again makes sense.
    private static let causes =
        "('lost_too_often', 'retries_exhausted', 'internal_error', 'session_unreachable', 'session_refused', "
        + "'task_unreadable', 'queued_too_long', 'config_gone')"

    private static let letters = """
        SELECT * FROM (
            SELECT id, 'run' AS kind, cause, cause_sentence AS sentence, id AS run_id, agent, client_slug AS client,
                ended_at AS parked_at
            FROM run WHERE state = 'failed' AND cause IN \(causes)
            UNION ALL
            SELECT step.id, step.purpose, step.channel || '_failed', step.error, step.run_id, run.agent,
                run.client_slug, coalesce(step.settled_at, step.created_at)
            FROM step LEFT JOIN run ON run.id = step.run_id
            WHERE step.state = 'failed' AND (step.purpose = 'notice'
                -- What an earlier round did not deliver is delivered no more.
                OR (step.purpose = 'delivery' AND step.round = run.round))
            UNION ALL
            SELECT id, 'signal', 'signal_parked', reason, NULL, agent, NULL, received_at
            FROM signal WHERE verdict = 'parked'
                -- One whose task is yet to be looked at only waits.
                AND NOT EXISTS (SELECT 1 FROM asana_hint_signal AS waits WHERE waits.signal_id = signal.id)
        ) AS letter
        WHERE NOT EXISTS (SELECT 1 FROM dead_letter_drop AS dropped
                          WHERE dropped.id = letter.id AND dropped.dropped_at >= letter.parked_at)
        """

    /// Newest first.
    func list(_ filter: QueueFilter) throws -> [DeadLetter] {
        let (seen, slugs) = filter.seen("client"), (named, ids) = filter.named("letter.id")
        var values: [any SQLBindable] = [
            filter.agent, filter.agent, filter.client, filter.client, filter.cause, filter.cause,
        ]
        let place = filter.before
        // The plus signs keep out the indexes by time, which hold everything that has ended.
        let older = place == nil ? "" : " AND (+parked_at < ? OR (+parked_at = ? AND +id < ?))"
        let begin: [any SQLBindable] = place.map { [$0.parkedAt, $0.parkedAt, $0.id] } ?? []
        values += slugs + ids
        values += begin + [min(filter.limit, QueueFilter.limitMax)]
        return try db.query(
            """
            \(Self.letters)
                AND (? IS NULL OR agent = ?) AND (? IS NULL OR client = ?) AND (? IS NULL OR cause = ?)\(seen)
                \(named)\(older)
            ORDER BY parked_at DESC, id DESC LIMIT ?
            """, values
        ).map(DeadLetter.init)
    }

    func count(atMost limit: Int) throws -> Int64 {
        try db.first("SELECT count(*) AS n FROM (\(Self.letters) LIMIT ?) AS few", [limit])?.integer("n") ?? 0
    }

    func drop(_ id: String, by person: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO dead_letter_drop (id, dropped_at, dropped_by) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET dropped_at = excluded.dropped_at, dropped_by = excluded.dropped_by
            """, [id, now, person])
    }

    /// The notice is sent with all its tries; it looks first if it was ever tried. A run's own message has a worker of
    /// its own, which takes it up again.
    func reopenNotice(_ id: String, now: Int64) throws -> Bool {
        let isOpen =
            try db.execute(
                """
                UPDATE step SET state = CASE WHEN intended_at IS NULL THEN 'pending' ELSE 'intended' END,
                    error = NULL, settled_at = NULL, attempts = 0, due_at = ?
                WHERE id = ? AND state = 'failed' AND purpose = 'notice'
                """, [now, id]) == 1
        if isOpen, let step = try StepStore(db: db).find(id), let run = step.runID, step.kind == RunThreadStore.stepKind
        {
            try RunThreadStore(db: db).takeUp(run, now: now)
        }
        return isOpen
    }
}
