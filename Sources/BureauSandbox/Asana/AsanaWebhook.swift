/// One subscription. Asana shows its secret once and deletes it after a day without a success.
struct AsanaWebhook: Sendable {
    struct Filter: Hashable, Sendable {
        let resourceType: String?, subtype: String?, action: String?
        let fields: [String]?

        /// All the keys that are given must match.
        func takes(_ event: AsanaEvent) -> Bool {
            (resourceType.map { $0 == event.resource.type } ?? true)
                && (subtype.map { $0 == event.resource.subtype } ?? true) && (action.map { $0 == event.action } ?? true)
                && (fields.map { fields in event.change.map { fields.contains($0.field) } ?? false } ?? true)
        }

        var json: JSON {
            .compact([
                "resource_type": resourceType.map { .string($0) }, "resource_subtype": subtype.map { .string($0) },
                "action": action.map { .string($0) }, "fields": fields.map { .array($0.map { .string($0) }) },
            ])
        }
    }

    static let failingMillisecondsMax = 86_400_000

    let gid: String, resource: AsanaRef, target: String, secret: String, created: Int
    var filters: [Filter]
    var isActive = true
    var lastSuccess: Int?, lastFailure: Int?
    var lastFailureText = "", retries = 0
    var nextAttempt: Int?
    /// When it will be deleted unless a delivery succeeds before.
    var deletedAt: Int?

    /// An event passes if any filter takes it.
    func wants(_ event: AsanaEvent) -> Bool {
        isActive && event.scope.contains(resource.gid) && (filters.isEmpty || filters.contains { $0.takes(event) })
    }
}

extension AsanaWorkspace {
    func webhook(_ gid: String) throws(AsanaRefusal) -> AsanaWebhook {
        guard let hook = webhooks.first(where: { $0.gid == gid }) else { throw .unknown("webhook", gid) }
        return hook
    }

    /// What a webhook may be about.
    func resource(_ gid: String) throws(AsanaRefusal) -> AsanaRef {
        if gid == Self.gid { return AsanaRef(gid: gid, type: "workspace") }
        if projects.contains(where: { $0.gid == gid }) { return AsanaRef(gid: gid, type: "project") }
        if let task = tasks[gid] { return task.ref }
        throw .unknown("resource", gid)
    }

    mutating func deleteWebhook(_ gid: String) throws(AsanaRefusal) {
        _ = try webhook(gid)
        webhooks.removeAll { $0.gid == gid }
    }

    mutating func succeeded(_ gid: String, now: Int) {
        guard let index = webhooks.firstIndex(where: { $0.gid == gid }) else { return }
        webhooks[index].lastSuccess = now
        webhooks[index].retries = 0
        (webhooks[index].nextAttempt, webhooks[index].deletedAt) = (nil, nil)
    }

    /// Says whether the webhook is still there: it is deleted, silently, when it has failed for a day.
    mutating func failed(_ gid: String, _ why: String, next: Int?, now: Int) -> Bool {
        guard let index = webhooks.firstIndex(where: { $0.gid == gid }) else { return false }
        let deletedAt = webhooks[index].deletedAt ?? now + AsanaWebhook.failingMillisecondsMax
        guard now < deletedAt else {
            webhooks.remove(at: index)
            return false
        }
        webhooks[index].lastFailure = now
        webhooks[index].lastFailureText = String(why.prefix(200))
        webhooks[index].retries += 1
        (webhooks[index].nextAttempt, webhooks[index].deletedAt) = (next, deletedAt)
        return true
    }
}
