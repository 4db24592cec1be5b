package import BureauDomain
import BureauStorage

/// Who or what outside is told of changes: an address, and what it wants to know.
package struct EndpointRecord: Sendable, Hashable {
    package let id: String
    package let url: String
    package let label: String
    package let tellsRuns: Bool
    package let tellsApprovals: Bool
    /// Only what concerns this client; nil for everything.
    package let client: String?
    package let isActive: Bool
    /// Why it is disabled.
    package let why: String?
    package let failingSince: Int64?
    package let madeBy: String
    package let createdAt: Int64
    package let updatedAt: Int64
    /// Until when announcements are signed under the former secret too.
    package let formerUntil: Int64?
    let sealed: String
    let formerSealed: String?

    init(_ row: Row) throws {
        id = try row.text("id")
        url = try row.text("url")
        label = try row.text("label")
        tellsRuns = try row.flag("tells_runs")
        tellsApprovals = try row.flag("tells_approvals")
        client = try row.textIfAny("client_slug")
        isActive = try row.text("state") == "active"
        why = try row.textIfAny("why")
        failingSince = try row.integerIfAny("failing_since")
        madeBy = try row.text("made_by")
        createdAt = try row.integer("created_at")
        updatedAt = try row.integer("updated_at")
        formerUntil = try row.integerIfAny("former_until")
        sealed = try row.text("secret")
        formerSealed = try row.textIfAny("former_secret")
    }

    package var topics: [String] { (tellsRuns ? ["runs"] : []) + (tellsApprovals ? ["approvals"] : []) }

    /// Never with its secret.
    package var document: JSONValue {
        .object(
            JSONObject([
                ("id", .string(id)), ("url", .string(url)), ("label", .string(label)),
                ("topics", .array(topics.map { .string($0) })), ("client", .line(client)),
                ("status", .string(isActive ? "active" : "disabled")), ("why", .line(why)),
                ("failing_since", .instant(failingSince)), ("former_secret_until", .instant(formerUntil)),
                ("made_by", .string(madeBy)), ("created_at", .instant(createdAt)), ("updated_at", .instant(updatedAt)),
            ]))
    }
}

/// One change, as one endpoint was or will be told of it.
package struct AnnouncementRecord: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable { case pending, told, givenUp = "given_up" }

    package let endpointID: String
    package let eventID: String
    package let kind: String
    package let body: String
    package let state: State
    package let tries: Int
    package let createdAt: Int64
    package let dueAt: Int64
    package let settledAt: Int64?
    package let status: Int64?
    package let error: String?

    init(_ row: Row) throws {
        endpointID = try row.text("endpoint_id")
        eventID = try row.text("event_id")
        kind = try row.text("kind")
        body = try row.text("body")
        guard let known = State(rawValue: try row.text("state")) else {
            throw StorageError.unreadable(column: "state", "not a state of an announcement")
        }
        state = known
        tries = Int(try row.integer("tries"))
        createdAt = try row.integer("created_at")
        dueAt = try row.integer("due_at")
        settledAt = try row.integerIfAny("settled_at")
        status = try row.integerIfAny("status")
        error = try row.textIfAny("error")
    }

    package var document: JSONValue {
        .object(
            JSONObject([
                ("id", .string(eventID)), ("type", .string(kind)), ("status", .string(state.rawValue)),
                ("tries", .number(JSONNumber(tries))), ("created_at", .instant(createdAt)),
                ("due_at", state == .pending ? .instant(dueAt) : .null), ("settled_at", .instant(settledAt)),
                ("answer_status", status.map { .whole64($0) } ?? .null), ("error", .line(error)),
            ]))
    }
}
