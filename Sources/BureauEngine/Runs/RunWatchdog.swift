import BureauDomain
import BureauStorage
import Logging

/// Finds runs whose worker is gone: its process is dead, or its lease ran out. That it ran out must show by the time of
/// day and by a clock that nobody sets, so that a clock which jumps takes nothing from whoever works. Losses are counted
/// (`RunLosses`); after the cap the run is parked with a cause. Notices' claims are freed in the same way.
struct RunWatchdog: Sendable {
    let parts: EngineParts
    let lock: OwnerLock
    var hands = LeasesInHand()
    private let leases = LeaseSightings(), claims = LeaseSightings()
    static let lookEverySeconds = 3

    func look() async throws {
        let owners = try await parts.database.read { try RunStore(db: $0).leaseOwners() }
        let dead = owners.filter { lock.isDead($0) }
        let now = parts.doors.now()
        let seen = try await abandoned(dead, now), unsent = try await unsent(now)
        defer { parts.pulse.note(.watchdog, at: now) }
        guard !seen.isEmpty || !dead.isEmpty || !unsent.isEmpty else { return }
        let (transitions, doors) = (parts.transitions, parts.doors)
        let lost = try await parts.database.write { db in
            try StepStore(db: db).freeNotices(ofDeadOwners: dead)
            for claim in unsent { try StepStore(db: db).freeNotice(claim) }
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

    private func abandoned(_ dead: [String], _ now: Int64) async throws -> [RunRecord] {
        let owner = lock.owner
        let (others, ended) = try await parts.database.read { db in
            let store = RunStore(db: db)
            return (try store.leases(besides: owner), try store.abandoned(now: now, deadOwners: dead))
        }
        let steady = parts.doors.steady(), life = parts.settings.leaseMilliseconds
        leases.see(others, now: steady)
        return ended.filter { run in
            guard let holder = run.leaseOwner, let until = run.leaseUntil, !dead.contains(holder) else { return true }
            guard holder != owner else { return !hands.holds(run) }
            let sighting = LeaseSightings.Sighting(id: run.id, owner: holder, until: until)
            return leases.isUnchanged(sighting, forMilliseconds: life, now: steady)
        }
    }

    /// Claims of notices that nobody renews. This process's own are looked at no differently: what it still has in hand
    /// it does not send twice (`NoticeLines`).
    private func unsent(_ now: Int64) async throws -> [LeaseSightings.Sighting] {
        let seen = try await parts.database.read { try StepStore(db: $0).noticeClaims() }
        let steady = parts.doors.steady()
        claims.see(seen, now: steady)
        return seen.filter {
            $0.until < now && claims.isUnchanged($0, forMilliseconds: StepStore.claimMilliseconds, now: steady)
        }
    }
}
