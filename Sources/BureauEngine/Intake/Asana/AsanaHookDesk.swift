import BureauDomain
package import BureauStorage
package import BureauVendors
import Logging

/// Makes webhooks at Asana and takes them away.
package struct AsanaHookDesk: Sendable {
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package let description: String
        package let fix: String
    }

    package enum Outcome: String, Sendable { case created, adopted, replaced }

    /// Asana calls back while our own call is open; afterwards nobody may.
    static let pendingMilliseconds: Int64 = 2 * 60_000
    static let triesMax = 3

    /// Of one account.
    let parts: EngineParts
    let key: @Sendable () throws -> Secret

    /// `key` makes the sealing key when there is none.
    package init(parts: EngineParts, key: @escaping @Sendable () throws -> Secret) {
        self.parts = parts
        self.key = key
    }

    private var account: String { parts.settings.credentialSet ?? "" }

    package static func list(_ database: any Database) async throws -> (
        hooks: [AsanaHookRecord], streams: [AsanaStreamRecord]
    ) {
        try await database.read { (try AsanaHookStore(db: $0).all(), try AsanaStreamStore(db: $0).all()) }
    }

    /// The project's webhook: the one that works, or a new one in the place of one that does not. `base` is how Asana
    /// reaches this server: "https://bureau.example.com".
    package func register(project: String, base: String) async throws -> (Outcome, AsanaHookRecord) {
        let asana = try client()
        let known = try await parts.database.read { [account] in
            try AsanaHookStore(db: $0).of(account, project: project)
        }
        for hook in known where hook.state == .active && hook.target.hasPrefix(base + "/hooks/asana/") {
            guard let id = hook.webhookID else { continue }
            do throws(VendorError) {
                if try await asana.webhook(id).isActive { return (.adopted, hook) }
            } catch { guard case .rejected = error.kind else { throw error } }
        }
        for hook in known where hook.state == .pending && hook.pendingUntil < parts.doors.now() {
            try await clear(hook, asana)
        }
        let made = try await create(project, base, asana)
        for hook in known where hook.state != .pending { try await delete(hook.webhookID, asana) }
        return (known.contains { $0.state != .pending } ? .replaced : .created, made)
    }

    private func client() throws -> AsanaClient {
        guard let asana = parts.connections.asana else {
            let fix = account.isEmpty ? "set ASANA_ACCESS_TOKEN" : "give \"\(account)\" asana.token_env in its file"
            throw Refused(description: "Asana is not connected", fix: fix)
        }
        return asana
    }

    private func create(_ project: String, _ base: String, _ asana: AsanaClient) async throws -> AsanaHookRecord {
        let master = try key()
        for _ in 0..<Self.triesMax {
            let path = makePath(), now = parts.doors.now(), target = "\(base)/hooks/asana/\(path)"
            try await parts.database.write { [account] in
                try AsanaHookStore(db: $0).insertPending(
                    path, account: account, project: project, target: target,
                    until: now + Self.pendingMilliseconds, now: now)
            }
            let made = try await ask(project, target, path, asana)
            if try await isOurs(made, path, master) {
                return try await activate(path, made.webhook.gid)
            }
            // Somebody else's handshake came between, or ours never came: this webhook is worth nothing.
            parts.logger.error(
                "a handshake of Asana brought another secret than the answer", metadata: ["project": "\(project)"])
            try await delete(made.webhook.gid, asana)
            try await parts.database.write { try AsanaHookStore(db: $0).retire(path) }
        }
        throw Refused(
            description: "the handshake did not bring the secret that Asana answered with, \(Self.triesMax) times",
            fix: "check that \(base) leads to this server, and that it runs with this data folder")
    }

    private func ask(_ project: String, _ target: String, _ path: String, _ asana: AsanaClient) async throws
        -> AsanaCreatedWebhook
    {
        do { return try await asana.createWebhook(project: project, target: target, filters: Self.filters) } catch {
            if error.mayHaveHappened,
                let hook = try await parts.database.read({ try AsanaHookStore(db: $0).find(path) })
            {
                // Where this fails too the row stays, and is cleared later with those whose making was cut off.
                try? await clear(hook, asana)
            } else {
                try await parts.database.write { try AsanaHookStore(db: $0).retire(path) }
            }
            guard case .rejected(let status, _) = error.kind, status != 402 else { throw error }
            throw Refused(
                description: "Asana made no webhook for project \(project). \(error.sentence)",
                fix: status == 404
                    ? "check the project's id, and invite the agent's user to it"
                    : "the server must run and be reached at \(target.prefix { $0 != "?" }) while this command waits")
        }
    }

    static let filters = [
        AsanaWebhookFilter(
            resourceType: "task", action: "changed",
            fields: ["assignee", "completed", "custom_fields", "name", "notes", "due_on"]),
        AsanaWebhookFilter(resourceType: "task", action: "added"),
        AsanaWebhookFilter(resourceType: "task", action: "removed"),
        AsanaWebhookFilter(resourceType: "task", action: "deleted"),
        AsanaWebhookFilter(resourceType: "task", action: "undeleted"),
        AsanaWebhookFilter(resourceType: "story", resourceSubtype: "comment_added", action: "added"),
        AsanaWebhookFilter(resourceType: "story", resourceSubtype: "comment_added", action: "changed"),
    ]

    private func isOurs(_ made: AsanaCreatedWebhook, _ path: String, _ master: Secret) async throws -> Bool {
        guard let answered = made.secret,
            let sealed = try await parts.database.read({ try AsanaHookStore(db: $0).secret(path) }),
            let shaken = Secret(sealed: Array(sealed), under: master, context: AsanaIntake.context(path))
        else { return false }
        return answered.isSame(as: shaken)
    }

    private func activate(_ path: String, _ webhook: String) async throws -> AsanaHookRecord {
        let now = parts.doors.now()
        let hook = try await parts.database.write { db in
            let store = AsanaHookStore(db: db)
            try store.activate(path, webhook: webhook, now: now)
            return try store.find(path)
        }
        guard let hook, hook.state == .active else {
            throw Refused(description: "the webhook could not be kept", fix: "run the command again")
        }
        return hook
    }

    /// A webhook whose making was cut off: nobody knows its secret.
    func clear(_ hook: AsanaHookRecord, _ asana: AsanaClient) async throws {
        do throws(VendorError) {
            if let found = try await find(hook, asana) { try await delete(found, asana) }
        } catch {
            // A project we do not see any more shows us no webhooks either. Its path takes nothing once it is retired,
            // and Asana deletes what nobody answers.
            guard case .rejected(let status, _) = error.kind, status == 403 || status == 404 else { throw error }
        }
        try await parts.database.write { try AsanaHookStore(db: $0).retire(hook.path) }
    }

    /// Asana allows 1,000 webhooks on a project, 100 a page.
    static let pagesMax = 10

    private func find(_ hook: AsanaHookRecord, _ asana: AsanaClient) async throws(VendorError) -> String? {
        let workspace = try await asana.workspace(ofProject: hook.projectID)
        var offset: String?
        for _ in 0..<Self.pagesMax {
            let page = try await asana.webhooks(workspace: workspace, project: hook.projectID, offset: offset)
            if let found = page.items.first(where: { $0.target == hook.target }) { return found.gid }
            offset = page.nextOffset
            if offset == nil { break }
        }
        return nil
    }

    private func delete(_ webhook: String?, _ asana: AsanaClient) async throws(VendorError) {
        guard let webhook else { return }
        do throws(VendorError) { try await asana.deleteWebhook(webhook) } catch {
            // Gone already is as good.
            guard case .rejected = error.kind else { throw error }
        }
    }

    /// 160 random bits: whoever does not know the path cannot even ask.
    private func makePath() -> String {
        (0..<2).map { _ in
            let (high, low) = parts.doors.randomness()
            let bytes = withUnsafeBytes(of: high.bigEndian, Array.init) + withUnsafeBytes(of: low.bigEndian, Array.init)
            return Hex.text(bytes)
        }.joined()
    }
}
