package import BureauDomain
package import BureauStorage

/// Which tasks on record a list shows, by tool, task and project or list.
package struct TaskRecordListing: Sendable, Hashable {
    package var client: String?
    /// Only those that clients may see.
    package var isVisibleOnly: Bool
    /// Clients whose tasks may be seen; nil for all. A task of nobody might be anybody's: it is for who sees all.
    package var visible: Set<String>?
    /// Cursor: only those that come after this place.
    package var after: Place?
    package var limit: Int
    package static let limitMax = 1_000

    package init(
        client: String? = nil, isVisibleOnly: Bool = false, visible: Set<String>? = nil, after: Place? = nil,
        limit: Int = 500
    ) {
        (self.client, self.isVisibleOnly, self.visible) = (client, isVisibleOnly, visible)
        (self.after, self.limit) = (after, limit)
    }

    /// Where a record stands in the list: "clickup.86cfull01.901100000001".
    package struct Place: Sendable, Hashable, CustomStringConvertible {
        let tool: String, task: String, container: String

        /// Nil for what no list gave out.
        package init?(_ text: String) {
            let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { return nil }
            (tool, task, container) = (parts[0], parts[1], parts[2])
        }

        init(_ record: TaskRecord) {
            (tool, task, container) = (record.tool.rawValue, record.taskID, record.containerID)
        }

        package var description: String { "\(tool).\(task).\(container)" }
    }
}

/// What people ask of the tasks on record.
package struct TaskRecordDesk: Sendable {
    let database: any Database
    package init(database: any Database) { self.database = database }

    package func list(_ listing: TaskRecordListing) async throws -> [TaskRecord] {
        try await database.read { try TaskRecordStore(db: $0).list(listing) }
    }
}

extension TaskRecord {
    package var place: TaskRecordListing.Place { TaskRecordListing.Place(self) }

    /// As programs get it.
    package var document: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return [
            "tool": .string(tool.rawValue), "task": .string(taskID), "container": .string(containerID),
            "section": .string(section), "title": .string(title), "url": text(url), "client": text(clientSlug),
            "client_visible": .bool(isClientVisible), "planned_on": text(plannedOn),
            "completed_at": text(completedAt.map(RunRecord.time)),
        ]
    }
}
