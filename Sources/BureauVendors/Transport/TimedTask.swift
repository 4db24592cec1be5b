import AsyncHTTPClient
import NIOCore
import Synchronization

/// Makes one exchange in a task of its own that a clock can end. The clock is an event loop's: it is set and taken back
/// for the price of a list entry, where a sleeping task would stay behind until its time.
enum TimedTask {
    private final class Clock: Sendable {
        let hasRung = Mutex(false)
    }

    /// Ends with the caller's cancellation, and at the latest after `seconds`: the read timeout never trips on a server
    /// that trickles bytes.
    static func run<T: Sendable>(seconds: Double, _ work: @escaping @Sendable () async throws -> T) async throws -> T {
        let loops = EventLoopExecutor.shared
        let clock = Clock()
        let task = Task(executorPreference: loops) { try await work() }
        let alarm = loops.group.any().scheduleTask(in: .milliseconds(Int64(seconds * 1_000))) {
            clock.hasRung.withLock { $0 = true }
            task.cancel()
        }
        defer { alarm.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            // What failed by itself keeps its own reason, even when the clock rang meanwhile.
            let isCancelled = error is CancellationError || error as? HTTPClientError == .cancelled
            if isCancelled, clock.hasRung.withLock({ $0 }), !Task.isCancelled { throw TransportFailure.TimedOut() }
            throw error
        }
    }
}
