import BureauDomain
import BureauStorage
import BureauVendors

/// The task that asked, in whichever tool keeps it: files, then one comment, then its new status or section.
struct TaskChannel: Channel {
    /// The subjects of the comments that tell of results and of an acceptance.
    static let ready = "ready", accepted = "accepted"

    func deliver(_ steps: [StepRecord], _ context: DeliveryContext) async throws {
        let run = context.hand.run
        guard let task = run.taskID else { return }
        guard let tool = context.parts.connectedTool(of: run) else {
            return try await context.fail(steps, run.taskTool.missing)
        }
        for step in steps {
            let write: any OutboundWrite
            switch step.kind {
            case "attach":
                let file = try step.intent(as: FileIntent.self)
                write = tool.attachment(
                    file, path: try context.path(of: file.blobKey), on: task,
                    since: step.intendedAt ?? context.parts.doors.now()
                ) { [database = context.parts.database] in
                    // Of all rounds and runs: they attach to one task, and their files are often called the same.
                    try await database.read { try ReceiptStore(db: $0).attachments(on: task, step.channel) }
                }
            case "comment": write = tool.comment(text(of: step, context), on: task, mark: mark(step, context))
            default:
                guard let move = try await move(step, task, tool, context) else { continue }
                write = move
            }
            _ = try await context.perform(step, write)
        }
    }

    private func text(of step: StepRecord, _ context: DeliveryContext) -> WorkText {
        let run = context.hand.run
        guard step.subject == Self.accepted else { return TaskMessages.ready(context.report) }
        let published = (context.hand.agent.config.review?.publishes ?? []).map(\.channel)
        return ReviewMessages.accepted(
            by: run.reviewAcceptedBy ?? "somebody", round: run.round,
            reached: published.filter(context.report.reached.contains),
            missed: published.filter(context.report.missed.contains), runID: run.id)
    }

    /// Words that only this comment has besides its mark. A run that says several things cannot tell them apart by
    /// its own name.
    private func mark(_ step: StepRecord, _ context: DeliveryContext) -> WriteMark {
        let isAlone =
            context.hand.agent.config.review == nil && !context.hand.agent.config.confirms(context.hand.run.taskTool)
        return WriteMark(step, alike: isAlone ? Marks.alike(context.report) : nil)
    }

    /// Where the task stands before ours is part of the intent: one that stands at neither was moved by a person
    /// meanwhile, whose decision is not undone. Nil when the task cannot be read; the step has failed then.
    private func move(
        _ step: StepRecord, _ task: String, _ tool: any WorkTool, _ context: DeliveryContext
    ) async throws -> (any OutboundWrite)? {
        var before = (try? step.intent(as: StatusIntent.self))?.before
        if before == nil, step.state == .pending {
            do {
                before = try await context.patiently(step.channel) { try await tool.task(task) }.place
            } catch let error as VendorError {
                try Task.checkCancellation()
                try await context.fail([step], error.sentence)
                return nil
            }
            let intent = try JSONText.encode(StatusIntent(status: step.subject, before: before))
            try await context.parts.write(context.hand.lease) {
                try StepStore(db: $0).replaceIntent(step.id, intent)
            }
        }
        let known = before ?? context.hand.agent.config.triggers.clickUp?.status
        return tool.move(task, to: step.subject, before: known)
    }
}
