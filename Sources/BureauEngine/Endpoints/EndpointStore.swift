import BureauStorage
import Foundation

/// The SQL of endpoints and of what they are told.
struct EndpointStore {
    let db: any Connection
    static let endpointsMax = 50, pendingPerEndpointMax = 10_000, tellPerEndpointMax = 5
    static let trimMax = 1_000
    /// Whoever took an announcement and died leaves it to the next after so long.
    static let takenMilliseconds: Int64 = 60_000

    func list() throws -> [EndpointRecord] {
        try db.query("SELECT * FROM endpoint ORDER BY id DESC LIMIT ?", [Self.endpointsMax]).map(EndpointRecord.init)
    }

    func find(_ id: String) throws -> EndpointRecord? {
        try db.first("SELECT * FROM endpoint WHERE id = ?", [id]).map(EndpointRecord.init)
    }

    func beginning(with prefix: String) throws -> [EndpointRecord] {
        try db.query(
            "SELECT * FROM endpoint WHERE id >= ? AND id < ? ORDER BY id LIMIT 3", [prefix, prefix + "~"]
        ).map(EndpointRecord.init)
    }

    func insert(_ id: String, _ new: NewEndpoint, sealed: String, by person: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO endpoint (id, url, label, tells_runs, tells_approvals, client_slug, state, secret, made_by,
                created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?)
            """,
            [
                id, new.url, new.label, new.tellsRuns, new.tellsApprovals, new.client, sealed, person, now, now,
            ])
    }

    func replaceSecret(_ id: String, sealed: String, formerUntil: Int64, now: Int64) throws {
        try db.execute(
            "UPDATE endpoint SET former_secret = secret, former_until = ?, secret = ?, updated_at = ? WHERE id = ?",
            [formerUntil, sealed, now, id])
    }

    func enable(_ id: String, now: Int64) throws {
        try db.execute(
            "UPDATE endpoint SET state = 'active', why = NULL, failing_since = NULL, updated_at = ? WHERE id = ?",
            [now, id])
    }

    /// What it still waits for is given up.
    func disable(_ id: String, why: String, now: Int64) throws {
        try db.execute(
            "UPDATE endpoint SET state = 'disabled', why = ?, updated_at = ? WHERE id = ?", [why, now, id])
        try db.execute(
            """
            UPDATE announcement SET state = 'given_up', settled_at = ?, error = 'the endpoint was disabled'
            WHERE endpoint_id = ? AND state = 'pending'
            """, [now, id])
    }

    func remove(_ id: String) throws {
        try db.execute("DELETE FROM announcement WHERE endpoint_id = ?", [id])
        try db.execute("DELETE FROM endpoint WHERE id = ?", [id])
    }

    // MARK: Announcements

    /// The log of one endpoint, newest first.
    func announcements(_ endpoint: String, state: String?, before: Int64?, limit: Int) throws -> [AnnouncementRecord] {
        try db.query(
            """
            SELECT * FROM announcement WHERE endpoint_id = ? AND (? IS NULL OR state = ?)
                AND (? IS NULL OR created_at < ?)
            ORDER BY created_at DESC, event_id DESC LIMIT ?
            """, [endpoint, state, state, before, before, limit]
        ).map(AnnouncementRecord.init)
    }

    func announcement(_ endpoint: String, _ event: String) throws -> AnnouncementRecord? {
        try db.first("SELECT * FROM announcement WHERE endpoint_id = ? AND event_id = ?", [endpoint, event])
            .map(AnnouncementRecord.init)
    }

    func isDue(now: Int64) throws -> Bool {
        try db.first("SELECT 1 AS due FROM announcement WHERE state = 'pending' AND due_at <= ? LIMIT 1", [now]) != nil
    }

    /// Takes what is due, few of each endpoint, so that a slow one holds up no other.
    func take(now: Int64) throws -> [AnnouncementRecord] {
        var taken: [AnnouncementRecord] = []
        for endpoint in try list() where endpoint.isActive {
            taken += try db.query(
                """
                UPDATE announcement SET tries = tries + 1, due_at = ? WHERE endpoint_id = ? AND event_id IN
                    (SELECT event_id FROM announcement WHERE endpoint_id = ? AND state = 'pending' AND due_at <= ?
                     ORDER BY due_at, event_id LIMIT ?)
                RETURNING *
                """, [now + Self.takenMilliseconds, endpoint.id, endpoint.id, now, Self.tellPerEndpointMax]
            ).map(AnnouncementRecord.init)
        }
        return taken
    }

    func told(_ one: AnnouncementRecord, status: Int, now: Int64) throws {
        try settle(one, "told", status: Int64(status), error: nil, now: now)
        try db.execute("UPDATE endpoint SET failing_since = NULL WHERE id = ?", [one.endpointID])
    }

    func giveUp(_ one: AnnouncementRecord, status: Int?, error: String, now: Int64) throws {
        try settle(one, "given_up", status: status.map(Int64.init), error: error, now: now)
    }

    private func settle(_ one: AnnouncementRecord, _ state: String, status: Int64?, error: String?, now: Int64) throws {
        try db.execute(
            """
            UPDATE announcement SET state = ?, settled_at = ?, status = ?, error = ?
            WHERE endpoint_id = ? AND event_id = ? AND state = 'pending'
            """, [state, now, status, error, one.endpointID, one.eventID])
    }

    func postpone(_ one: AnnouncementRecord, until due: Int64, status: Int?, error: String) throws {
        try db.execute(
            """
            UPDATE announcement SET due_at = ?, status = ?, error = ?
            WHERE endpoint_id = ? AND event_id = ? AND state = 'pending'
            """, [due, status.map(Int64.init), error, one.endpointID, one.eventID])
    }

    func failing(_ endpoint: String, now: Int64) throws {
        try db.execute(
            "UPDATE endpoint SET failing_since = coalesce(failing_since, ?) WHERE id = ?", [now, endpoint])
    }

    func again(_ one: AnnouncementRecord, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE announcement SET state = 'pending', tries = 0, due_at = ?, settled_at = NULL, error = NULL
            WHERE endpoint_id = ? AND event_id = ? AND state <> 'pending'
            """, [now, one.endpointID, one.eventID]) == 1
    }

    func forgetSettled(before: Int64) throws {
        try db.execute(
            """
            DELETE FROM announcement WHERE rowid IN
                (SELECT rowid FROM announcement WHERE state <> 'pending' AND settled_at < ? LIMIT ?)
            """, [before, Self.trimMax])
    }

    /// Endpoints for which more waits than they can ever be told.
    func overfull() throws -> [String] {
        try db.query(
            "SELECT endpoint_id FROM announcement WHERE state = 'pending' GROUP BY endpoint_id HAVING count(*) > ?",
            [Self.pendingPerEndpointMax]
        ).map { try $0.text("endpoint_id") }
    }
}
