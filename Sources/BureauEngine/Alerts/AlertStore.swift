import BureauDomain
import BureauStorage

/// Something a person should know. One open alert per cause and subject: a repetition is counted, not repeated.
package struct AlertRecord: Sendable, Hashable {
    package let id: String
    package let cause: String
    package let subject: String
    package let sentence: String
    package let runID: String?
    package let isOpen: Bool
    package let occurrences: Int64
    package let openedAt: Int64
    package let lastAt: Int64
    /// A person, or "bureau" when the cause went away; nil while it is open.
    package let resolvedBy: String?
    package let reminders: Int64
    /// The step that posted it; nil for one that is only in the list.
    let postedBy: String?

    init(_ row: Row) throws {
        id = try row.text("id")
        cause = try row.text("cause")
        subject = try row.text("subject")
        sentence = try row.text("sentence")
        runID = try row.textIfAny("run_id")
        isOpen = try row.text("state") == "open"
        occurrences = try row.integer("occurrences")
        openedAt = try row.integer("opened_at")
        lastAt = try row.integer("last_at")
        resolvedBy = try row.textIfAny("resolved_by")
        reminders = try row.integer("reminders")
        postedBy = try row.textIfAny("posted_by")
    }
}

struct AlertStore {
    let db: any Connection
    /// Who resolved what is over by itself.
    static let bureau = "bureau"
    /// Ends when the session is seen to rest, and not because its run got further.
    static let loose = RunCause.Code.stopUnconfirmed.rawValue

    /// Opens the alert, or counts it once more. Returns its id only when it is new, so that it is told once.
    func raise(cause: String, subject: String, sentence: String, runID: String?, id: String, now: Int64) throws
        -> String?
    {
        let changed = try db.execute(
            """
            UPDATE alert SET occurrences = occurrences + 1, last_at = ?, sentence = ?
            WHERE cause = ? AND subject = ? AND state = 'open'
            """, [now, sentence, cause, subject])
        guard changed == 0 else { return nil }
        try db.execute(
            """
            INSERT INTO alert (id, cause, subject, sentence, run_id, state, opened_at, last_at)
            VALUES (?, ?, ?, ?, ?, 'open', ?, ?)
            """, [id, cause, subject, sentence, runID, now, now])
        return id
    }

    /// Which write tells of it: there it is shown what becomes of it (`AlertOutcome`).
    func posted(_ id: String, by step: String) throws {
        try db.execute("UPDATE alert SET posted_by = ? WHERE id = ?", [step, id])
    }

    /// Whatever is open of the subject, but for what could not be told, which is as untold as before and closes with its
    /// being told (`NoticeAlarm`), and for a session that is not seen to rest (`LooseSessions`).
    func resolve(subject: String, now: Int64) throws {
        try db.execute(
            """
            UPDATE alert SET state = 'resolved', last_at = ?, resolved_by = '\(Self.bureau)'
            WHERE subject = ? AND state = 'open'
                AND cause NOT IN ('\(NoticeAlarm.untold)', '\(NoticeAlarm.unasked)', '\(Self.loose)')
            """, [now, subject])
    }

    func resolve(cause: String, subject: String, now: Int64) throws {
        try db.execute(
            """
            UPDATE alert SET state = 'resolved', last_at = ?, resolved_by = '\(Self.bureau)'
            WHERE cause = ? AND subject = ? AND state = 'open'
            """, [now, cause, subject])
    }

    /// Whether it was ever told, however it ended.
    func wasRaised(cause: String, subject: String) throws -> Bool {
        try db.first("SELECT 1 AS found FROM alert WHERE subject = ? AND cause = ? LIMIT 1", [subject, cause]) != nil
    }

    func isOpen(cause: String, subject: String) throws -> Bool {
        try db.first(
            "SELECT 1 AS found FROM alert WHERE cause = ? AND subject = ? AND state = 'open'", [cause, subject]) != nil
    }

    func countOpen(cause: String) throws -> Int64 {
        try db.first("SELECT count(*) AS n FROM alert WHERE cause = ? AND state = 'open'", [cause])?.integer("n") ?? 0
    }

    /// Of runs that were given money of this day.
    func countOpen(cause: String, spendingOn day: String) throws -> Int64 {
        try db.first(
            """
            SELECT count(*) AS n FROM alert WHERE cause = ? AND state = 'open'
                AND EXISTS (SELECT 1 FROM spend_hold WHERE spend_hold.run_id = alert.run_id AND spend_hold.day = ?)
            """, [cause, day])?.integer("n") ?? 0
    }

    func open(cause: String, limit: Int) throws -> [AlertRecord] {
        try db.query("SELECT * FROM alert WHERE cause = ? AND state = 'open' LIMIT ?", [cause, limit])
            .map(AlertRecord.init)
    }

    func find(_ id: String) throws -> AlertRecord? {
        try db.first("SELECT * FROM alert WHERE id = ?", [id]).map(AlertRecord.init)
    }

    func resolve(id: String, by person: String, now: Int64) throws -> Bool {
        try db.execute(
            "UPDATE alert SET state = 'resolved', last_at = ?, resolved_by = ? WHERE id = ? AND state = 'open'",
            [now, person, id]) == 1
    }

    func beginning(with prefix: String, limit: Int) throws -> [AlertRecord] {
        try db.query(
            "SELECT * FROM alert WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", [prefix, prefix + "~", limit]
        ).map(AlertRecord.init)
    }

    func all(limit: Int) throws -> [AlertRecord] {
        try db.query("SELECT * FROM alert ORDER BY id DESC LIMIT ?", [limit]).map(AlertRecord.init)
    }

    func open(limit: Int = 200) throws -> [AlertRecord] {
        try db.query("SELECT * FROM alert WHERE state = 'open' ORDER BY opened_at DESC LIMIT ?", [limit])
            .map(AlertRecord.init)
    }
}
