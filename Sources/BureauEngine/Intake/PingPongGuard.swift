import BureauDomain
import BureauStorage

/// Stops two agents that start each other through one task, and says so once.
struct PingPongGuard {
    let db: any Connection
    let doors: Doors

    /// The reason why `agent` is not started for this task; nil when it may be.
    func refusal(_ agent: String, taskID: String) throws -> String? {
        let now = doors.now()
        let agents = try db.query(
            """
            SELECT agent FROM run WHERE task_id = ? AND trigger_source = 'webhook' AND accepted_at > ?
            ORDER BY id DESC LIMIT ?
            """, [taskID, now - PingPong.windowMilliseconds, PingPong.turnsMax]
        ).map { try $0.text("agent") }
        guard let other = PingPong.partner(of: agent, after: agents.reversed()) else { return nil }
        let sentence = PingPong.sentence(agent, other, task: taskID)
        let cause = "ping_pong", id = doors.makeID()
        let isNew = try AlertStore(db: db).raise(
            cause: cause, subject: "\(agent)/\(taskID)", sentence: sentence, runID: nil, id: id, now: now)
        if isNew != nil {
            let intent = try JSONText.encode(NoticeIntent(kind: .system, cause: cause, sentence: sentence))
            let plan = StepPlan(channel: .slack, kind: "alert", subject: id, position: 0, intent: intent)
            try StepStore(db: db).plan(plan, run: nil, purpose: .notice, id: doors.makeID(), now: now)
        }
        return "two agents answer each other: \(sentence)"
    }
}
