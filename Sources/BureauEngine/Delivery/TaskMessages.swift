import BureauDomain

/// Comments on the task that asked, before any tool's own form.
enum TaskMessages {
    static func ready(_ report: DeliveryReport) -> WorkText {
        let score = report.score.map { ": score \($0) of \(report.outOf), \(report.priorities.count) priorities" } ?? ""
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
        parts += [.text("\(report.clientName) · \(report.duration) · \(report.cost)"), .newline]
        if let problem = report.problem { parts += [.bold("Not everything worked. "), .text(problem), .newline] }
        if let policy = report.review {
            parts += ReviewMessages.invitation(policy, agentName: report.agentName).parts
        }
        return WorkText(parts + [.text("Run \(report.runID)"), .newline])
    }

    /// `goesOn` when an answer on the task is read and enough.
    static func blocked(agentName: String, runID: String, sentence: String, needsInfo: Bool, goesOn: Bool = false)
        -> WorkText
    {
        let title = needsInfo ? "\(agentName) needs information" : "\(agentName) could not finish"
        let next =
            switch (needsInfo, goesOn) {
            case (true, true): "Fill in the fields, or answer here, a line each: name: value. I go on by myself then."
            case (true, false): "Fill in the fields, then set the status that starts the agent again."
            case (false, _):
                "Set the status that starts the agent to try again, or ask whoever runs Bureau about run \(runID)."
            }
        return [
            .bold(title), .newline, .text(sentence), .newline, .text(next), .newline, .text("Run \(runID)"), .newline,
        ]
    }
}
