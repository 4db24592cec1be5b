package import BureauDomain
package import BureauStorage
import BureauVendors

/// A task as dashboards may show it. Times are Unix milliseconds, days "2026-05-22".
package struct TaskRecord: Sendable, Hashable {
    package let tool: WorkToolKind
    package let taskID: String
    package let containerID: String
    package let section: String
    package let title: String
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
        clientSlug = try row.textIfAny("client_slug")
        isClientVisible = try row.flag("client_visible")
        plannedOn = try row.textIfAny("planned_on")
        completedAt = try row.integerIfAny("completed_at")
    }
}

/// The SQL of `task_record`.
package struct TaskRecordStore {
    let db: any Connection
    package init(db: any Connection) { self.db = db }

    /// A row for each watched project the task is in; where it no longer is, it is taken away.
    func put(_ task: AsanaTask, _ watches: AsanaWatches, now: Int64) throws {
        let projects = watches.projects
        try db.execute("DELETE FROM task_record WHERE tool = 'asana' AND task_id = ?", [task.gid])
        for place in task.memberships where projects.contains(place.project.gid) {
            let flag = watches.visibility(in: place.project.gid)
            let said = flag?.field.flatMap { task.field($0)?.writtenText }
            let isVisible = flag?.shows(field: said, tags: task.tags.map(\.name)) ?? false
            try db.execute(
                """
                INSERT INTO task_record (tool, task_id, container_id, section, title, url, client_slug, client_visible,
                    planned_on, completed_at, updated_at, seen_at)
                VALUES ('asana', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
                [
                    task.gid, place.project.gid, place.section?.name ?? "", String(task.name.prefix(500)), task.url,
                    try watches.client(of: task, in: place.project.gid, db), isVisible ? 1 : 0,
                    Self.day(task.dueOn ?? task.startOn),
                    task.isCompleted ? task.completedAt : nil, task.modifiedAt ?? now, now,
                ])
        }
    }

    private static func day(_ text: String?) -> String? { text.flatMap { $0.utf8.count == 10 ? $0 : nil } }

    func remove(_ task: String) throws {
        try db.execute("DELETE FROM task_record WHERE tool = 'asana' AND task_id = ?", [task])
    }

    package func list(client: String?, isVisibleOnly: Bool, limit: Int = 500) throws -> [TaskRecord] {
        try db.query(
            """
            SELECT * FROM task_record WHERE (? IS NULL OR client_slug = ?) AND (? = 0 OR client_visible = 1)
            ORDER BY container_id, section, planned_on, task_id LIMIT ?
            """, [client, client, isVisibleOnly ? 1 : 0, limit]
        ).map(TaskRecord.init)
    }
}
