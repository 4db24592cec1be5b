import Foundation

/// The state of the stand-in workspace and the rules ClickUp keeps over it. A value: every change says what events it
/// raises, and sends nothing itself. `now` is Unix milliseconds everywhere.
struct ClickUpWorkspace: Sendable {
    static let id = "9018614428"

    var lists: [ClickUpList]
    var tasks: [String: ClickUpTask]
    /// Task ids in order of creation.
    var taskOrder: [String]
    var webhooks: [ClickUpWebhook]
    private var lastSnowflake: Int = 0
    private var lastTaskNumber: Int = 0

    init(lists: [ClickUpList], tasks: [ClickUpTask], webhooks: [ClickUpWebhook]) {
        self.lists = lists
        self.tasks = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0) })
        taskOrder = tasks.map(\.id)
        self.webhooks = webhooks
    }

    /// A new id that no earlier life of the workspace has given out: receivers remember history ids for ever, so they
    /// carry the time in their upper bits, as the vendor's do.
    mutating func makeSnowflake(_ now: Int) -> String {
        lastSnowflake = max(lastSnowflake + 1, now << 20)
        return String(lastSnowflake)
    }

    private mutating func makeTaskID(_ now: Int) -> String {
        lastTaskNumber = max(lastTaskNumber + 1, now)
        return "86" + String(lastTaskNumber, radix: 36)
    }

    func task(_ id: String, custom: Bool = false) throws(ClickUpRefusal) -> ClickUpTask {
        let found = custom ? tasks.values.first { $0.customID == id } : tasks[id]
        guard let found else { throw .noTask }
        return found
    }

    /// An id of another workspace and one that never existed are answered alike.
    func list(_ id: String) throws(ClickUpRefusal) -> ClickUpList {
        guard let list = lists.first(where: { $0.id == id }) else { throw .foreign }
        return list
    }

    // MARK: Changes

    /// Moves a task. Setting the status it has raises no event.
    mutating func setStatus(
        of id: String, to name: String, by user: ClickUpUser, now: Int
    ) throws(ClickUpRefusal) -> [ClickUpDelivery] {
        var task = try task(id)
        let list = try list(task.listID)
        guard let status = list.status(named: name) else { throw .noStatus }
        let before = task.status
        guard status.name != before.name else { return [] }
        task.status = status
        task.updated = max(now, task.updated + 1)
        task.closed = status.type == "closed" ? now : nil
        tasks[id] = task
        let item = ClickUpEvents.statusItem(
            id: makeSnowflake(now), task: task, before: before, after: status, user: user, now: now)
        return deliveries(of: task, in: list, events: [("taskStatusUpdated", [item]), ("taskUpdated", [item])])
    }

    /// Renaming raises events too at the vendor, which no agent listens to; the stand-in leaves them out.
    mutating func rename(_ id: String, to name: String?, text: String?, now: Int) throws(ClickUpRefusal) {
        guard name != nil || text != nil else { return }
        var task = try task(id)
        task.name = name ?? task.name
        task.text = text ?? task.text
        task.updated = max(now, task.updated + 1)
        tasks[id] = task
    }

    mutating func addTask(
        _ draft: ClickUpTaskDraft, to listID: String, by user: ClickUpUser, now: Int
    ) throws(ClickUpRefusal) -> (task: ClickUpTask, deliveries: [ClickUpDelivery]) {
        let list = try list(listID)
        var task = ClickUpTask(
            id: makeTaskID(now), listID: listID, name: draft.name, text: draft.text, status: list.statuses[0],
            created: now, updated: now, creator: user)
        if let name = draft.status {
            guard let status = list.status(named: name) else { throw .noStatus }
            task.status = status
        }
        if let parentID = draft.parentID {
            guard tasks[parentID]?.listID == listID else { throw .invalid("parent is not a task of this list") }
            task.parentID = parentID
        }
        for (fieldID, value) in draft.values {
            guard let field = list.fields.first(where: { $0.id == fieldID }) else {
                throw ClickUpRefusal(status: 404, message: "Custom field not found", code: "FIELD_001")
            }
            task.values[fieldID] = try ClickUpFieldValue.stored(value, for: field)
        }
        tasks[task.id] = task
        taskOrder.append(task.id)
        let placed = ClickUpEvents.statusItem(
            id: makeSnowflake(now), task: task, before: nil, after: task.status, user: user, now: now)
        let made = ClickUpEvents.creationItem(id: makeSnowflake(now), task: task, user: user, now: now)
        let sent = deliveries(
            of: task, in: list, events: [("taskCreated", [placed, made]), ("taskStatusUpdated", [placed])])
        return (task, sent)
    }

    mutating func addComment(
        to id: String, parts: [JSON], by user: ClickUpUser, now: Int
    ) throws(ClickUpRefusal) -> (comment: ClickUpComment, deliveries: [ClickUpDelivery]) {
        var task = try task(id)
        let list = try list(task.listID)
        let text = parts.map(ClickUpEvents.plainText).joined()
        // Two comments of one millisecond would make the page position (date, id) ambiguous.
        let date = max(now, (task.comments.last?.date ?? 0) + 1)
        let comment = ClickUpComment(
            id: makeSnowflake(now), historyID: makeSnowflake(now), parts: parts, text: text, user: user, date: date)
        task.comments.append(comment)
        task.updated = max(now, task.updated + 1)
        tasks[id] = task
        let item = ClickUpEvents.commentItem(comment, task: task)
        return (
            comment,
            deliveries(of: task, in: list, events: [("taskCommentPosted", [item]), ("taskUpdated", [item])])
        )
    }

    /// A file on a task raises no event at all.
    mutating func attach(_ attachment: ClickUpAttachment, to id: String) throws(ClickUpRefusal) {
        var task = try task(id)
        task.attachments.append(attachment)
        task.updated = max(attachment.date, task.updated + 1)
        tasks[id] = task
    }

    mutating func setField(
        _ fieldID: String, of id: String, to value: JSON, now: Int
    ) throws(ClickUpRefusal) {
        var task = try task(id)
        guard let field = try list(task.listID).fields.first(where: { $0.id == fieldID }) else {
            throw ClickUpRefusal(status: 404, message: "Custom field not found", code: "FIELD_001")
        }
        if value.isNull {
            task.values.removeValue(forKey: fieldID)
        } else {
            task.values[fieldID] = try ClickUpFieldValue.stored(value, for: field)
        }
        task.updated = max(now, task.updated + 1)
        tasks[id] = task
    }

    mutating func replace(_ task: ClickUpTask) { tasks[task.id] = task }

    // MARK: Reading

    /// One page of a list, 100 tasks, latest update first. Subtasks are left out unless they are asked for.
    func page(
        of listID: String, statuses: [String], updatedAfter: Int?, includeClosed: Bool, includeSubtasks: Bool,
        page: Int
    ) throws(ClickUpRefusal) -> (tasks: [ClickUpTask], isLast: Bool) {
        let list = try list(listID)
        let wanted = Set(statuses.map(ClickUpList.folded))
        let found = taskOrder.compactMap { tasks[$0] }
            .filter { includeSubtasks || $0.parentID == nil }
            .filter { task in
                task.listID == list.id && (wanted.isEmpty || wanted.contains(ClickUpList.folded(task.status.name)))
                    && (updatedAfter.map { task.updated > $0 } ?? true)
                    && (includeClosed || !wanted.isEmpty || task.status.type != "closed")
            }
            .sorted { ($0.updated, $0.id) > ($1.updated, $1.id) }
        let slice = found.dropFirst(page * 100).prefix(100)
        return (Array(slice), found.count <= (page + 1) * 100)
    }

    /// 25 comments, newest first, below the position (`start`, `startID`) when both are given.
    func comments(of id: String, start: Int?, startID: String?) throws(ClickUpRefusal) -> [ClickUpComment] {
        let newestFirst = try task(id).comments.reversed()
        guard let start, let startID else { return Array(newestFirst.prefix(25)) }
        return Array(newestFirst.drop { $0.date >= start || $0.id == startID }.prefix(25))
    }

    // MARK: Webhooks

    func deliveries(
        of task: ClickUpTask, in list: ClickUpList, events: [(name: String, items: [JSON])]
    ) -> [ClickUpDelivery] {
        webhooks.flatMap { hook in
            events.filter { hook.wants($0.name, of: task, in: list) }.map { event in
                let body: JSON = [
                    "event": .string(event.name), "history_items": .array(event.items),
                    "task_id": .string(task.id), "webhook_id": .string(hook.id),
                ]
                return ClickUpDelivery(webhookID: hook.id, event: event.name, taskID: task.id, body: Array(body.bytes))
            }
        }
    }

    mutating func addWebhook(_ hook: ClickUpWebhook) throws(ClickUpRefusal) {
        let twin = webhooks.contains {
            $0.endpoint == hook.endpoint && $0.place == hook.place && Set($0.events) == Set(hook.events)
        }
        guard !twin else { throw .hookExists }
        webhooks.append(hook)
    }

    /// What a finished delivery does to the webhook's health. `lost` means the fifth attempt failed too.
    mutating func settle(webhook id: String, outcome: ClickUpOutcome) {
        guard let index = webhooks.firstIndex(where: { $0.id == id }), webhooks[index].status != .inactive else {
            return
        }
        switch outcome {
        case .accepted:
            guard webhooks[index].status != .suspended else { return }
            webhooks[index].status = .active
            webhooks[index].failCount = 0
        case .lost:
            webhooks[index].failCount += 1
            let isDead = webhooks[index].failCount >= 100 || webhooks[index].status == .suspended
            webhooks[index].status = isDead ? .suspended : .failing
        case .refused:
            webhooks[index].failCount += 1
            webhooks[index].status = .suspended
        }
    }
}

/// How one event's delivery to one webhook ended.
enum ClickUpOutcome: Hashable, Sendable { case accepted, lost, refused }

/// What a caller may say about a task to be made.
struct ClickUpTaskDraft: Sendable {
    var name: String, text = "", status: String?
    /// Makes it a subtask.
    var parentID: String?
    /// By field id, as written (a drop-down takes an option id here, and is read back as an index).
    var values: [String: JSON] = [:]
}
