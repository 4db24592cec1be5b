import BureauDomain

/// Comments on the task that asked, before any tool's own form.
enum TaskMessages {
    static func ready(_ report: DeliveryReport) -> WorkText {
        let count = report.priorities.count, priorities = count == 1 ? "1 priority" : "\(count) priorities"
        let score = report.score.map { ": score \($0) of \(report.outOf), \(priorities)" } ?? ""
        var parts: [WorkText.Part] = [.bold(report.title + score), .newline]
        for comment in report.answering.prefix(5) {
            parts += [.text("\(comment.author) asked:"), .newline]
            parts += WorkText.quoting(comment.text, charactersMax: 300).parts
        }
        if report.round > 1, report.changedFiles.isEmpty {
            parts += [.text("No file changed in this round."), .newline]
        }
        if let said = report.said { parts += [.text(said), .newline] }
        for line in report.priorityLines { parts += [.text(line), .bullet] }
        for link in report.files { parts += [.link(link.label, url: link.url), .bullet] }
        if let folder = report.folder { parts += [.link("Drive folder", url: folder.url), .bullet] }
        if let page = report.runURL { parts += [.link(pageLabel, url: page), .bullet] }
        parts += [.text("\(report.clientName) · \(report.duration) · \(report.cost)"), .newline]
        if let problem = report.problem { parts += [.bold("Not everything worked. "), .text(problem), .newline] }
        if let policy = report.review {
            parts += ReviewMessages.invitation(policy, agentName: report.agentName).parts
        }
        return WorkText(parts + [.text("Run \(report.runID)"), .newline])
    }

    static let pageLabel = "The run in Bureau"

    /// Leads to what the agent does and did, once somebody said where the pages are.
    static func page(_ link: String?) -> WorkText {
        guard let link else { return [] }
        return [.link(pageLabel, url: link), .newline]
    }

    /// Why a run does not go on.
    enum Halt: Hashable, Sendable {
        /// The task does not say all that is needed.
        case needsInfo
        /// Nothing on the task keeps it: something of the installation does.
        case blocked
        /// A run that a restore forgot may have done it all: nothing that is written on the task is read.
        case worked
        case failed
    }

    /// `goesOn` when what is written on the task is read while the run waits, `page` where the run is shown.
    static func halted(
        agentName: String, runID: String, sentence: String, _ halt: Halt, on tool: WorkToolKind, goesOn: Bool = false,
        page: String? = nil
    ) -> WorkText {
        let again = again(on: tool), title: String, next: String
        switch halt {
        case .needsInfo:
            title = "\(agentName) needs information"
            next =
                goesOn
                ? "Fill in the fields, or answer here, a line each: name: value. I go on by myself then."
                : "Fill in the fields, then \(again)."
        case .blocked:
            title = "\(agentName) cannot begin"
            let then = goesOn ? "Say so here" : again.prefix(1).uppercased() + again.dropFirst()
            next =
                "Nothing on this task can mend that; whoever runs Bureau can. \(then) when it is mended: I look again."
        case .worked:
            title = "\(agentName) may have done this already"
            next =
                "What is written here starts nothing. To have it done again, \(again), or: bureau runs recheck \(runID). If nothing is left: bureau runs stop \(runID)"
        case .failed:
            title = "\(agentName) could not finish"
            next = afterFailure(on: tool, runID: runID)
        }
        let said: WorkText = [.bold(title), .newline, .text(sentence), .newline, .text(next), .newline]
        return said + Self.page(page) + [.text("Run \(runID)"), .newline]
    }

    /// What those can do who read of it away from the task; nil where the notice itself says all there is.
    static func next(after notice: NoticeIntent, _ run: RunRecord) -> String? {
        let tool = run.taskID == nil ? nil : run.taskTool
        switch (notice.kind, notice.halt) {
        case (.failed, _): return afterFailure(on: tool, runID: run.id)
        case (.needsInfo, .needsInfo):
            return tool.map { "Fill in the fields on the task, then \(again(on: $0))." }
                ?? "Fill in what is missing in the client's record, then: `bureau runs recheck \(run.id)`"
        case (.needsInfo, .worked):
            let other = tool.map { ", or \(again(on: $0))" } ?? ""
            return
                "To have it done again: `bureau runs recheck \(run.id)`\(other). If nothing is left: `bureau runs stop \(run.id)`"
        case (.needsInfo, _):
            return "When that is mended, have the run looked at again: `bureau runs recheck \(run.id)`"
        default: return nil
        }
    }

    /// What people can do about a run that did not finish, by the tool that keeps its task; nil for one without a task.
    static func afterFailure(on tool: WorkToolKind?, runID: String) -> String {
        guard let tool else { return "To try again: `bureau runs show \(runID)` says what can be taken up." }
        return "To try again, \(again(on: tool)), or ask whoever runs Bureau about run \(runID)."
    }

    private static func again(on tool: WorkToolKind) -> String {
        switch tool {
        case .clickUp: "set the status that starts the agent again"
        case .asana: "assign the task to the agent again"
        }
    }
}
