import BureauDomain
import BureauStorage
package import BureauVendors

/// One Slack workspace whose people may speak to Bureau. Whoever signs with its secret acts in its account alone.
package struct SlackTeam: Sendable {
    /// The credentials it belongs to; nil for the environment's own.
    package let credentials: String?
    let slack: SlackClient?
    let signingSecret: Secret

    package init(credentials: String? = nil, slack: SlackClient?, signingSecret: Secret) {
        self.credentials = credentials
        self.slack = slack
        self.signingSecret = signingSecret
    }
}

extension EngineParts {
    /// Every workspace with a signing secret: the environment's own first.
    package func slackTeams(ownSecret: Secret?) -> [SlackTeam] {
        let own = ownSecret.map { SlackTeam(slack: connections.slack, signingSecret: $0) }
        let named = credentialSets.values.sorted { $0.name < $1.name }.compactMap { set in
            set.slackSigningSecret.map {
                SlackTeam(credentials: set.name, slack: set.connections.slack, signingSecret: $0)
            }
        }
        return [own].compactMap(\.self) + named
    }
}

/// What people of one account may see of all runs. Those of the environment's own account look after the rest too.
struct AccountWall: Sendable {
    let credentials: String?

    func isOpen(to agent: AgentConfig) -> Bool { credentials == nil || agent.credentials == credentials }

    func isOpen(to client: ClientRecord) -> Bool {
        credentials == nil || client.credentials == nil || client.credentials == credentials
    }

    func isOpen(to run: RunRecord, _ agent: AgentConfig?, _ db: any Connection) throws -> Bool {
        guard let credentials else { return true }
        return try RunCredentialStore(db: db).credentials(of: run, agent).name == credentials
    }
}
