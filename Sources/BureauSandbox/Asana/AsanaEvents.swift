/// What happened, as webhooks and the event stream tell it. It has no id there and says little: a hint to look.
struct AsanaEvent: Sendable {
    struct Change: Hashable, Sendable {
        let field: String
        /// Nil for values that are not things, such as a name or a date: those are not told.
        var value: AsanaRef?
        var action = "changed"
        /// Whether the value is gone, which is told as null.
        var isCleared = false
    }

    /// Counts up from 1 over the life of the workspace.
    let number: Int, created: Int
    /// Nil when Asana itself did it.
    let userID: String?
    let action: String
    let resource: AsanaRef, parent: AsanaRef?
    let change: Change?
    /// The gids whose subscribers hear of it: the task, the tasks above it, the projects of all of them.
    let scope: Set<String>

    var json: JSON {
        var members: [String: JSON] = [
            "user": userID.map { AsanaRef(gid: $0, type: "user").json } ?? .null,
            "created_at": .string(AsanaTime.text(created)), "action": .string(action), "resource": resource.json,
            "parent": parent?.json ?? .null,
        ]
        if let change {
            var told: [String: JSON] = ["field": .string(change.field), "action": .string(change.action)]
            if let value = change.value {
                told["new_value"] = value.json
            } else if change.isCleared {
                told["new_value"] = nil as JSON
            }
            members["change"] = .object(told)
        }
        return .object(members)
    }

    /// The stream's own form names the type beside.
    var streamJSON: JSON {
        var json = json
        json["type"] = .string(resource.type)
        return json
    }
}

/// The events of the last 24 hours, of which the event stream gives pages. Its tokens say how far a reader has come.
struct AsanaEventLog: Sendable {
    static let eventsMax = 20_000, pageMax = 100, workspacePageMax = 1_000, ageMillisecondsMax = 86_400_000

    private(set) var events: [AsanaEvent] = []
    private(set) var last = 0
    /// Tokens issued at this number or before are dead.
    private var deadUpTo = -1

    mutating func append(_ make: (Int) -> AsanaEvent) -> AsanaEvent {
        last += 1
        let event = make(last)
        // A tenth at a time, so that the cost of moving is rare.
        if events.count >= Self.eventsMax { events.removeFirst(Self.eventsMax / 10) }
        events.append(event)
        return event
    }

    /// Makes every token that is out a lost one.
    mutating func loseTokens() {
        deadUpTo = last
        last += 1
    }

    func token(_ resource: String, now: Int) -> String { Self.token(resource, last, now) }

    private static func token(_ resource: String, _ number: Int, _ now: Int) -> String {
        hex("\(resource).\(number).\(now)".utf8)
    }

    /// What happened after the token, at most a page; nil when the token is none of ours, of something else, or dead.
    /// A workspace hears of everything in it.
    func page(_ token: String, of resource: String, isWorkspace: Bool = false, now: Int) -> (
        events: [AsanaEvent], sync: String, hasMore: Bool
    )? {
        let parts = Self.decoded(token).split(separator: ".")
        guard parts.count == 3, parts[0] == resource, let number = Int(parts[1]), let issued = Int(parts[2]),
            number > deadUpTo, number <= last, now - issued <= Self.ageMillisecondsMax,
            number >= (events.first?.number ?? 0) - 1
        else { return nil }
        let found = events.filter { $0.number > number && (isWorkspace || $0.scope.contains(resource)) }
        let page = Array(found.prefix(isWorkspace ? Self.workspacePageMax : Self.pageMax)),
            hasMore = found.count > page.count
        return (page, Self.token(resource, hasMore ? page.last?.number ?? last : last, now), hasMore)
    }

    private static func decoded(_ token: String) -> String {
        let digits = Array(token.utf8)
        guard digits.count.isMultiple(of: 2), digits.count <= 256 else { return "" }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
