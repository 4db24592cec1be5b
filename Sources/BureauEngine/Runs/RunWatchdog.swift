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
        let steady = try await sight(), unsent = try await unsent(now)
        defer { parts.pulse.note(.watchdog, at: now) }
        if !dead.isEmpty || !unsent.isEmpty {
            try await parts.database.write { db in
                try StepStore(db: db).freeNotices(ofDeadOwners: dead)
                for claim in unsent { try StepStore(db: db).freeNotice(claim) }
            }
        }
        var last: RunRecord?
        // All of them in one look, however many their process held; a page a transaction, so that others can write.
        for _ in 0...(LeaseSightings.seenMax / RunStore.abandonedMax) {
            let after = last
            let page = try await parts.database.read {
                try RunStore(db: $0).abandoned(now: now, deadOwners: dead, after: after)
            }
            try await take(page.filter { isGone($0, dead, steady) }, now)
            guard page.count == RunStore.abandonedMax else { return }
            last = page.last
        }
    }

    private func take(_ gone: [RunRecord], _ now: Int64) async throws {
        guard !gone.isEmpty else { return }
        let (transitions, doors) = (parts.transitions, parts.doors)
        let lost = try await parts.database.write { db in
            let taken = try RunLosses(db: db, transitions: transitions, doors: doors).take(gone)
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

    /// Looks at the leases of other processes. Returns when, by the steady clock.
    private func sight() async throws -> Int64 {
        let owner = lock.owner
        let others = try await parts.database.read { try RunStore(db: $0).leases(besides: owner) }
        let steady = parts.doors.steady()
        leases.see(others, now: steady)
        return steady
    }

    private func isGone(_ run: RunRecord, _ dead: [String], _ steady: Int64) -> Bool {
        guard let holder = run.leaseOwner, let until = run.leaseUntil, !dead.contains(holder) else { return true }
        guard holder != lock.owner else { return !hands.holds(run) }
        let sighting = LeaseSightings.Sighting(id: run.id, owner: holder, until: until)
        return leases.isUnchanged(sighting, forMilliseconds: parts.settings.leaseMilliseconds, now: steady)
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
