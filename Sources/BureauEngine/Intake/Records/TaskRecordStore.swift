package import BureauDomain
import BureauStorage

/// A task as dashboards may show it. Times are Unix milliseconds, days "2026-05-22".
package struct TaskRecord: Sendable, Hashable {
    package let tool: WorkToolKind
    package let taskID: String
    package let containerID: String
    package let section: String
    package let title: String
    package let url: String?
    package let clientSlug: String?
    package let isClientVisible: Bool
    package let plannedOn: String?
    package let completedAt: Int64?

    init(_ row: Row) throws {
        tool = WorkToolKind(rawValue: try row.text("tool")) ?? .asana
        taskID = try row.text("task_id")
        containerID = try row.text("container_id")
        section = try row.text("section")
        title = try row.text("title")
        url = try row.textIfAny("url")
        clientSlug = try row.textIfAny("client_slug")
        isClientVisible = try row.flag("client_visible")
        plannedOn = try row.textIfAny("planned_on")
        completedAt = try row.integerIfAny("completed_at")
    }
}

/// The SQL of `task_record`.
struct TaskRecordStore {
    let db: any Connection

    /// A row for each project or list the book speaks of that the task is in; where it no longer is, it is taken away.
    func put(_ task: WorkTask, _ book: TaskRecordBook, now: Int64) throws {
        try remove(task.kind, task.id)
        for place in task.memberships {
            guard let said = try book.entry(task, in: place, db) else { continue }
            try db.execute(
                """
                INSERT INTO task_record (tool, task_id, container_id, section, title, url, client_slug, client_visible,
                    planned_on, completed_at, updated_at, seen_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
                [
                    task.kind.rawValue, task.id, place.containerID, said.section, String(task.title.prefix(500)),
                    task.url, said.client, said.isVisible ? 1 : 0,
                    task.plannedOn.flatMap { $0.utf8.count == 10 ? $0 : nil }, task.completedAt,
                    task.updatedAt ?? now, now,
                ])
        }
    }

    func remove(_ kind: WorkToolKind, _ task: String) throws {
        try db.execute("DELETE FROM task_record WHERE tool = ? AND task_id = ?", [kind.rawValue, task])
    }

    /// After a look at all of a project or list: what was not there any more is gone.
    func removeUnseen(_ kind: WorkToolKind, container: String, since began: Int64) throws {
        try db.execute(
            "DELETE FROM task_record WHERE tool = ? AND container_id = ? AND seen_at < ?",
            [kind.rawValue, container, began])
    }

    func list(_ listing: TaskRecordListing) throws -> [TaskRecord] {
        var (conditions, values): ([String], [any SQLBindable]) = ([], [])
        func add(_ condition: String, _ more: [any SQLBindable]) {
            conditions.append(condition)
            values += more
        }
        if let client = listing.client { add("client_slug = ?", [client]) }
        if listing.isVisibleOnly { add("client_visible = 1", []) }
        if let visible = listing.visible {
            let marks = Array(repeating: "?", count: visible.count).joined(separator: ", ")
            add("client_slug IN (\(marks))", visible.sorted())
        }
        if let after = listing.after {
            add("(tool, task_id, container_id) > (?, ?, ?)", [after.tool, after.task, after.container])
        }
        let clause = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try db.query(
            "SELECT * FROM task_record \(clause) ORDER BY tool, task_id, container_id LIMIT ?",
            values + [min(max(listing.limit, 1), TaskRecordListing.limitMax)]
        ).map(TaskRecord.init)
    }
}
