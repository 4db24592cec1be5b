import BureauDomain
import BureauEngine

/// What a run was started by, as its page tells it.
struct RunOrigin {
    let words: RunWords
    /// The config it started with; nil where that is not known.
    let config: AgentConfig?
    let asker: AskerWords

    /// `ClickUp task "Local audit" set to Ready by Dana`, as far as it is known.
    var sentence: String {
        let run = words.run
        guard run.triggerSource == RunWords.webhook, let title = run.taskTitle else {
            return asker.told(from: words.source)
        }
        let status = run.taskTool == .clickUp ? config?.triggers.clickUp?.status : nil
        return "\(words.source) task \"\(Outgoing.clean(title))\"" + (status.map { " set to \($0)" } ?? "")
            + (asker.isOfTool ? " by \(asker.words)" : "")
    }

    /// Where the task is, for those who want to see it.
    var address: String? {
        words.run.taskURL.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil }
    }
}
