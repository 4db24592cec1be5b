import BureauStorage
import BureauVendors

/// Turns "#name" into the channel's id and a person into a mention. What was found is kept, so a result does not wait
/// for the list of a whole workspace.
struct SlackDirectory: Sendable {
    let slack: SlackClient
    let database: any Database
    let doors: Doors
    /// Names mean one channel in each team.
    let credentialSet: String?
    static let pagesMax = 20

    init(_ parts: EngineParts, _ slack: SlackClient) {
        self.slack = slack
        database = parts.database
        doors = parts.doors
        credentialSet = parts.settings.credentialSet
    }

    static let keptMilliseconds: Int64 = 24 * 3_600_000

    /// The id for a configured channel. The environment's channel takes its place only when Slack has none of this
    /// name, or does not let us look: while Slack cannot be asked nothing is decided, so that no client's results go
    /// elsewhere.
    func channel(_ configured: String, otherwise fallback: String?) async throws(VendorError) -> String {
        if Self.isID(configured) { return configured }
        let name = configured.trimmingPrefix("#").lowercased()
        if let kept = try? await kept(key(name)) { return kept }
        do throws(VendorError) {
            guard let found = try await look(up: name) else { return fallback ?? configured }
            try? await keep(key(name), found)
            return found
        } catch {
            guard !error.isRetryable, !Task.isCancelled else { throw error }
            return fallback ?? configured
        }
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

    private func kept(_ name: String) async throws -> String? {
        let oldest = doors.now() - Self.keptMilliseconds
        return try await database.query("SELECT value FROM setting WHERE name = ? AND updated_at > ?", [name, oldest])
            .first?.text("value")
    }

    private func keep(_ name: String, _ value: String) async throws {
        let now = doors.now()
        try await database.write { try SettingStore(db: $0).put(name, value, now: now) }
    }
}
