import BureauStorage
import Foundation

/// One webhook as ClickUp has it and as it was last seen.
package struct WebhookRecord: Sendable, Hashable {
    package let id: String
    package let agent: String
    package let workspace: String
    package let endpoint: String
    package let hasSecret: Bool
    package let health: String
    package let failCount: Int64
    package let healthyAt: Int64?
    package let checkedAt: Int64

    init(_ row: Row) throws {
        id = try row.text("id")
        agent = try row.text("agent")
        workspace = try row.text("workspace")
        endpoint = try row.text("endpoint")
        hasSecret = try row.flag("has_secret")
        health = try row.text("health")
        failCount = try row.integer("fail_count")
        healthyAt = try row.integerIfAny("healthy_at")
        checkedAt = try row.integer("checked_at")
    }
}

struct WebhookStore {
    static let columns =
        "id, agent, workspace, endpoint, secret IS NOT NULL AS has_secret, health, fail_count, healthy_at, checked_at"
    let db: any Connection

    func all() throws -> [WebhookRecord] {
        try db.query("SELECT \(Self.columns) FROM webhook ORDER BY agent, created_at").map(WebhookRecord.init)
    }

    /// Sealed secrets of an agent's webhooks, newest first: while one replaces another both are believed.
    func secrets(agent: String) throws -> [(id: String, sealed: Data)] {
        try db.query(
            "SELECT id, secret FROM webhook WHERE agent = ? AND secret IS NOT NULL ORDER BY created_at DESC LIMIT 20",
            [agent]
        ).map { (try $0.text("id"), try $0.bytes("secret")) }
    }

    func secrets() throws -> [(id: String, sealed: Data)] {
        try db.query("SELECT id, secret FROM webhook WHERE secret IS NOT NULL LIMIT 200", [])
            .map { (try $0.text("id"), try $0.bytes("secret")) }
    }

    /// A secret that is known stays when `secret` is nil.
    func put(id: String, agent: String, workspace: String, endpoint: String, secret: Data?, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO webhook (id, agent, workspace, endpoint, secret, health, checked_at, created_at)
            VALUES (?, ?, ?, ?, ?, 'unknown', ?, ?)
            ON CONFLICT (id) DO UPDATE SET agent = excluded.agent, workspace = excluded.workspace,
                endpoint = excluded.endpoint, secret = coalesce(excluded.secret, secret)
            """, [id, agent, workspace, endpoint, secret, now, now])
    }

    func remove(_ id: String) throws { try db.execute("DELETE FROM webhook WHERE id = ?", [id]) }

    func setHealth(_ id: String, _ health: String, failCount: Int64, now: Int64) throws {
        try db.execute(
            """
            UPDATE webhook SET health = ?, fail_count = ?, checked_at = ?,
                healthy_at = CASE WHEN ? = 'active' THEN ? ELSE healthy_at END WHERE id = ?
            """, [health, failCount, now, health, now, id])
    }
}
