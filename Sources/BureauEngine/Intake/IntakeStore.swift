package import BureauDomain
import BureauStorage

/// The mode of the intake, and who put it there.
package struct IntakeRecord: Sendable, Hashable {
    package let mode: IntakeMode
    package let changedAt: Int64
    package let changedBy: String
    package let reason: String

    init(_ row: Row) throws {
        let text = try row.text("mode")
        guard let mode = IntakeMode(rawValue: text) else {
            throw StorageError.unreadable(column: "mode", "not a mode of the intake")
        }
        self.mode = mode
        changedAt = try row.integer("changed_at")
        changedBy = try row.text("changed_by")
        reason = try row.text("reason")
    }
}

/// The SQL of `intake`: its one row, and what waits behind it.
struct IntakeStore {
    let db: any Connection

    func record() throws -> IntakeRecord {
        guard let row = try db.first("SELECT mode, changed_at, changed_by, reason FROM intake WHERE one = 1") else {
            throw StorageError.unreadable(column: "mode", "there is no row of the intake")
        }
        return try IntakeRecord(row)
    }

    /// False when it was in this mode already: who put it there first stays.
    func set(_ mode: IntakeMode, by person: String, reason: String, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE intake SET mode = ?, changed_at = ?, changed_by = ?, reason = ? WHERE one = 1 AND mode <> ?
            """, [mode.rawValue, now, person, reason, mode.rawValue]) == 1
    }

    /// Runs that have not begun, at most so many.
    func waiting(atMost most: Int) throws -> Int64 {
        try db.first(
            """
            SELECT count(*) AS n FROM (
                SELECT 1 FROM run WHERE state = 'queued' AND lease_owner IS NULL LIMIT ?) AS some
            """, [most])?.integer("n") ?? 0
    }

    /// Runs that somebody works on, or that will go on without anybody's answer. None of them is left when a drain is
    /// over.
    func inHand() throws -> Int64 {
        try db.first(
            """
            SELECT (SELECT count(*) FROM run WHERE \(RunClaim.inHand) AND NOT \(RunClaim.holdsNoSlot))
                + (SELECT count(*) FROM run WHERE lease_until > 0 AND lease_owner IS NOT NULL
                    AND state IN ('queued', 'waiting_approval', 'revising')) AS n
            """)?.integer("n") ?? 0
    }
}

extension EngineParts {
    /// Whether anything new may start, in any process that shares the database.
    func startsRuns() async throws -> Bool {
        try await database.read { try IntakeStore(db: $0).record().mode.startsRuns }
    }
}
