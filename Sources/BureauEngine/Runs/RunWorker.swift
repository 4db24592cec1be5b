import BureauDomain
import BureauStorage
import BureauVendors
import Logging
import ServiceLifecycle

/// Claims due runs and drives them, many at once. Wakes when work arrives here, and looks now and then for what
/// arrived in the database through another process.
package struct RunWorker: Service {
    let parts: EngineParts
    let lock: OwnerLock
    let wake: WakeSignal
    /// Only this run, for a command that does its own work.
    let onlyRun: String?
    private let hands = LeasesInHand()
    private let watch: RunWatchdog
    static let claimMax = 64
    static let pollMilliseconds = 250
    static let shutdownGraceSeconds = 10

    package init(parts: EngineParts, lock: OwnerLock, wake: WakeSignal, onlyRun: String? = nil) {
        self.parts = parts
        self.lock = lock
        self.wake = wake
        self.onlyRun = onlyRun
        watch = RunWatchdog(parts: parts, lock: lock, hands: hands)
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown { try await work() }
    }

    private func work() async throws {
        let driver = RunDriver(parts: parts)
        do { try await watch.look() } catch is CancellationError { return } catch {
            parts.logger.error("the watchdog failed", metadata: ["why": "\(error)"])
        }
        try await withThrowingDiscardingTaskGroup { group in
            let slots = Slots(max: parts.settings.runsInFlightMax)
            group.addTask { await watchdog() }
            while !Task.isCancelled {
                let free = min(slots.free, Self.claimMax)
                let claimed = free == 0 ? [] : await takeInHand(free)
                for (run, lease, limit) in claimed {
                    slots.take()
                    group.addTask {
                        await driver.drive(run, lease, limit)
                        hands.give(lease)
                        slots.give()
                        wake.raise()
                    }
                }
                if claimed.count < Self.claimMax { await wake.wait(milliseconds: Self.pollMilliseconds) }
            }
            group.cancelAll()
        }
    }

    private func takeInHand(_ limit: Int) async -> [(RunRecord, Lease, SendLimit)] {
        hands.beginClaim()
        defer { hands.endClaim() }
        // Before it is written: what is held is held from here.
        let since = parts.doors.steady()
        return await claim(limit).map { run in
            let lease = lease(run)
            let limit = lease.sendLimit(since: since, parts.doors)
            hands.take(lease, limit)
            return (run, lease, limit)
        }
    }

    private func lease(_ run: RunRecord) -> Lease {
        Lease(
            runID: run.id, owner: lock.owner, epoch: run.leaseEpoch, lifeMilliseconds: parts.settings.leaseMilliseconds)
    }

    private func claim(_ limit: Int) async -> [RunRecord] {
        let (now, owner, only, life) = (parts.doors.now(), lock.owner, onlyRun, parts.settings.leaseMilliseconds)
        let (rules, steady) = (QueueRules(parts), parts.doors.steady())
        @Sendable func claim(_ db: any Connection) -> RunClaim {
            RunClaim(db: db, rules: rules, owner: owner, now: now, leaseMilliseconds: life, steady: steady)
        }
        do {
            // A read first: an idle server should not write.
            guard try await parts.database.lookUp({ try claim($0).isAnyDue(only: only) }) else { return [] }
            let claimed = try await parts.database.write { try claim($0).claim(limit: limit, only: only) }
            parts.counters.add(.claims, by: Int64(claimed.count))
            return claimed
        } catch {
            parts.logger.error("runs could not be claimed", metadata: ["why": "\(error)"])
            return []
        }
    }

    /// Looks for lost runs until it is cancelled.
    func watchdog() async {
        let clock = SetBackClock(parts: parts)
        do { try await clock.begin() } catch {
            parts.logger.error("the last run could not be read", metadata: ["why": "\(error)"])
        }
        while !Task.isCancelled {
            guard (try? await parts.doors.sleep(.seconds(RunWatchdog.lookEverySeconds))) != nil else { return }
            do {
                try await clock.look()
                try await watch.look()
            } catch is CancellationError { return } catch {
                parts.logger.error("the watchdog failed", metadata: ["why": "\(error)"])
            }
        }
    }
}
