import BureauDomain
import BureauStorage

/// One line of a run's own history: state changes and milestones, not the session's events (those are in its log).
package struct RunEvent: Sendable, Hashable {
    package let seq: Int64
    package let at: Int64
    package let kind: String
    package let detail: String

    package init(seq: Int64, at: Int64, kind: String, detail: String) {
        (self.seq, self.at, self.kind, self.detail) = (seq, at, kind, detail)
    }

    /// As people and programs get it: a vendor's answer that was written down may have held a credential.
    var shown: RunEvent { RunEvent(seq: seq, at: at, kind: kind, detail: Outgoing.clean(detail)) }
}

struct RunEventStore {
    let db: any Connection

    func append(_ runID: String, kind: String, detail: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO run_event (run_id, seq, at, kind, detail)
            VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM run_event WHERE run_id = ?), ?, ?, ?)
            """, [runID, runID, now, kind, String(detail.prefix(2_000))])
    }

    /// What the history of a run that a person put first says of it, before their name.
    static let putFirst = "put first by "

    func wasPutFirst(_ runID: String) throws -> Bool {
        try db.first(
            "SELECT 1 AS found FROM run_event WHERE run_id = ? AND kind = 'queued' AND substr(detail, 1, ?) = ?",
            [runID, Self.putFirst.count, Self.putFirst]) != nil
    }

    /// In order, those after `seq`.
    func list(_ runID: String, after seq: Int64 = 0, limit: Int = 1_000) throws -> [RunEvent] {
        try db.query(
            "SELECT seq, at, kind, detail FROM run_event WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
            [runID, seq, limit]
        ).map {
            RunEvent(
                seq: try $0.integer("seq"), at: try $0.integer("at"), kind: try $0.text("kind"),
                detail: try $0.text("detail"))
        }
    }
}
