import BureauDomain
import BureauStorage
import Foundation

/// One webhook at Asana, or one that is being made.
package struct AsanaHookRecord: Sendable, Hashable {
    package enum State: String, Sendable { case pending, active, failing, missing, retired }

    package let path: String
    package let account: String
    package let projectID: String
    package let target: String
    package let state: State
    package let webhookID: String?
    package let hasSecret: Bool
    let pendingUntil: Int64
    /// The last signed delivery, heartbeats included.
    package let heardAt: Int64?
    package let checkedAt: Int64?
    package let problem: String?
    package let createdAt: Int64

    /// The path is half a secret: people see where it begins.
    package var shownTarget: String {
        guard let range = target.range(of: "/hooks/asana/") else { return target }
        return "\(target[..<range.upperBound])\(target[range.upperBound...].prefix(6))…"
    }

    init(_ row: Row) throws {
        path = try row.text("path")
        account = try row.text("account")
        projectID = try row.text("project_id")
        target = try row.text("target")
        state = State(rawValue: try row.text("state")) ?? .retired
        webhookID = try row.textIfAny("webhook_id")
        hasSecret = try row.flag("has_secret")
        pendingUntil = try row.integer("pending_until")
        heardAt = try row.integerIfAny("heard_at")
        checkedAt = try row.integerIfAny("checked_at")
        problem = try row.textIfAny("problem")
        createdAt = try row.integer("created_at")
    }
}

/// The SQL of `asana_hook`.
struct AsanaHookStore {
    static let columns = """
        path, account, project_id, target, state, secret IS NOT NULL AS has_secret, webhook_id, pending_until, heard_at,
        checked_at, problem, created_at
        """
    let db: any Connection

    func find(_ path: String) throws -> AsanaHookRecord? {
        try db.first("SELECT \(Self.columns) FROM asana_hook WHERE path = ?", [path]).map(AsanaHookRecord.init)
    }

    func all() throws -> [AsanaHookRecord] {
        try db.query(
            "SELECT \(Self.columns) FROM asana_hook WHERE state <> 'retired' ORDER BY account, project_id, created_at LIMIT 2000"
        ).map(AsanaHookRecord.init)
    }

    func of(_ account: String, project: String) throws -> [AsanaHookRecord] {
        try db.query(
            "SELECT \(Self.columns) FROM asana_hook WHERE account = ? AND project_id = ? AND state <> 'retired' ORDER BY created_at",
            [account, project]
        ).map(AsanaHookRecord.init)
    }

    /// How often the making of another one in its place was begun since it was made.
    func countLater(than hook: AsanaHookRecord) throws -> Int {
        let row = try db.first(
            "SELECT count(*) AS n FROM asana_hook WHERE account = ? AND project_id = ? AND created_at > ?",
            [hook.account, hook.projectID, hook.createdAt])
        return Int(try row?.integer("n") ?? 0)
    }

    /// Removes what is out of use: what was never heard after a day, the others with the deliveries that name them.
    func forget(before logs: Int64, now: Int64) throws {
        try db.execute(
            """
            DELETE FROM asana_hook WHERE state = 'retired'
                AND (coalesce(heard_at, created_at) < ? OR (heard_at IS NULL AND created_at < ?))
            """, [logs, now - 24 * 3_600_000])
    }

    func insertPending(_ path: String, account: String, project: String, target: String, until: Int64, now: Int64)
        throws
    {
        try db.execute(
            """
            INSERT INTO asana_hook (path, account, project_id, target, state, pending_until, created_at)
            VALUES (?, ?, ?, ?, 'pending', ?, ?)
            """, [path, account, project, target, until, now])
    }

    func secret(_ path: String) throws -> Data? {
        try db.first("SELECT secret FROM asana_hook WHERE path = ? AND secret IS NOT NULL", [path])?.bytes("secret")
    }

    /// Once, and only while we are waiting for it. False for anybody who comes too early, too late or second.
    func keep(secret: Data, for path: String, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE asana_hook SET secret = ? WHERE path = ? AND state = 'pending' AND secret IS NULL
                AND pending_until >= ?
            """, [secret, path, now]) == 1
    }

    /// The webhook that was made takes the place of any other of its project.
    func activate(_ path: String, webhook: String, now: Int64) throws {
        guard let hook = try find(path) else { return }
        try db.execute(
            """
            UPDATE asana_hook SET state = 'retired', secret = NULL, webhook_id = NULL
            WHERE account = ? AND project_id = ? AND path <> ? AND state IN ('active', 'failing', 'missing')
            """, [hook.account, hook.projectID, path])
        try db.execute(
            """
            UPDATE asana_hook SET state = 'active', webhook_id = ?, checked_at = ?, problem = NULL
            WHERE path = ? AND state = 'pending' AND secret IS NOT NULL
            """, [webhook, now, path])
    }

    func retire(_ path: String) throws {
        try db.execute(
            "UPDATE asana_hook SET state = 'retired', secret = NULL, webhook_id = NULL WHERE path = ?", [path])
    }

    func heard(_ path: String, now: Int64) throws {
        try db.execute("UPDATE asana_hook SET heard_at = ? WHERE path = ?", [now, path])
    }

    func checked(_ path: String, _ state: AsanaHookRecord.State, problem: String?, now: Int64) throws {
        try db.execute(
            """
            UPDATE asana_hook SET state = ?, problem = ?, checked_at = ?
            WHERE path = ? AND state IN ('active', 'failing', 'missing')
            """, [state.rawValue, problem.map { String($0.prefix(500)) }, now, path])
    }
}
