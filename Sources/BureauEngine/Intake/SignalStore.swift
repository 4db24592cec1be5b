import BureauDomain
import BureauStorage
import Foundation

/// One stored signal, without its bytes.
package struct SignalRecord: Sendable, Hashable {
    package let id: String
    package let receivedAt: Int64
    /// The tool or surface it came from: "clickup", "asana", "slack".
    package let source: String
    package let agent: String
    package let remoteAddress: String
    package let event: String?
    /// What a second delivery of the same change has in common with it.
    package let deliveryKey: String?
    package let bodyBytes: Int64
    package let verdict: String
    package let reason: String
    package let runID: String?

    init(_ row: Row) throws {
        id = try row.text("id")
        receivedAt = try row.integer("received_at")
        source = try row.text("source")
        agent = try row.text("agent")
        remoteAddress = try row.text("remote_address")
        event = try row.textIfAny("event")
        deliveryKey = try row.textIfAny("delivery_key")
        bodyBytes = try row.integer("body_bytes")
        verdict = try row.text("verdict")
        reason = try row.text("reason")
        runID = try row.textIfAny("run_id")
    }
}

/// What is known of a request before its verdict.
struct NewSignal: Sendable {
    var id: String
    var agent: String
    var remoteAddress: String
    var body: Data
    var bodyBytes: Int
    var bodyHash: String
    var event: String?
    var deliveryKey: String?
    /// As the table names it.
    var source = "clickup"
}

/// What is kept of a signal's bytes.
struct KeptSignal {
    let agent: String
    let body: Data
    let isWhole: Bool
    let deliveryKey: String?
}

struct SignalStore {
    static let columns =
        "id, received_at, source, agent, remote_address, event, delivery_key, body_bytes, verdict, reason, run_id"
    let db: any Connection

    func insert(_ signal: NewSignal, verdict: Verdict, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO signal (id, received_at, source, agent, remote_address, body, body_bytes, body_sha256, event,
                delivery_key, verdict, reason, run_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                signal.id, now, signal.source, signal.agent, signal.remoteAddress, signal.body, signal.bodyBytes,
                signal.bodyHash,
                signal.event, signal.deliveryKey, verdict.name, String(verdict.reason.prefix(500)), verdict.runID,
            ])
    }

    func list(limit: Int, verdict: String?, agent: String?) throws -> [SignalRecord] {
        try db.query(
            """
            SELECT \(Self.columns) FROM signal
            WHERE (? IS NULL OR verdict = ?) AND (? IS NULL OR agent = ?) ORDER BY id DESC LIMIT ?
            """, [verdict, verdict, agent, agent, limit]
        ).map(SignalRecord.init)
    }

    func beginning(with prefix: String, limit: Int) throws -> [SignalRecord] {
        try db.query(
            "SELECT \(Self.columns) FROM signal WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            [prefix, prefix + "~", limit]
        ).map(SignalRecord.init)
    }

    /// Only what can be judged again: a command from Slack is typed again.
    func body(_ id: String, source: String = "clickup") throws -> KeptSignal? {
        let row = try db.first(
            "SELECT agent, body, body_bytes, delivery_key FROM signal WHERE id = ? AND source = ?", [id, source])
        return try row.map {
            let body = try $0.bytes("body")
            return KeptSignal(
                agent: try $0.text("agent"), body: body, isWhole: Int64(body.count) == (try $0.integer("body_bytes")),
                deliveryKey: try $0.textIfAny("delivery_key"))
        }
    }

    /// Empties some bodies of signals that made no run. False when there are no more from before that time. What was
    /// looked at is not looked at again: ids sort by time.
    func emptyBatch(before oldest: Int64, now: Int64) throws -> Bool {
        let seen = try db.first("SELECT value FROM setting WHERE name = ?", [Self.emptiedName])?.text("value") ?? ""
        let last = try db.first(
            "SELECT max(id) AS id FROM (SELECT id FROM signal WHERE id > ? AND id < ? ORDER BY id LIMIT ?) AS some",
            [seen, ULID.floor(milliseconds: max(0, oldest)), Self.emptiedAtOnce])?.textIfAny("id")
        guard let last else { return false }
        try db.execute(
            "UPDATE signal SET body = ? WHERE id > ? AND id <= ? AND verdict IN ('ignored', 'duplicate')",
            [Data(), seen, last])
        try SettingStore(db: db).put(Self.emptiedName, last, now: now)
        return true
    }

    private static let emptiedName = "signals_emptied_until", emptiedAtOnce = 1_000

    /// Refused requests come from anybody: only the newest are kept. Of those without a body fewer, so that whoever knocks
    /// at every port does not push out the webhooks that somebody may want to look at.
    func trimRefused(keep: Int, ofEmpty: Int) throws {
        for (which, kept) in [("verdict = 'refused' AND body_bytes = 0", ofEmpty), ("verdict = 'refused'", keep)] {
            try db.execute(
                """
                DELETE FROM signal WHERE \(which) AND id <= coalesce((SELECT id FROM signal
                    WHERE \(which) ORDER BY id DESC LIMIT 1 OFFSET ?), '')
                """, [kept])
        }
    }
}
