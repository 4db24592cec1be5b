/// The things a Slack workspace holds, as the stand-in remembers them.
struct SlackUser: Sendable {
    let id: String, name: String, realName: String, email: String
    var isBot = false
}

struct SlackChannel: Sendable {
    let id: String, name: String, topic: String
    var isMember = true, isPrivate = false, isArchived = false
    /// Set for direct messages: the other person.
    var personID: String?
}

struct SlackMessage: Sendable {
    let channelID: String, ts: String
    let userID: String
    var text: String
    var blocks: [JSON] = [], attachments: [JSON] = []
    var metadata: JSON?
    var threadTS: String?
    var isBroadcast = false
    /// When and by whom it was last changed.
    var edited: (userID: String, ts: String)?
    /// Set on messages only one person sees; they are in no history.
    var onlyFor: String?
    var fileIDs: [String] = []
}

struct SlackFile: Sendable {
    enum Stage: Sendable { case promised, stored([UInt8]), shared([UInt8]) }

    let id: String, name: String, byteCount: Int
    /// The secret part of its upload address.
    let ticket: String
    var title: String
    var stage = Stage.promised

    var bytes: [UInt8]? {
        switch stage {
        case .promised: nil
        case .stored(let bytes), .shared(let bytes): bytes
        }
    }
}

/// A no in Slack's own words: HTTP 200, `ok: false`, a code, and for some codes what was wrong where.
struct SlackRefusal: Error, Hashable, Sendable, ExpressibleByStringLiteral {
    let code: String
    var messages: [String] = []

    init(_ code: String, _ messages: [String] = []) { (self.code, self.messages) = (code, messages) }
    init(stringLiteral code: String) { self.init(code) }
}
