package import BureauStorage

/// What people ask of stored signals.
package struct SignalDesk: Sendable {
    let database: any Database
    package init(database: any Database) { self.database = database }

    package func list(limit: Int = 50, verdict: String? = nil, agent: String? = nil) async throws -> [SignalRecord] {
        try await database.read {
            try SignalStore(db: $0).list(limit: min(max(limit, 1), 1_000), verdict: verdict, agent: agent)
        }
    }
}
