import Foundation

/// A checked request to create a session.
struct NewSession: Sendable {
    var agent: AgentRecord
    var agentVersion: Int
    var environmentID: String
    var title: String?
    var metadata: [String: String] = [:]
    var budgetCents: Int?
    var vaultIDs: JSON = []
    var resources: [JSON] = []
    var initialEvents: [[String: JSON]] = []

    private static let fields: Set = [
        "agent", "environment_id", "title", "metadata", "budget", "vault_ids", "resources", "initial_events",
    ]

    init(_ body: JSON) throws(AnthropicProblem) {
        guard let members = body.object else { throw .invalid("body: Input should be an object") }
        try Self.refuseStrangers(in: members, known: Self.fields, at: "")
        (agent, agentVersion) = try Self.agent(members["agent"])
        guard let environment = members["environment_id"]?.string else {
            throw .invalid("environment_id: Field required")
        }
        guard EnvironmentCatalog.ids.contains(environment) else { throw .missing("Environment \(environment)") }
        environmentID = environment
        title = try Self.title(members["title"])
        metadata = try Self.metadata(members["metadata"])
        budgetCents = try Self.budget(members["budget"])
        try readLists(members)
    }

    private mutating func readLists(_ members: [String: JSON]) throws(AnthropicProblem) {
        if let vaults = members["vault_ids"] {
            guard let list = vaults.array, list.allSatisfy({ $0.string?.hasPrefix("vlt_") == true }) else {
                throw .invalid("vault_ids: Input should be a list of vault ids")
            }
            vaultIDs = vaults
        }
        if let mounted = members["resources"] { resources = try Self.resources(mounted) }
        guard let events = members["initial_events"] else { return }
        guard let list = events.array else { throw .invalid("initial_events: Input should be a valid list") }
        guard list.count <= 50 else { throw .invalid("initial_events: List should have at most 50 items") }
        for (index, event) in list.enumerated() {
            let type = event["type"]?.string ?? ""
            guard ["user.message", "user.define_outcome"].contains(type) else {
                throw .invalid("initial_events.\(index).type: \"\(type)\" is not allowed as an initial event")
            }
            initialEvents.append(try IncomingEvent(event, at: "initial_events.\(index)").members)
        }
    }

    static func refuseStrangers(
        in members: [String: JSON], known: Set<String>, at path: String
    ) throws(AnthropicProblem) {
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw .invalid("\(path.isEmpty ? "" : path + ".")\(stranger): Extra inputs are not permitted")
        }
    }

    /// A string id (newest version), a pinned object, or one with overrides (which are taken as they are).
    private static func agent(_ value: JSON?) throws(AnthropicProblem) -> (AgentRecord, Int) {
        guard let value else { throw .invalid("agent: Field required") }
        if let id = value.string { return try find(id, version: nil) }
        guard let members = value.object, let type = members["type"]?.string else {
            throw .invalid("agent: Input should be an agent id or an agent object")
        }
        let pinned: Set = ["type", "id", "version"]
        switch type {
        case "agent": try refuseStrangers(in: members, known: pinned, at: "agent")
        case "agent_with_overrides":
            let overrides: Set = ["model", "system", "tools", "mcp_servers", "skills"]
            try refuseStrangers(in: members, known: pinned.union(overrides), at: "agent")
        default: throw .invalid("agent.type: Input should be 'agent' or 'agent_with_overrides'")
        }
        guard let id = members["id"]?.string else { throw .invalid("agent.id: Field required") }
        if let version = members["version"], !version.isNull, version.int == nil {
            throw .invalid("agent.version: Input should be a valid integer")
        }
        return try find(id, version: members["version"]?.int)
    }

    static func find(_ id: String, version: Int?) throws(AnthropicProblem) -> (AgentRecord, Int) {
        guard let agent = AgentRecord.all.first(where: { $0.id == id }) else { throw .missing("Agent \(id)") }
        let version = version ?? agent.version
        guard (1...agent.version).contains(version) else { throw .missing("Version \(version) of agent \(id)") }
        return (agent, version)
    }

    static func title(_ value: JSON?) throws(AnthropicProblem) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let title = value.string, title.count <= 500 else {
            throw .invalid("title: Input should be a string of at most 500 characters")
        }
        return title
    }

    static func metadata(_ value: JSON?) throws(AnthropicProblem) -> [String: String] {
        guard let value, !value.isNull else { return [:] }
        guard let members = value.object else { throw .invalid("metadata: Input should be an object") }
        guard members.count <= 16 else { throw .invalid("metadata: at most 16 pairs are allowed") }
        var metadata: [String: String] = [:]
        for (key, value) in members {
            guard (1...64).contains(key.count) else { throw .invalid("metadata: keys have 1 to 64 characters") }
            guard let text = value.string else { throw .invalid("metadata.\(key): Input should be a valid string") }
            guard text.count <= 512 else { throw .invalid("metadata.\(key): values have at most 512 characters") }
            metadata[key] = text
        }
        return metadata
    }

    /// The cap in cents, which the vendor takes as a string of digits and nothing else.
    static func budget(_ value: JSON?) throws(AnthropicProblem) -> Int? {
        guard let value, !value.isNull else { return nil }
        guard let members = value.object else { throw .invalid("budget: Input should be an object") }
        try refuseStrangers(in: members, known: ["type", "max_list_cost"], at: "budget")
        guard members["type"]?.string == "limit" else { throw .invalid("budget.type: Input should be 'limit'") }
        guard let cost = members["max_list_cost"]?.object else {
            throw .invalid("budget.max_list_cost: Field required")
        }
        try refuseStrangers(in: cost, known: ["amount", "currency"], at: "budget.max_list_cost")
        guard cost["currency"]?.string == "USD" else {
            throw .invalid("budget.max_list_cost.currency: Input should be 'USD'")
        }
        guard let text = cost["amount"]?.string, text.allSatisfy({ $0.isASCII && $0.isNumber }), let cents = Int(text),
            cents > 0
        else { throw .invalid("budget.max_list_cost.amount: Input should be a string of whole cents above 0") }
        return cents
    }

    private static func resources(_ value: JSON) throws(AnthropicProblem) -> [JSON] {
        guard let list = value.array, list.count <= 500 else {
            throw .invalid("resources: Input should be a list of at most 500 items")
        }
        var mounted: [JSON] = []
        for (index, item) in list.enumerated() {
            let required: String? =
                switch item["type"]?.string {
                case "file": "file_id"
                case "github_repository": "url"
                case "memory_store": "memory_store_id"
                default: nil
                }
            guard let required else { throw .invalid("resources.\(index).type: Input should be a known resource type") }
            guard item[required]?.string != nil else {
                throw .invalid("resources.\(index).\(required): Field required")
            }
            var item = item
            item["id"] = .string(Identifier.make("sesrsc"))
            item["authorization_token"] = nil
            mounted.append(item)
        }
        return mounted
    }
}
