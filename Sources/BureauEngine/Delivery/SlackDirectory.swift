import BureauStorage
import BureauVendors
import Logging

/// Turns "#name" into the channel's id and a person into a mention. What was found is kept, so a result does not wait
/// for the list of a whole workspace.
struct SlackDirectory: Sendable {
    let slack: SlackClient
    let database: any Database
    let doors: Doors
    let logger: Logger
    /// Names mean one channel in each team.
    let credentialSet: String?
    static let pagesMax = 20

    init(_ parts: EngineParts, _ slack: SlackClient) {
        self.slack = slack
        database = parts.database
        doors = parts.doors
        logger = parts.logger
        credentialSet = parts.settings.credentialSet
    }

    static let keptMilliseconds: Int64 = 24 * 3_600_000

    /// The id for a configured channel. The environment's channel takes its place only when Slack has none of this
    /// name, or does not let us look: while Slack cannot be asked nothing is decided, so that no client's results go
    /// elsewhere. Then one that was found before and is past its time holds on, and the log says so.
    func channel(_ configured: String, otherwise fallback: String?) async throws(VendorError) -> String {
        if Self.isID(configured) { return configured }
        let name = Self.name(configured)
        let kept = try? await self.kept(key(name))
        if let kept, doors.now() - kept.at < Self.keptMilliseconds { return kept.id }
        do throws(VendorError) {
            guard let found = try await look(up: name) else {
                if let kept { try? await forget(key(name), kept.id) }
                return fallback ?? configured
            }
            try? await keep(key(name), found)
            return found
        } catch {
            if let kept, !Task.isCancelled {
                logger.warning(
                    "a channel's id could not be looked up anew, so the one found before is used",
                    metadata: ["channel": "\(configured)", "id": "\(kept.id)", "why": "\(error)"])
                return kept.id
            }
            // What stands between us and Slack does not speak for it.
            let isUnsaid = if case .unreadable = error.kind { false } else { !error.isRefusalInWords }
            guard !isUnsaid, !Task.isCancelled else { throw error }
            return fallback ?? configured
        }
    }

    /// What the channel is after Slack has said that it does not know `wrong`, which is never used again; nil when
    /// nothing else is found.
    func channel(
        _ configured: String, otherwise fallback: String?, besides wrong: String
    ) async throws(VendorError) -> String? {
        guard !Self.isID(configured) else { return nil }
        try? await forget(key(Self.name(configured)), wrong)
        let found = try await channel(configured, otherwise: fallback)
        return found == wrong ? nil : found
    }

    /// The same for a message that is to be posted in `wrong`, should Slack say so.
    func other(than wrong: String, for configured: String, otherwise fallback: String?) -> OtherChannel {
        OtherChannel { try await channel(configured, otherwise: fallback, besides: wrong) }
    }

    /// "<@U…>" for an id, an address or a name that is mapped; the text itself, which notifies nobody, otherwise.
    func mention(_ tag: String, people: [String: String]) async -> String {
        if tag.hasPrefix("<@") { return tag }
        if Self.isID(tag) { return SlackText.mention(user: tag) }
        if let id = people[String(tag.trimmingPrefix("@")).lowercased()] { return SlackText.mention(user: id) }
        if tag.contains("@"), !tag.hasPrefix("@"), let user = try? await slack.userByEmail(tag) {
            return SlackText.mention(user: user.id)
        }
        return SlackText.escape(tag)
    }

    static func isID(_ text: String) -> Bool {
        guard let first = text.first, "CDGUW".contains(first), text.count >= 6 else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
    }

    private static func name(_ configured: String) -> String { configured.trimmingPrefix("#").lowercased() }

    private func key(_ name: String) -> String {
        credentialSet.map { "slack_channel:\($0):\(name)" } ?? "slack_channel:\(name)"
    }

    private func look(up name: String) async throws(VendorError) -> String? {
        var cursor: String?
        for _ in 0..<Self.pagesMax {
            let page = try await slack.conversations(cursor: cursor)
            if let found = page.conversations.first(where: { $0.name?.lowercased() == name }) { return found.id }
            guard let next = page.nextCursor else { return nil }
            cursor = next
        }
        return nil
    }

    private func kept(_ name: String) async throws -> (id: String, at: Int64)? {
        try await database.query("SELECT value, updated_at FROM setting WHERE name = ?", [name]).first.map {
            (try $0.text("value"), try $0.integer("updated_at"))
        }
    }

    private func forget(_ name: String, _ value: String) async throws {
        try await database.write { try SettingStore(db: $0).remove(name, value) }
    }

    private func keep(_ name: String, _ value: String) async throws {
        let now = doors.now()
        try await database.write { try SettingStore(db: $0).put(name, value, now: now) }
    }
}
