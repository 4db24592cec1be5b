import BureauDomain
import BureauStorage

/// A task came into the trigger status, as an event tells it: what else is known of that stay.
struct Arrival: Sendable {
    let taskID: String
    let status: String
    /// The vendor's time, Unix milliseconds.
    let date: Int64?

    /// Nil when the event starts a run.
    func verdict(_ db: any Connection, agent: String) throws -> Verdict? {
        switch try TaskStayStore(db: db).find(agent: agent, taskID: taskID, status: status)?.arrival(at: date) {
        case .covered(let run): .duplicate(of: run)
        case .leftAgain: .ignored(because: "the task had left the trigger status again before this event came")
        case .start, nil: nil
        }
    }

    func record(_ db: any Connection, agent: String, runID: String, now: Int64) throws {
        let stay = TaskStay(runID: runID, origin: .event, coveredUntil: date ?? now)
        try TaskStayStore(db: db).put(stay, agent: agent, taskID: taskID, status: status)
    }
}

/// A task went to another status than the trigger's: the next time it comes is a new stay.
struct Leaving: Sendable {
    let agent: String
    let taskID: String
    let status: String
    let date: Int64

    /// Nil for an event that tells of no such thing.
    init?(_ event: ClickUpEvent, _ agent: String, _ triggerStatus: String) {
        guard let taskID = event.taskID, ClickUpTrigger.isTaskID(taskID), let date = event.changedAt,
            let status = event.statusChange?.status, !ClickUpTrigger.same(status, triggerStatus)
        else { return nil }
        (self.agent, self.taskID, self.status, self.date) = (agent, taskID, triggerStatus, date)
    }

    func record(_ db: any Connection) throws {
        try TaskStayStore(db: db).leave(agent: agent, taskID: taskID, status: status, at: date)
    }
}
