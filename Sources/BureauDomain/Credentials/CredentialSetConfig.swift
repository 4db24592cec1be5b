/// One named set of credentials, as `config/credentials.json` describes it: which account at each vendor work is done
/// with. It names environment variables and files, never the secrets themselves.
package struct CredentialSetConfig: Hashable, Sendable {
    /// Where a secret stands.
    package enum Source: Hashable, Sendable {
        case variable(String)
        case file(String)
    }

    package struct Anthropic: Hashable, Sendable {
        package let key: Source
        package let baseURL: String?
    }

    package struct ClickUp: Hashable, Sendable {
        package let token: Source
        package let webhookSecret: Source?
        package let workspaceID: String?
        package let baseURL: String?
    }

    /// Webhooks have their own secrets, one each; the workspace is known by the token.
    package struct Asana: Hashable, Sendable {
        package let token: Source
        package let baseURL: String?
    }

    package struct Slack: Hashable, Sendable {
        package let token: Source
        package let signingSecret: Source?
        package let alertChannel: String?
        package let resultsChannel: String?
        package let baseURL: String?
    }

    package struct Google: Hashable, Sendable {
        package let serviceAccountFile: String
        package let rootFolderID: String?
        package let baseURL: String?
    }

    /// What configs of agents and clients call it.
    package let name: String
    /// A vendor that is nil here is not connected for this set, unless `inherits`.
    package let anthropic: Anthropic?
    package let clickUp: ClickUp?
    package let asana: Asana?
    package let slack: Slack?
    package let google: Google?
    /// Names an agent's file uses for ids of this account, to the variables that hold them here.
    package let variables: [String: String]
    /// Whether vendors it does not name are taken from the environment's own credentials.
    package let inherits: Bool
}

package struct CredentialSetsResult: Sendable {
    /// Empty when any problem is an error.
    package let sets: [CredentialSetConfig]
    package let problems: [ConfigProblem]
}
