import Foundation

@testable import BureauEngine

/// Whether one simulated server lives, how its clock goes, and where it dies. Every way from the engine to the world
/// passes `step`: a dead server's tasks get no further than the next one, a paused server's wait there.
final class ServerLife: @unchecked Sendable {  // The simulation has one thread.
    let owner: String
    let mutation: Mutation?
    private let scheduler: Scheduler
    private(set) var isDead = false
    private(set) var steps = 0
    private var stepsLeft: Int?
    private var pausedUntil: Int64 = 0
    /// How far this machine's clock is off.
    var clockOffset: Int64 = 0
    var onDeath: () -> Void = {}

    init(owner: String, scheduler: Scheduler, mutation: Mutation?) {
        (self.owner, self.scheduler, self.mutation) = (owner, scheduler, mutation)
    }

    /// Dies at the so-manieth step from now: before or after a commit, a request or its answer.
    func die(afterSteps count: Int) { stepsLeft = count }
    func pause(milliseconds: Int64) { pausedUntil = scheduler.now + milliseconds }

    func die() {
        guard !isDead else { return }
        isDead = true
        onDeath()
    }

    func step() async throws {
        await scheduler.giveWay()
        try check()
        while pausedUntil > scheduler.now { try await scheduler.sleep(.milliseconds(pausedUntil - scheduler.now)) }
        try check()
        steps += 1
        guard let left = stepsLeft else { return }
        stepsLeft = left - 1
        if left <= 1 {
            die()
            throw CancellationError()
        }
    }

    private func check() throws { if isDead { throw CancellationError() } }

    func doors(_ chance: ChanceBox) -> Doors {
        Doors(
            now: { self.scheduler.now + self.clockOffset }, steady: { self.scheduler.now },
            randomness: { (chance.next(), UInt16(truncatingIfNeeded: chance.next())) },
            jitter: { 0.5 + Double(chance.next() % 1_000) / 2_000 },
            sleep: { duration in
                try await self.scheduler.sleep(Self.idling(duration))
                try await self.step()
            })
    }
}

extension ServerLife {
    /// Loops that only look whether there is something to do look less often: most of a simulated hour is idle, and nine
    /// of ten reads were such looks.
    static func idling(_ duration: Duration) -> Duration {
        switch duration {
        case .seconds(RunWatchdog.lookEverySeconds): duration * 10
        case .seconds(ScheduleService.lookEverySeconds): duration * 12
        case .milliseconds(RunThreadWorker.pollMilliseconds): duration * 80
        // Half of all steps were one session's figures written down every two seconds.
        case .milliseconds(CostSampler.lookEveryMilliseconds): duration * 4
        default: duration
        }
    }
}

/// Chance that closures share.
final class ChanceBox: @unchecked Sendable {  // The simulation has one thread.
    private var chance: Chance
    init(seed: UInt64) { chance = Chance(seed: seed) }
    func next() -> UInt64 { chance.next() }
}

/// Ways to break the world on purpose, to see that the checks notice.
enum Mutation: String, CaseIterable, Sendable {
    /// Webhooks are answered 200 and thrown away, although nothing was stored.
    case lostSignals = "lost-signals"
    /// The stand-in lists sessions without their marks: a lost answer then opens a second one.
    case hiddenSessions = "hidden-sessions"
    /// The stand-ins show no comment and no message: a lost answer then posts a second one.
    case hiddenPosts = "hidden-posts"
    /// Alerts and comments about failures are taken and shown to nobody.
    case silentAlerts = "silent-alerts"
    /// A denial reaches the session as an approval.
    case allowAll = "allow-all"
    /// Leases are never given back.
    case keptLeases = "kept-leases"
    /// No webhook arrives and nobody looks for what was missed.
    case deaf
    /// A run's cost is not what its session cost.
    case skimmed
    /// Next to nothing is set aside for a session.
    case unreserved
    /// The record leaves out that files were collected.
    case impossibleStep = "impossible-step"
    /// Chance comes from the machine: the same seed does not give the same trace.
    case unseeded
}
