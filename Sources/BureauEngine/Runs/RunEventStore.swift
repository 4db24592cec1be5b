package import BureauStorage

/// One line of a run's own history: state changes and milestones, not the session's events (those are in its log).
package struct RunEvent: Sendable, Hashable {
    package let seq: Int64
    package let at: Int64
    package let kind: String
    package let detail: String
}

struct RunEventStore {
    let db: any Connection

    func append(_ runID: String, kind: String, detail: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO run_event (run_id, seq, at, kind, detail)
            SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ? FROM run_event WHERE run_id = ?
            """, [runID, now, kind, String(detail.prefix(2_000)), runID])
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
