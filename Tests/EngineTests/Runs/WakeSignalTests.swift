import BureauDomain
import Synchronization
import Testing

@testable import BureauEngine

private final class Count: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func add(_ amount: Int) { number.withLock { $0 += amount } }
}

@Suite("Waking a loop", .timeLimit(.minutes(10)))
struct WakeSignalTests {
    @Test("A signal that comes while nobody waits is kept, once")
    func kept() async throws {
        let clock = VirtualClock(isImpatient: false), wake = WakeSignal(doors: clock.doors)
        wake.raise()
        wake.raise()
        await wake.wait(milliseconds: 1_000)
        let waiting = Task { await wake.wait(milliseconds: 1_000) }
        try await clock.untilSleeping(1)
        #expect(clock.now == VirtualClock(isImpatient: false).now, "the first wait took no time")
        clock.advance(milliseconds: 1_000)
        await waiting.value
    }

    @Test("Time alone ends a wait")
    func time() async throws {
        let clock = VirtualClock(isImpatient: false), wake = WakeSignal(doors: clock.doors)
        let waiting = Task { await wake.wait(milliseconds: 250) }
        try await clock.untilSleeping(1)
        clock.advance(milliseconds: 250)
        await waiting.value
    }

    @Test("No signal is lost, however signals and waits fall together")
    func storm() async throws {
        let clock = VirtualClock(isImpatient: false), wake = WakeSignal(doors: clock.doors)
        let left = Count()
        // Time never moves: only signals can end a wait, so a lost one would stop the test.
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<2_000 {
                    while left.value == 0 { await wake.wait(milliseconds: 1_000_000) }
                    left.add(-1)
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<500 {
                        left.add(1)
                        wake.raise()
                        await Task.yield()
                    }
                }
            }
        }
        #expect(left.value == 0)
    }

    @Test("A cancelled task never waits on", arguments: [false, true])
    func cancelled(before: Bool) async throws {
        let clock = VirtualClock(isImpatient: false), wake = WakeSignal(doors: clock.doors)
        for _ in 0..<200 {
            let waiting = Task {
                if before { while !Task.isCancelled { await Task.yield() } }
                await wake.wait(milliseconds: 1_000_000)
            }
            if !before { await Task.yield() }
            waiting.cancel()
            await waiting.value
        }
    }

    @Test("A second that waits sends the first on its way: none is left behind")
    func two() async throws {
        let clock = VirtualClock(isImpatient: false), wake = WakeSignal(doors: clock.doors)
        let over = Count()
        let waits = (0..<5).map { _ in
            Task {
                await wake.wait(milliseconds: 1_000_000)
                over.add(1)
            }
        }
        try await clock.untilSleeping(1)
        // One that begins late may find its signal taken by another: there is always a next one.
        while over.value < waits.count {
            wake.raise()
            try Task.checkCancellation()
            await Task.yield()
        }
        for wait in waits { await wait.value }
    }
}

@Suite("Stopping a stage that runs", .timeLimit(.minutes(10)))
struct StopWatchTests {
    @Test("A stop that someone asked for ends the stage, and only the stage")
    func stops() async throws {
        let clock = VirtualClock(isImpatient: false), watch = StopWatch()
        let outcome = Task {
            try await watch.run(in: .running) {
                try await clock.sleep(.seconds(3_600))
                return .moved
            }
        }
        try await clock.untilSleeping(1)
        watch.see(.running)
        #expect(clock.sleeperCount == 1)
        watch.see(.stopping)
        #expect(try await outcome.value == nil)
        #expect(try await watch.run(in: .stopping) { .moved } == .moved, "the next stage is not ended")
    }

    @Test("The stage that stops a session is not ended by the stop it carries out")
    func stopping() async throws {
        let clock = VirtualClock(isImpatient: false), watch = StopWatch()
        let outcome = Task {
            try await watch.run(in: .stopping) {
                try await clock.sleep(.seconds(1))
                return .moved
            }
        }
        try await clock.untilSleeping(1)
        watch.see(.stopping)
        clock.advance(milliseconds: 1_000)
        #expect(try await outcome.value == .moved)
    }

    @Test("A worker that shuts down is told so; an error of the stage passes through")
    func passes() async throws {
        let clock = VirtualClock(isImpatient: false), watch = StopWatch()
        let outcome = Task {
            try await watch.run(in: .running) {
                try await clock.sleep(.seconds(1))
                return .moved
            }
        }
        try await clock.untilSleeping(1)
        outcome.cancel()
        await #expect(throws: CancellationError.self) { try await outcome.value }
        await #expect(throws: RunMoved.self) {
            try await watch.run(in: .running) { throw RunMoved(runID: "r") }
        }
    }
}
