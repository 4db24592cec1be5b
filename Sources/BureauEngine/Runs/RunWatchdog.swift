import BureauDomain
import BureauStorage
import Logging

/// Finds runs whose worker is gone: its lease ran out, or its process is dead. Losses are counted (`RunLosses`); after
/// the cap the run is parked with a cause.
struct RunWatchdog: Sendable {
    let parts: EngineParts
    let lock: OwnerLock
    static let lookEverySeconds = 3

    func look() async throws {
        let owners = try await parts.database.read { try RunStore(db: $0).leaseOwners() }
        let dead = owners.filter { lock.isDead($0) }
        let now = parts.doors.now()
        let seen = try await parts.database.read { try RunStore(db: $0).abandoned(now: now, deadOwners: dead) }
        defer { parts.pulse.note(.watchdog, at: now) }
        guard !seen.isEmpty || !dead.isEmpty else { return }
        let (transitions, doors) = (parts.transitions, parts.doors)
        let lost = try await parts.database.write { db in
            try StepStore(db: db).freeNotices(ofDeadOwners: dead)
            let taken = try RunLosses(db: db, transitions: transitions, doors: doors).take(seen)
            if !taken.isEmpty { try CareBook(db: db).addRequeued(taken.count, now: now) }
            return taken
        }
        for run in lost {
            parts.counters.add(.leasesLost)
            parts.logger.warning(
                "a run lost its worker and goes on",
                metadata: ["run": "\(run.id)", "state": "\(run.state.rawValue)", "losses_before": "\(run.losses)"])
        }
    }
}
