import BureauStorage
import Synchronization
import Testing

/// The embedded engine, which tells a test how it will answer each statement. One that walks through a table which grows
/// with every run is an issue of the test that asked it: it is quick in a test and slow after a year.
final class PlannedDatabase: Database {
    /// The same rows for the test's own looks, which may be at all of them.
    let engine: SQLiteDatabase
    var path: String { engine.path }

    init(path: String) throws { engine = try SQLiteDatabase(path: path) }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await engine.read { try body(PlannedConnection(engine: $0)) }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await engine.write { try body(PlannedConnection(engine: $0)) }
    }

    func foreignChangeCount() async throws -> Int64 { try await engine.foreignChangeCount() }
}

private struct PlannedConnection: Connection {
    let engine: any Connection

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [Row] {
        try Plans.check(sql, values, engine)
        return try engine.query(sql, values)
    }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        try Plans.check(sql, values, engine)
        return try engine.execute(sql, values)
    }
}

private enum Plans {
    private static let seen = Mutex<Set<String>>([])

    static let growing: Set = [
        "run", "run_event", "signal", "step", "file", "receipt", "spend_hold", "spend_entry", "run_thread", "run_child",
        "task_watch", "task_stay", "feedback", "comment_reading", "artifact", "artifact_file", "artifact_channel",
        "approval", "alert", "loose_session",
        "announcement", "audit",
    ]

    /// Indexes that hold what is going on or went wrong, never what is over.
    static let short: Set = [
        "run_due", "run_queued", "run_assessed", "run_lease", "run_waiting", "run_failed", "step_notice", "step_failed",
        "step_error",
        "alert_open", "alert_unshown", "run_thread_open", "approval_open", "signal_parked", "run_unseen",
        "run_waits_client",
        "run_waits_asker", "loose_session_open",
    ]

    /// Read as a whole on purpose: once a day, or when somebody asks for a check, or after a restore.
    static let whole = [
        "WHERE ended_at > ? AND state <> 'ignored'", "SELECT 'agency' AS scope", "LEFT JOIN spend_hold",
        "FROM spend_hold hold",
        "SELECT DISTINCT run.session_agent", "GROUP BY run_id) hold", "GROUP BY run.state || ''",
    ]

    static func check(_ sql: String, _ values: [any SQLBindable], _ engine: any Connection) throws {
        guard seen.withLock({ $0.insert(sql).inserted }), !whole.contains(where: sql.contains) else { return }
        let steps = try engine.query("EXPLAIN QUERY PLAN " + sql, values).map { try $0.text("detail") }
        // A list that is read in the order of an index ends at its limit.
        let isPage = sql.contains("LIMIT") && !steps.contains { $0.hasPrefix("USE TEMP B-TREE FOR ORDER BY") }
        for step in steps where isWalk(step, isPage: isPage) {
            Issue.record("this walks through a table that grows with every run (\(step)):\n\(sql)")
        }
    }

    private static func isWalk(_ step: String, isPage: Bool) -> Bool {
        let words = step.split(separator: " ").map(String.init)
        guard words.first == "SCAN", words.count > 1, growing.contains(words[1]) else { return false }
        guard let index = words.last, words.contains("INDEX") else { return true }
        return !short.contains(index) && !isPage
    }
}
