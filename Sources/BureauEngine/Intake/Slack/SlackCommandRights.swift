import BureauDomain

/// Who may do what from Slack: the agency's own people everything, an agent's people what concerns that agent.
struct SlackCommandRights: Sendable {
    /// SLACK_COMMAND_USERS.
    let agencyUsers: Set<String>
    let agents: [LoadedAgent]

    func mayStart(_ agent: AgentConfig, _ user: String) -> Bool {
        guard let trigger = agent.triggers.slackCommand else { return false }
        return agencyUsers.contains(user) || trigger.allowedUsers.contains(user)
    }

    /// Agents whose runs and questions this person may see. Those who decide about an agent's calls see them too.
    func visible(to user: String) -> Set<String> {
        Set(
            agents.map(\.config).filter {
                agencyUsers.contains(user) || $0.triggers.slackCommand?.allowedUsers.contains(user) == true
                    || $0.approvals.slackApprovers.contains(user)
            }.map(\.name))
    }

    func isKnown(_ user: String) -> Bool { agencyUsers.contains(user) || !visible(to: user).isEmpty }

    /// Whom somebody asks who may not.
    func whomToAsk(_ agent: AgentConfig?) -> [String] {
        let own = agent?.triggers.slackCommand?.allowedUsers ?? []
        return Array((agencyUsers.sorted() + own.filter { !agencyUsers.contains($0) }).prefix(5))
    }
}
