import BureauDomain
import BureauStorage
import BureauVendors

/// Something said on a run's task that is neither a result nor an alarm: a question, an acknowledgement, a
/// confirmation. It waits in the database until it is sent, like every notice.
struct WorkNote {
    /// A move is a `status` step whose subject is the place, so that the echo of it is known as ours (`EchoCheck`).
    static let kind = "note", moveKind = "status"
    let db: any Connection
    let doors: Doors

    /// Once per subject, round and run: saying it twice is saying it once.
    func say(_ text: WorkText, about subject: String, _ run: RunRecord) throws {
        guard run.taskID != nil else { return }
        try plan(Self.kind, subject, try JSONText.encode(text), run)
    }

    /// Puts the task into another status or section.
    func move(to place: String, _ run: RunRecord) throws {
        guard run.taskID != nil else { return }
        try plan(Self.moveKind, place, try JSONText.encode(StatusIntent(status: place)), run)
    }

    private func plan(_ kind: String, _ subject: String, _ intent: String, _ run: RunRecord) throws {
        var plan = StepPlan(
            channel: run.taskTool.channel, kind: kind, subject: subject, position: kind == Self.kind ? 0 : 1,
            intent: intent)
        plan.round = run.round
        try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: doors.makeID(), now: doors.now())
    }

    /// The write of such a step; nil for any other.
    static func write(_ step: StepRecord, _ run: RunRecord, _ parts: EngineParts) throws -> (any OutboundWrite)? {
        guard let task = run.taskID, step.kind == kind || step.kind == moveKind else { return nil }
        let tool = try parts.workTool(of: run)
        if step.kind == moveKind {
            // A run that is blocked says so with a notice of its own under the same kind.
            guard let intent = try? step.intent(as: StatusIntent.self) else { return nil }
            return tool.move(task, to: intent.status, before: intent.before)
        }
        let text = try step.intent(as: WorkText.self)
        return tool.comment(text, on: task, mark: WriteMark(step))
    }
}

extension WorkToolKind {
    /// What its writes are filed under.
    var channel: StepRecord.Channel {
        switch self {
        case .clickUp: .clickUp
        case .asana: .asana
        }
    }
}

extension StepRecord.Channel {
    /// The tool that this channel writes to, when it is one that keeps tasks.
    var workTool: WorkToolKind? {
        switch self {
        case .clickUp: .clickUp
        case .asana: .asana
        case .anthropic, .googleDrive, .slack, .folder: nil
        }
    }
}
