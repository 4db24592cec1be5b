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

    /// Signals whose id is this or begins with it (at least six characters); more than one means it is too short.
    package func find(_ idOrPrefix: String) async throws -> [SignalRecord] {
        let text = idOrPrefix.uppercased()
        guard text.count >= 6, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { return [] }
        return try await database.read { try SignalStore(db: $0).beginning(with: text, limit: 3) }
    }
}
