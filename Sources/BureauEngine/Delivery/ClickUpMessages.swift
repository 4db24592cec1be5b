import BureauVendors

/// Comments on the task that asked. Structured parts, never Markdown, which ClickUp shows as it is typed.
enum ClickUpMessages {
    static func ready(_ report: DeliveryReport) -> [ClickUpCommentPart] {
        let score = report.score.map { ": score \($0) of \(report.outOf), \(report.priorities.count) priorities" } ?? ""
        var parts: [ClickUpCommentPart] = [.bold(report.title + score), .newline]
        for line in report.priorityLines { parts += [.text(line), .bullet] }
        for link in report.files { parts += [.link(link.label, url: link.url), .bullet] }
        parts += [.text("\(report.clientName) · \(report.duration) · \(report.cost)"), .newline]
        if let problem = report.problem { parts += [.bold("Not everything worked. "), .text(problem), .newline] }
        return parts + [.text("Run \(report.runID)")]
    }

    static func blocked(agentName: String, runID: String, sentence: String, needsInfo: Bool) -> [ClickUpCommentPart] {
        let title = needsInfo ? "\(agentName) needs information" : "\(agentName) could not finish"
        let next =
            needsInfo
            ? "Fill in the fields, then set the status that starts the agent again."
            : "Set the status that starts the agent to try again, or ask whoever runs Bureau about run \(runID)."
        return [.bold(title), .newline, .text(sentence), .newline, .text(next), .newline, .text("Run \(runID)")]
    }
}
