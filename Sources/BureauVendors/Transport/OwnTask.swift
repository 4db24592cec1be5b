import NIOCore
import Synchronization

/// Makes one exchange in a task of its own.
///
/// A task keeps every piece of stack it has ever needed. A session is followed for hours by one task, and the calls
/// that open its stream go deep: made in that task they would hold four times what following needs.
enum OwnTask {
    private final class Clock: Sendable {
        let hasRung = Mutex(false)
    }

    /// Ends with the caller's cancellation. With `seconds` the whole exchange ends by then too: the read timeout never
    /// trips on a server that trickles bytes.
    static func run<T: Sendable>(seconds: Double? = nil, _ work: @escaping @Sendable () async throws -> T) async throws -> T
    {
        let loops = EventLoopExecutor.shared
        let task = Task(executorPreference: loops) { try await work() }
        let clock = Clock()
        let alarm = seconds.map { seconds in
            loops.group.any().scheduleTask(in: .milliseconds(Int64(seconds * 1_000))) {
                clock.hasRung.withLock { $0 = true }
                task.cancel()
            }
        }
        defer { alarm?.cancel() }
        do {
            return try await withTaskCancellationHandler { try await task.value } onCancel: { task.cancel() }
        } catch {
            if clock.hasRung.withLock({ $0 }), !Task.isCancelled { throw TransportFailure.TimedOut() }
            throw error
        }
    }
}
