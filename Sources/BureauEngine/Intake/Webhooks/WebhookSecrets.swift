package import BureauStorage
package import BureauVendors
import Foundation
import Synchronization

/// The secrets a webhook's signature may be made with: the one of the environment, for any agent, and those of the
/// agent's registered webhooks. One registered a moment ago by another process counts at once.
package final class WebhookSecrets: Sendable {
    private let environment: @Sendable (_ agent: String) -> Secret?
    private let database: any Database
    private let key: @Sendable () -> Secret?
    private let opened = Mutex<[String: [Secret]]>([:])
    private static let agentsMax = 500

    /// `environment` knows the configured secret of an agent's account; `key` finds the sealing key, which may be made
    /// after the server started.
    package init(
        environment: @escaping @Sendable (_ agent: String) -> Secret?, database: any Database,
        key: @escaping @Sendable () -> Secret?
    ) {
        self.environment = environment
        self.database = database
        self.key = key
    }

    /// Of every registered webhook, by its id. At most 200.
    package static func registered(_ database: any Database, under master: Secret?) async throws -> [String: Secret] {
        guard let master else { return [:] }
        return Dictionary(
            try await database.read { try WebhookStore(db: $0).secrets() }.compactMap { id, sealed in
                Secret(sealed: Array(sealed), under: master, context: SealingKey.context(id)).map { (id, $0) }
            }, uniquingKeysWith: { $1 })
    }

    /// Of an agent's newest registered webhook; the server believes it.
    package static func newest(_ database: any Database, agent: String, under master: Secret?) async throws -> Secret? {
        guard let master else { return nil }
        return try await database.read { try WebhookStore(db: $0).secrets(agent: agent) }.lazy.compactMap {
            Secret(sealed: Array($0.sealed), under: master, context: SealingKey.context($0.id))
        }.first
    }

    func isValid(_ signature: String?, body: [UInt8], agent: String) async throws -> Bool {
        guard signature != nil else { return false }
        let known = opened.withLock { $0[agent] ?? [] }
        if fits(signature, body, [environment(agent)].compactMap(\.self) + known) { return true }
        return fits(signature, body, try await reload(agent))
    }

    /// Whether anything could be believed at all.
    func isEmpty(agent: String) async throws -> Bool {
        guard environment(agent) == nil else { return false }
        return try await reload(agent).isEmpty
    }

    private func fits(_ signature: String?, _ body: [UInt8], _ secrets: [Secret]) -> Bool {
        secrets.contains { ClickUpSignature.isValid(signature, body: body, secret: $0) }
    }

    private func reload(_ agent: String) async throws -> [Secret] {
        let sealed = try await database.read { try WebhookStore(db: $0).secrets(agent: agent) }
        guard !sealed.isEmpty, let master = key() else { return [] }
        let secrets = sealed.compactMap {
            Secret(sealed: Array($0.sealed), under: master, context: SealingKey.context($0.id))
        }
        opened.withLock { opened in
            if opened.count >= Self.agentsMax { opened.removeAll() }
            opened[agent] = secrets
        }
        return secrets
    }
}
