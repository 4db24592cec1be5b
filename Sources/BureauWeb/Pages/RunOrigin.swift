import BureauDomain
import BureauEngine

/// What a run was started by, as its page tells it.
struct RunOrigin {
    let words: RunWords
    /// The config it started with; nil where that is not known.
    let config: AgentConfig?

    /// `ClickUp task "Local audit" set to Ready by Dana`, as far as it is known.
    var sentence: String {
        let run = words.run
        guard run.triggerSource == RunWords.webhook, let title = run.taskTitle else {
            return "\(person ?? words.requester) (\(words.source))"
        }
        let status = run.taskTool == .clickUp ? config?.triggers.clickUp?.status : nil
        return "\(words.source) task \"\(Outgoing.clean(title))\"" + (status.map { " set to \($0)" } ?? "")
            + (person.map { " by \($0)" } ?? "")
    }

    /// By the name the agent's config has for them, else by their number alone: the tool is named beside it.
    private var person: String? {
        let requester = Requester(words.run.requestedBy), identities = config?.approvals.identities ?? []
        let known: ApprovalPolicy.Identity?
        switch requester.kind {
        case .clickUp: known = identities.first { $0.clickUp.map(requester.ids.contains) ?? false }
        case .asana: known = identities.first { $0.asana.map(requester.ids.contains) ?? false }
        case .bureau, .slack, .clock, .unknown: return nil
        }
        return known?.name ?? requester.ids.first.map { "user \($0)" }
    }

    /// Where the task is, for those who want to see it.
    var address: String? {
        words.run.taskURL.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil }
    }
}
