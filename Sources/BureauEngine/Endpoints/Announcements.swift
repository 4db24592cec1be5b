import BureauDomain
import BureauStorage

/// Writes what endpoints are to be told, in the transaction of the change itself: what happened is announced, what did
/// not happen is not, whatever dies in between. An event's id follows from what happened, so no change is told as two.
struct Announcements {
    let db: any Connection

    enum Topic: String {
        case runs = "tells_runs"
        case approvals = "tells_approvals"
    }

    /// A run has just been taken in. It is read only when somebody hears of it: a webhook waits for this.
    func accepted(_ id: String, now: Int64) throws {
        guard try isHeard(.runs), let accepted = try RunStore(db: db).find(id) else { return }
        try run(accepted, from: nil, now: now)
    }

    /// Nil for a run that has just been taken in.
    func run(_ run: RunRecord, from state: RunState?, now: Int64) throws {
        guard try isHeard(.runs) else { return }
        let seq =
            try state == nil
            ? 0
            : db.first("SELECT max(seq) AS seq FROM run_event WHERE run_id = ?", [run.id])?.integerIfAny("seq") ?? 0
        try tell(
            .runs, state == nil ? "run.created" : "run.changed", id: "\(run.id)-\(seq)", client: run.clientSlug,
            [
                ("previous_status", state.map { .string($0.rawValue) } ?? .null), ("run", run.document),
            ], now: now)
    }

    /// Asked, or settled by a person, the clock or the run's end. Without the call's input, what somebody made of it and
    /// what the agent said: that is fetched by whoever may see it.
    func approval(_ id: String, now: Int64) throws {
        guard try isHeard(.approvals), let approval = try ApprovalStore(db: db).find(id),
            let run = try RunStore(db: db).find(approval.runID)
        else { return }
        var document = approval.document.object ?? JSONObject()
        for name in ["input", "changed_input", "why"] { document[name] = nil }
        document["client"] = .line(run.clientSlug)
        let isOpen = approval.state == .open
        try tell(
            .approvals, isOpen ? "approval.asked" : "approval.settled", id: "\(id)-\(approval.state.rawValue)",
            client: run.clientSlug, [("approval", .object(document))], now: now)
    }

    private func isHeard(_ topic: Topic) throws -> Bool {
        try db.first(
            "SELECT 1 AS one FROM endpoint WHERE state = 'active' AND \(topic.rawValue) = 1 LIMIT 1") != nil
    }

    private func tell(
        _ topic: Topic, _ kind: String, id: String, client: String?, _ facts: [(String, JSONValue)], now: Int64
    ) throws {
        let body = JSONValue.object(
            JSONObject([("id", .string(id)), ("type", .string(kind)), ("at", .instant(now))] + facts)
        ).compact
        try db.execute(
            """
            INSERT INTO announcement (endpoint_id, event_id, kind, body, state, created_at, due_at)
            SELECT id, ?, ?, ?, 'pending', ?, ? FROM endpoint
            WHERE state = 'active' AND \(topic.rawValue) = 1 AND (client_slug IS NULL OR client_slug = ?)
            ON CONFLICT (endpoint_id, event_id) DO NOTHING
            """, [id, kind, body, now, now, client])
    }
}
