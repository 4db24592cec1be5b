/// Who may let an agent's gated action happen, and for how long the question stands.
package struct ApprovalPolicy: Hashable, Sendable {
    /// Slack user ids.
    package let slackApprovers: [String]
    /// Names of Bureau users, as the command line and the API know them.
    package let people: [String]
    /// Where the question is posted; nil takes the failure channel.
    package let channel: String?
    package let expiresAfter: Duration
    /// The person who asked for the run may not decide about it.
    package let isTwoPerson: Bool
    /// One person's names in the tools, for the rule above.
    package let identities: [Identity]
    /// What people are told of a tool's calls, by the tool's name.
    package let tools: [String: ToolWords]

    package struct Identity: Hashable, Sendable {
        /// As a Bureau user.
        package let name: String
        package let slack: String?
        package let clickUp: String?
        package let asana: String?

        package init(name: String, slack: String? = nil, clickUp: String? = nil, asana: String? = nil) {
            self.name = name
            self.slack = slack
            self.clickUp = clickUp
            self.asana = asana
        }
    }

    package static let byDefault = ApprovalPolicy(
        slackApprovers: [], people: [], channel: nil, expiresAfter: .seconds(24 * 3_600), isTwoPerson: false)

    package init(
        slackApprovers: [String], people: [String], channel: String?, expiresAfter: Duration, isTwoPerson: Bool,
        identities: [Identity] = [], tools: [String: ToolWords] = [:]
    ) {
        self.identities = identities
        self.tools = tools
        self.slackApprovers = slackApprovers
        self.people = people
        self.channel = channel
        self.expiresAfter = expiresAfter
        self.isTwoPerson = isTwoPerson
    }

    /// Who decides, on which surface. Identities are never mixed: a Slack id is proven by Slack's signature, a name on
    /// the command line by having the server's data folder.
    package enum Person: Hashable, Sendable {
        case slack(id: String, name: String)
        case bureau(name: String)
        /// Somebody signed in to the pages or with a token of their own. Where nobody is named, only a trusted one
        /// decides: an operator or above.
        case staff(name: String, isTrusted: Bool)

        package var label: String {
            switch self {
            case .slack(_, let name): name
            case .bureau(let name), .staff(let name, _): name
            }
        }
    }

    package enum Refusal: Hashable, Sendable {
        case notAnApprover(who: [String])
        case ownRequest
        /// Two people are needed, and nothing tells whether this one asked for the run.
        case requesterUnknown(String)
        /// The agent's config of that time cannot be read, so nobody knows who may.
        case policyUnreadable
    }

    /// Nil when this person may decide. With nobody named, whoever holds the server may, and nobody in Slack.
    package func refusal(for person: Person, requestedBy: String) -> Refusal? {
        let isNamed =
            switch person {
            case .slack(let id, _): slackApprovers.contains(id)
            case .bureau(let name): people.isEmpty || people.contains(name)
            case .staff(let name, let isTrusted): people.isEmpty ? isTrusted : people.contains(name)
            }
        guard isNamed else { return .notAnApprover(who: slackApprovers + people) }
        guard isTwoPerson else { return nil }
        switch Requester(requestedBy).isSame(as: person, identities) {
        case true?: return .ownRequest
        case false?: return nil
        case nil: return .requesterUnknown(requestedBy)
        }
    }
}

/// What became of one question.
package enum ApprovalState: String, Hashable, Sendable, Codable, CaseIterable {
    case open
    case approved
    /// Approved as somebody changed it: this call is turned down with the words to make it again as changed, and that
    /// one is approved. Told to people as approved, never as denied.
    case changed
    case denied
    /// Nobody decided in time. Told to the agent and to people as expired, never as denied.
    case expired
    /// The question went away by itself: the session ended, or somebody answered at the provider.
    case void

    /// Whether the session is to be told.
    package var isDecided: Bool {
        switch self {
        case .approved, .changed, .denied, .expired: true
        case .open, .void: false
        }
    }
}
