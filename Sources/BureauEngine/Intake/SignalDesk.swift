import BureauDomain
package import BureauStorage
import Foundation

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

    static let shownBytesMax = 64 * 1_024

    /// The body as it was sent, for people who look for what is wrong with it. Only of tools that send no credential
    /// in it, and only when it was kept whole.
    package func shownBody(_ signal: SignalRecord) async throws -> String? {
        guard WorkToolKind(rawValue: signal.source) != nil, signal.verdict != "refused" else { return nil }
        let kept = try await database.read { try SignalStore(db: $0).body(signal.id, source: signal.source) }
        guard let kept, kept.isWhole, kept.body.count <= Self.shownBytesMax else { return nil }
        return (try? JSONValue.parse(Array(kept.body)))?.pretty ?? String(decoding: kept.body, as: UTF8.self)
    }
}
