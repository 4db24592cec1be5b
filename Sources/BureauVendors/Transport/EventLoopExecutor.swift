import Foundation
package import NIOCore
import NIOPosix

/// Runs tasks on the event loops that carry the connections, in place of threads of their own.
///
/// A server's tasks are short steps between two waits for the network. On the loop that already has the bytes they
/// cost a function call; handed to another thread each costs two switches. Work that blocks must stay elsewhere, as
/// the database's does.
package final class EventLoopExecutor: TaskExecutor {
    /// The process's own, used by every connection in both directions.
    package static let shared = EventLoopExecutor()

    private let loops: MultiThreadedEventLoopGroup
    package var group: any EventLoopGroup { loops }

    /// One loop for each processor this process may use: more would only take turns on them.
    private init() { loops = MultiThreadedEventLoopGroup(numberOfThreads: Self.processorsAllowed ?? System.coreCount) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The loop we are on, if we are on one; else the next in turn.
        loops.any().execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// As Linux tells it: "Cpus_allowed" is a mask in hex. Foundation counts what the machine has, which in a container
    /// or under `taskset` is more.
    private static var processorsAllowed: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
        else { return nil }
        let count = line.dropFirst(13).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? count : nil
    }
}
