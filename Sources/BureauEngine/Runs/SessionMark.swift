import BureauDomain
import BureauStorage

/// What a session's metadata says of the run it was opened for: enough to find the session again when its answer was
/// lost, and to find the run again when the database is an older one.
enum SessionMark {
    static let run = "bureau_run", attempt = "bureau_attempt", agent = "bureau_agent", key = "bureau_key"
    static let source = "bureau_source", client = "bureau_client", task = "bureau_task", by = "bureau_by"
    /// Who keeps the task.
    static let tool = "bureau_tool"
    /// The service's limit for one value.
    private static let charactersMax = 512

    static func make(_ record: RunRecord, key dedupeKey: String?) -> [String: String] {
        let keeper: String? = record.taskID == nil ? nil : record.taskTool.rawValue
        let all: [String: String?] = [
            run: record.id, attempt: String(record.attempt), agent: record.agent, key: dedupeKey,
            source: record.triggerSource, client: record.clientSlug, task: record.taskID, by: record.requestedBy,
            tool: keeper,
        ]
        return all.compactMapValues { $0 }.filter { !$0.value.isEmpty && $0.value.count <= charactersMax }
    }
}

extension RunStore {
    func dedupeKey(_ id: String) throws -> String? {
        try db.first("SELECT dedupe_key FROM run WHERE id = ?", [id])?.text("dedupe_key")
    }

    /// A person has decided something: whoever works the run shall see it now.
    func wake(_ id: String, now: Int64) throws {
        try db.execute("UPDATE run SET due_at = ? WHERE id = ?", [now, id])
    }
}
