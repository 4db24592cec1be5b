import BureauDomain
import BureauStorage
import Foundation

/// How the server is at one moment, for the System page. Every question reads an index or a few rows.
package struct SystemFacts: Sendable {
    package let intake: IntakeStatus
    package let queue: QueueFigures
    package let lastSignal: SignalRecord?
    /// Since the start of the agency's day, most frequent first.
    package let refused: [(why: String, count: Int64)]
    package let leases: Int64
    package let requeuedToday: Int64
    package let alertsOfWeek: Int64
    package let alertsOpen: Int64
    package let check: CareBook.Check?
    package let backup: CareBook.Backup?
    package let sizes: CareBook.Sizes?
    package let failedSchedule: (run: String, agent: String, at: Int64)?
    package let watchdogAt: Int64?
    package let databaseBytes: Int64
    package let logBytes: Int64
    package let disk: (usedPercent: Int, bytes: Int64)?

    package static let countedMax = 1_000
}

package struct SystemDesk: Sendable {
    let parts: EngineParts
    static let failuresSeenMax = 500
    private static let week: Int64 = 7 * 86_400_000

    package init(parts: EngineParts) { self.parts = parts }

    /// `today` is the start of the agency's day.
    package func look(today: Int64) async throws -> SystemFacts {
        let now = parts.doors.now(), (file, log) = fileSizes(), disk = disk()
        let intake = try await IntakeDesk(database: parts.database, doors: parts.doors).status()
        let watchdogAt = parts.pulse.last(.watchdog)
        return try await parts.database.read { db in
            let care = CareBook(db: db), weekAgo = ULID.floor(milliseconds: max(0, now - Self.week))
            return SystemFacts(
                intake: intake, queue: try QueueFigures(db: db, now: now),
                lastSignal: try SignalStore(db: db).list(limit: 1, verdict: nil, agent: nil).first,
                refused: try Self.refused(db, since: today),
                leases: try Self.count(
                    db, "SELECT 1 FROM run WHERE lease_until > 0 AND lease_owner IS NOT NULL LIMIT ?", []),
                requeuedToday: try care.requeued(now),
                alertsOfWeek: try Self.count(db, "SELECT 1 FROM alert WHERE id >= ? LIMIT ?", [weekAgo]),
                alertsOpen: try Self.count(db, "SELECT 1 FROM alert WHERE state = 'open' LIMIT ?", []),
                check: try care.lastCheck(), backup: try care.lastBackup(), sizes: try care.lastSizes(),
                failedSchedule: try Self.failedSchedule(db, since: weekAgo), watchdogAt: watchdogAt,
                databaseBytes: file, logBytes: log, disk: disk)
        }
    }

    private static func count(_ db: any Connection, _ sql: String, _ values: [any SQLBindable]) throws -> Int64 {
        try db.first("SELECT count(*) AS n FROM (\(sql)) AS some", values + [SystemFacts.countedMax])?.integer("n") ?? 0
    }

    private static func refused(_ db: any Connection, since: Int64) throws -> [(why: String, count: Int64)] {
        try db.query(
            """
            SELECT reason, count(*) AS n FROM (
                SELECT reason FROM signal WHERE verdict = 'refused' AND id >= ? ORDER BY id DESC LIMIT ?) AS some
            GROUP BY reason ORDER BY n DESC, reason LIMIT 4
            """, [ULID.floor(milliseconds: since), SystemFacts.countedMax]
        ).map { (try $0.text("reason"), try $0.integer("n")) }
    }

    /// The newest failure of a run that a schedule started, among the newest failures of the week.
    private static func failedSchedule(
        _ db: any Connection, since: String
    ) throws -> (run: String, agent: String, at: Int64)? {
        try db.first(
            """
            SELECT id, agent, ended_at FROM (
                SELECT id, agent, ended_at, trigger_source FROM run WHERE state = 'failed' AND id >= ?
                ORDER BY id DESC LIMIT ?) AS some
            WHERE trigger_source = 'cron' ORDER BY id DESC LIMIT 1
            """, [since, failuresSeenMax]
        ).map { (try $0.text("id"), try $0.text("agent"), try $0.integer("ended_at")) }
    }

    private func fileSizes() -> (file: Int64, log: Int64) {
        guard let path = (parts.database as? SQLiteDatabase)?.path else { return (0, 0) }
        func bytes(_ path: String) -> Int64 {
            ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.int64Value ?? 0
        }
        return (bytes(path), bytes(path + "-wal"))
    }

    /// The fullest of those that are used.
    private func disk() -> (usedPercent: Int, bytes: Int64)? {
        parts.disks().map(\.facts).max { $0.usedPercent < $1.usedPercent }.map { ($0.usedPercent, $0.bytes) }
    }
}
