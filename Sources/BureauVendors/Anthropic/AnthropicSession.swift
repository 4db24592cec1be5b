/// The service's own record of a session. Its status lags the event stream by a second or more.
package struct AnthropicSession: Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        /// Finished, asking, or not started yet: only an idle *event* tells which.
        case idle
        case running
        case rescheduling
        case terminated
        case unknown(String)
    }

    package let id: String
    package let status: Status
    package let title: String?
    package let metadata: [String: String]
    /// RFC 3339 as written.
    package let createdAt: String?
    package let archivedAt: String?
    package let agentID: String?
    package let agentName: String?
    package let agentVersion: Int64?
    package let modelID: String?
    package let environmentID: String?
    package let usage: SessionUsage
    /// Seconds of work and of life, from `stats`.
    package let activeSeconds: Double?
    package let durationSeconds: Double?
    package let budgetMicroUSD: Int64?
}

/// What a new session is made from. The kickoff text travels with the creation, so nothing can be lost in between.
package struct NewSession: Hashable, Sendable {
    package var agentID: String
    /// Nil takes the newest version.
    package var agentVersion: Int64?
    package var environmentID: String
    package var title: String
    /// At most 16 pairs; keys of 64, values of 512 characters.
    package var metadata: [String: String]
    /// The service's own cap, in millionths of a dollar; rounded up to whole cents.
    package var budgetMicroUSD: Int64?
    package var kickoff: String

    package init(
        agentID: String, agentVersion: Int64? = nil, environmentID: String, title: String,
        metadata: [String: String] = [:],
        budgetMicroUSD: Int64? = nil, kickoff: String
    ) {
        self.agentID = agentID
        self.agentVersion = agentVersion
        self.environmentID = environmentID
        self.title = title
        self.metadata = metadata
        self.budgetMicroUSD = budgetMicroUSD
        self.kickoff = kickoff
    }
}

package struct SessionPage: Hashable, Sendable {
    package let sessions: [AnthropicSession]
    package let nextPage: String?
}

extension AnthropicSession: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, status, title, metadata, agent, usage, stats, budget
        case createdAt = "created_at"
        case archivedAt = "archived_at"
        case environmentID = "environment_id"
    }

    fileprivate struct Agent: Decodable {
        let id, name, modelID: String?
        let version: Int64?
        enum CodingKeys: String, CodingKey { case id, name, version, model }
        struct Model: Decodable { let id: String? }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            id = fields.text(.id)
            name = fields.text(.name)
            version = fields.integer(.version)
            modelID = fields.lenient(Model.self, .model)?.id ?? fields.text(.model)
        }
    }

    private struct Stats: Decodable {
        let activeSeconds, durationSeconds: Double?
        enum CodingKeys: String, CodingKey {
            case activeSeconds = "active_seconds"
            case durationSeconds = "duration_seconds"
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        status =
            switch fields.text(.status) {
            case "idle"?: .idle
            case "running"?: .running
            case "rescheduling"?: .rescheduling
            case "terminated"?: .terminated
            case let other: .unknown(other ?? "")
            }
        title = fields.text(.title)
        metadata = (fields.lenient([String: JSONValue].self, .metadata) ?? [:]).compactMapValues(\.scalarText)
        createdAt = fields.text(.createdAt)
        archivedAt = fields.text(.archivedAt)
        let agent = fields.lenient(Agent.self, .agent)
        agentID = agent?.id ?? fields.text(.agent)
        (agentName, agentVersion, modelID) = (agent?.name, agent?.version, agent?.modelID)
        environmentID = fields.text(.environmentID)
        usage = fields.lenient(SessionUsage.self, .usage) ?? SessionUsage()
        let stats = fields.lenient(Stats.self, .stats)
        (activeSeconds, durationSeconds) = (stats?.activeSeconds, stats?.durationSeconds)
        budgetMicroUSD = fields.lenient(BudgetWire.self, .budget)?.microUSD
    }
}

/// `{"id": …, "agent": {"name": …, "model": {"id": …}}, …}`. The platform's own agents have the model's id alone.
struct ThreadAnswer: Decodable {
    let modelID: String?
    private enum CodingKeys: String, CodingKey { case agent }

    init(from decoder: any Decoder) throws {
        modelID = try decoder.container(keyedBy: CodingKeys.self).lenient(AnthropicSession.Agent.self, .agent)?.modelID
    }
}
