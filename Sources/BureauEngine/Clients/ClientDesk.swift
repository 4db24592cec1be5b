package import BureauDomain
package import BureauStorage

/// What people ask of clients.
package struct ClientDesk: Sendable {
    let database: any Database
    package init(database: any Database) { self.database = database }

    package func list() async throws -> [ClientRecord] { try await database.read { try ClientStore(db: $0).list() } }
    package func find(_ slug: String) async throws -> ClientRecord? {
        try await database.read { try ClientStore(db: $0).find(slug) }
    }

    /// What an agent still needs to know about a client before it can work for it. Computed from the records as they
    /// are; fields a task brings with it may fill the gap.
    package static func missing(_ agent: AgentConfig, for client: ClientRecord) -> [String] {
        let payload = client.payload()
        switch PayloadAssembly.assemble(
            required: agent.payloadSource.requiredFields, optional: [], lookup: { payload[$0] })
        {
        case .complete: return []
        case .missing(let names): return names
        }
    }

    /// Versions of an agent's config, newest first.
    package func versions(of agent: String, limit: Int = 20) async throws -> [(
        hash: String, version: String, at: Int64
    )] {
        try await database.query(
            "SELECT sha256, version, loaded_at FROM agent_config WHERE agent = ? ORDER BY loaded_at DESC LIMIT ?",
            [agent, limit]
        ).map { (try $0.text("sha256"), try $0.text("version"), try $0.integer("loaded_at")) }
    }
}
