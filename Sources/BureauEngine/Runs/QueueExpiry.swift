import BureauDomain
import BureauStorage
import Logging

/// Gives up runs that have waited too long for a slot: work nobody expects any more should not start by surprise. One
/// that waits for money has its question, which expires by itself; one that waits for something that is not set here is
/// not to blame for it, and people are told. While the intake is paused nobody is given up, and after it everybody has
/// the whole time once more.
struct QueueExpiry: Sendable {
    let parts: EngineParts
    static let runsMax = 500

    func look() async throws {
        let (hours, now, transitions) = (parts.settings.queuedHoursMax, parts.doors.now(), parts.transitions)
        let since = now - Int64(hours) * 3_600_000
        let (intake, expired) = try await parts.database.read {
            (try IntakeStore(db: $0).record(), try Self.expired($0, since: since))
        }
        guard intake.mode.startsRuns, intake.changedAt < since, !expired.isEmpty else { return }
        let cause = RunCause(
            .queuedTooLong, "It waited \(hours) hours for a free slot and was given up. Try it again when it is wanted."
        )
        let ended = try await parts.database.write { db in
            // Looked at again inside: a worker may have taken one meanwhile.
            let still = try Self.expired(db, since: since)
            for id in still { try transitions.apply(.broke(cause), to: id, lease: nil, in: db) }
            return still
        }
        parts.logger.warning("runs waited too long and were given up", metadata: ["runs": "\(ended.count)"])
    }

    private static func expired(_ db: any Connection, since: Int64) throws -> [String] {
        try db.query(
            """
            SELECT id FROM run WHERE state = 'queued' AND lease_owner IS NULL AND coalesce(queued_at, accepted_at) < ?
              AND coalesce(cause, '') <> 'budget_exhausted' AND coalesce(fault_class, '') <> 'missing'
            LIMIT ?
            """, [since, runsMax]
        ).map { try $0.text("id") }
    }
}
