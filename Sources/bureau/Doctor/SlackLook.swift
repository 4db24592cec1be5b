import BureauDomain
import BureauVendors

/// What Slack says about the channels we post to.
struct SlackLook: Sendable {
    static let pagesMax = 20
    /// Needed to post, to find channels by name, and to look whether a message whose answer was lost is there.
    private static let scopesAlwaysNeeded = ["chat:write", "channels:read", "channels:history"]

    /// Of the token these agents work with.
    static func scopesNeeded(_ agents: [AgentConfig]) -> [String] {
        scopesAlwaysNeeded + (agents.contains { $0.triggers.slackCommand != nil } ? ["commands"] : [])
    }

    private let byName: [String: SlackConversation]
    private let byID: [String: SlackConversation]

    init(_ slack: SlackClient) async throws(VendorError) {
        var all: [SlackConversation] = []
        var cursor: String?
        for _ in 0..<Self.pagesMax {
            let page = try await slack.conversations(cursor: cursor)
            all += page.conversations
            cursor = page.nextCursor
            if cursor == nil { break }
        }
        byID = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        byName = Dictionary(
            all.compactMap { channel in channel.name.map { ($0.lowercased(), channel) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// The channel that was probably meant by a name that is none.
    func near(_ configured: String) -> String? {
        let name = configured.trimmingPrefix("#").lowercased()
        guard byID[configured] == nil, byName[name] == nil else { return nil }
        return NearestKey.nearest(to: name, in: byName.keys.sorted()).map { "#" + $0 }
    }

    /// What is wrong with a channel as configured, by name or id; nil when the bot can post there.
    func problem(_ configured: String) -> (what: String, fix: String)? {
        let name = configured.trimmingPrefix("#").lowercased()
        guard let channel = byID[configured] ?? byName[name] else {
            return (
                "there is no channel \(configured) that our app can see",
                "check the name; invite the app when the channel is private: /invite in \(configured)"
            )
        }
        let label = channel.name.map { "#\($0)" } ?? configured
        if channel.isArchived { return ("\(label) is archived", "open it again in Slack, or name another channel") }
        if !channel.isMember {
            return ("the app is not in \(label)", "in Slack, open \(label) and type: /invite @ the app's name")
        }
        return nil
    }
}
