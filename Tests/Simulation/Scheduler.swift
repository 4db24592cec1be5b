import Foundation
import SimulationWorld

/// The one thread of a simulation: which task goes on next, and what time it is.
///
/// Every task of the process, structured or not, and every actor is enqueued here, for the Swift runtime is told so by
/// its own hook. Among tasks that are ready the seed chooses. Time stands still while anything is ready and then jumps
/// to the next sleeper.
final class Scheduler: @unchecked Sendable {  // Only ever touched by its one thread, which `enqueue` checks.
    // Set once by `install`, before any task exists; the runtime's hook is a plain C function and has no other way here.
    nonisolated(unsafe) static var current: Scheduler!

    private struct Sleeper {
        let due: Int64
        let order: Int
    }

    /// Jobs that may run at one moment before the engine counts as spinning.
    static let jobsPerMomentMax = 3_000_000
    /// Begins at 2026-11-20T09:00:00Z.
    static let startMilliseconds: Int64 = 1_795_165_200_000

    private(set) var now: Int64
    private(set) var jobs = 0
    private var chance: Chance
    private var ready: [UnownedJob] = []
    private var heap: [Sleeper] = []
    private var wakes: [Int: (Bool) -> Void] = [:]
    private var order = 0
    /// Tasks that gave way at this moment.
    private var waiting: [UnsafeContinuation<Void, Never>] = []
    private let thread = pthread_self()

    init(seed: UInt64) {
        now = Self.startMilliseconds
        chance = Chance(seed: seed)
        setClock()
    }

    /// A new world: its own chance, the same first moment, and nobody left of the one before.
    func begin(seed: UInt64) {
        (ready, waiting, heap, wakes, order) = ([], [], [], [:], 0)
        chance = Chance(seed: seed)
        now = Self.startMilliseconds
        setClock()
    }

    struct Spins: Error, CustomStringConvertible {
        let moment: Int64
        var description: String { "the engine spins: \(Scheduler.jobsPerMomentMax) steps without any time passing" }
    }

    func enqueue(_ job: UnownedJob) {
        // A second thread would end all repeatability without anybody noticing.
        precondition(pthread_equal(pthread_self(), thread) != 0, "a task was enqueued from another thread")
        ready.append(job)
    }

    /// Runs until `isDone`, or until nothing is ready and nobody sleeps.
    func run(until isDone: () -> Bool) throws {
        while !isDone() {
            var count = 0
            while let job = nextReady() {
                job.runSynchronously(on: Self.generic)
                count += 1
                if count > Self.jobsPerMomentMax { throw Spins(moment: now) }
            }
            jobs += count
            guard let due = popDue() else { return }
            due(true)
        }
    }

    /// Any of those that are ready; when none is, any of those that gave way becomes ready.
    private func nextReady() -> UnownedJob? {
        if ready.isEmpty {
            guard !waiting.isEmpty else { return nil }
            waiting.swapAt(waiting.count == 1 ? 0 : chance.below(waiting.count), waiting.count - 1)
            waiting.removeLast().resume()
        }
        guard ready.count > 1 else { return ready.popLast() }
        ready.swapAt(chance.below(ready.count), ready.count - 1)
        return ready.popLast()
    }

    /// Calls `body` once, after this many milliseconds; true when the time came, false when it was taken back.
    @discardableResult
    func after(_ milliseconds: Int64, _ body: @escaping (Bool) -> Void) -> Int {
        order += 1
        wakes[order] = body
        push(Sleeper(due: now + max(0, milliseconds), order: order))
        return order
    }

    func takeBack(_ number: Int) { wakes.removeValue(forKey: number)?(false) }

    /// Lets whatever is ready go first. (`Task.yield` goes past the runtime's hook to the system's own threads.)
    func giveWay() async {
        await withUnsafeContinuation { waiting.append($0) }
    }

    func sleep(_ duration: Duration) async throws {
        try Task.checkCancellation()
        // Whole milliseconds, at least one: a loop that sleeps always lets time pass.
        let parts = duration.components
        let wait = max(1, parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000)
        order += 1
        let number = order
        let isOver = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                wakes[number] = { continuation.resume(returning: $0) }
                push(Sleeper(due: now + wait, order: number))
            }
        } onCancel: {
            takeBack(number)
        }
        if !isOver { throw CancellationError() }
    }

    // MARK: The heap of sleepers, earliest first, in the order they lay down

    private func popDue() -> ((Bool) -> Void)? {
        while let first = pop() {
            guard let wake = wakes.removeValue(forKey: first.order) else { continue }
            now = max(now, first.due)
            setClock()
            return wake
        }
        return nil
    }

    private func setClock() { simulation_set_time(now * 1_000_000) }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].due, heap[a].order) < (heap[b].due, heap[b].order)
    }

    private func push(_ sleeper: Sleeper) {
        heap.append(sleeper)
        var index = heap.count - 1
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private func pop() -> Sleeper? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != index else { return first }
            heap.swapAt(index, least)
            index = least
        }
    }

    // MARK: The runtime's hook

    /// The executor of tasks without one of their own: identity and implementation are both null in the runtime's form.
    private static let generic = unsafeBitCast((0, 0), to: UnownedSerialExecutor.self)

    private typealias Original = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

    struct NoHook: Error, CustomStringConvertible {
        let description = "this Swift runtime has no swift_task_enqueueGlobal_hook; see docs/adr/0017"
    }

    func install() throws {
        Self.current = self
        let hook: Hook = { job, _ in Scheduler.current.enqueue(job) }
        guard let place = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else { throw NoHook() }
        place.assumingMemoryBound(to: Hook?.self).pointee = hook
    }
}

/// Repeatable chance (SplitMix64 by Sebastiano Vigna).
struct Chance: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func isHit(percent: Int) -> Bool { below(100) < percent }
    mutating func among(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
