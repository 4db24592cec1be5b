import Foundation

/// The part of a ClickUp webhook body that decides whether it starts a run. Everything may be missing: vendors add and
/// leave out fields, and only what the decision needs is looked at. (Shape: ClickUp API v2, webhook payloads.)
struct ClickUpEvent: Decodable, Sendable {
    struct Item: Decodable, Sendable {
        var id: String?
        /// Milliseconds UTC as text, when the change happened.
        var date: String?
        var field: String?
        /// The id of the list the task is in.
        var parentID: String?
        var userID: Int64?
        /// The new status, when `field` is `status`.
        var status: String?

        enum CodingKeys: String, CodingKey { case id, date, field, user, after, parentID = "parent_id" }
        enum UserKeys: String, CodingKey { case id }
        enum AfterKeys: String, CodingKey { case status }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            id = fields.textOrNumber(.id)
            date = fields.textOrNumber(.date)
            field = try? fields.decodeIfPresent(String.self, forKey: .field)
            parentID = fields.textOrNumber(.parentID)
            if let user = try? fields.nestedContainer(keyedBy: UserKeys.self, forKey: .user) {
                // A number as a rule: asking for a text first would cost an error for each event.
                userID =
                    (try? user.decodeIfPresent(Int64.self, forKey: .id))
                    ?? (try? user.decodeIfPresent(String.self, forKey: .id)).flatMap { Int64($0) }
            }
            // The shape of `after` depends on the field: an object for a status, a text or an id for others.
            if let after = try? fields.nestedContainer(keyedBy: AfterKeys.self, forKey: .after) {
                status = try? after.decodeIfPresent(String.self, forKey: .status)
            }
        }
    }

    var event: String?
    var taskID: String?
    var webhookID: String?
    var items: [Item]

    enum CodingKeys: String, CodingKey {
        case event, taskID = "task_id", webhookID = "webhook_id", items = "history_items"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        event = try fields.decodeIfPresent(String.self, forKey: .event)
        taskID = fields.textOrNumber(.taskID)
        webhookID = fields.textOrNumber(.webhookID)
        items = try fields.decodeIfPresent([Item].self, forKey: .items) ?? []
    }

    /// The change of status it tells of, if any. A created task carries two items, one of them its first status.
    var statusChange: Item? { items.first { $0.status != nil && ($0.field == nil || $0.field == "status") } }

    /// When that change happened, Unix milliseconds.
    var changedAt: Int64? { statusChange?.date.flatMap(Int64.init) }
}

extension KeyedDecodingContainer {
    /// Identifiers and times come as text or as numbers.
    fileprivate func textOrNumber(_ key: Key) -> String? {
        if let text = try? decodeIfPresent(String.self, forKey: key) { return text }
        if let number = try? decodeIfPresent(Int64.self, forKey: key) { return String(number) }
        return nil
    }
}
