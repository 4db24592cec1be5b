import BureauDomain
import BureauStorage
package import BureauVendors

/// One named set of credentials, connected: the accounts its work is done with.
package struct CredentialSet: Sendable {
    package let name: String
    package let connections: Connections
    /// Names an agent's file uses, to the variables that hold this account's ids.
    package let variables: [String: String]
    package var clickUpWorkspaceID: String?
    package var clickUpWebhookSecret: Secret?
    package var slackSigningSecret: Secret?
    package var alertChannel: String?
    package var resultsChannel: String?
    package var driveRootFolderID: String?

    package init(name: String, connections: Connections, variables: [String: String]) {
        self.name = name
        self.connections = connections
        self.variables = variables
    }
}

/// Work names a set that is not configured. Nothing is done with other credentials in its place.
package struct UnknownCredentials: Error, CustomStringConvertible {
    let name: String
    package var description: String {
        "The credentials \"\(name)\" are not configured. Add them to config/credentials.json and start the server again."
    }
}

/// Which sets one run works with. Nil is the environment's own credentials.
package struct RunCredentials: Hashable, Sendable {
    /// For the session, the files and the messages.
    package var name: String?
    /// For the task. A task that came by the agent's own list is in the agent's workspace, whoever the client is.
    package var tasks: String?

    package init(name: String? = nil, tasks: String? = nil) {
        self.name = name
        self.tasks = tasks
    }

    /// The client's set before the agent's.
    static func choose(client: String?, agent: String?, isFromAgentsList: Bool) -> RunCredentials {
        let name = client ?? agent
        return RunCredentials(name: name, tasks: isFromAgentsList ? agent : name)
    }
}

extension EngineParts {
    /// The same parts with another account at every vendor; as they are for nil.
    package func using(_ name: String?) throws(UnknownCredentials) -> EngineParts {
        guard let name else { return self }
        guard let set = credentialSets[name] else { throw UnknownCredentials(name: name) }
        var settings = settings
        settings.alertChannel = set.alertChannel
        settings.resultsChannel = set.resultsChannel
        settings.driveRootFolderID = set.driveRootFolderID
        settings.clickUpWorkspaceID = set.clickUpWorkspaceID
        (settings.credentialSet, settings.taskCredentialSet) = (name, name)
        let own = variable
        return with(connections: set.connections, settings: settings, variable: { own(set.variables[$0] ?? $0) })
    }

    func using(_ credentials: RunCredentials) throws(UnknownCredentials) -> EngineParts {
        let parts = try using(credentials.name)
        guard credentials.tasks != credentials.name else { return parts }
        let tasks = try using(credentials.tasks).connections
        var connections = parts.connections
        (connections.clickUp, connections.asana) = (tasks.clickUp, tasks.asana)
        var settings = parts.settings
        settings.taskCredentialSet = credentials.tasks
        return parts.with(connections: connections, settings: settings)
    }

    /// What a run works with: as pinned when it began, before that as its client and agent say now.
    func using(run: RunRecord, agent: LoadedAgent?) async throws -> EngineParts {
        guard !credentialSets.isEmpty || agent?.config.credentials != nil else {
            // One that began with an account which is configured no more does not go on with another.
            return try using(try await database.lookUp { try RunCredentialStore(db: $0).find(run.id) } ?? .init())
        }
        return try using(
            try await database.lookUp { try RunCredentialStore(db: $0).credentials(of: run, agent?.config) })
    }

    /// The environment's own account first, then every set, each with its own connections.
    package var accounts: [EngineParts] {
        [self] + credentialSets.keys.sorted().compactMap { try? using($0) }
    }
}

extension RunRecord {
    /// Whether its task was found by the agent's own trigger and not named by a person.
    var isFromAgentsList: Bool { triggerSource == NewRun.TriggerSource.webhook.rawValue }
}
