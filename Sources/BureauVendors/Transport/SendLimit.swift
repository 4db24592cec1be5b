import NIOCore
import Synchronization

/// Until when a write may leave this process: as long as what holds it (a run's lease, a notice's claim) surely holds. A
/// process that stood still looks here before anything goes out, and not in a database that it would have to ask first.
///
/// Set it around the write; every request made inside carries it. By a clock that nobody sets.
package final class SendLimit: Sendable {
    @TaskLocal package static var current: SendLimit?

    private let steady: @Sendable () -> Int64
    private let until: Mutex<Int64>

    /// `steady` and `untilMilliseconds` are of one clock, whenever that began.
    package init(steady: @escaping @Sendable () -> Int64, untilMilliseconds: Int64) {
        self.steady = steady
        until = Mutex(untilMilliseconds)
    }

    /// Somebody else may have begun to look for the write, and to make it.
    package var isPast: Bool { isPast(byMilliseconds: 0) }

    package func isPast(byMilliseconds grace: Int64) -> Bool { until.withLock { $0 } <= steady() - grace }

    package func extend(toMilliseconds later: Int64) { until.withLock { $0 = max($0, later) } }
}

extension VendorRequest {
    /// Throws when the time to send it has passed: nothing of it may go out, so it is surely not carried out.
    func checkTime() throws(VendorError) {
        guard let sendLimit, sendLimit.isPast else { return }
        throw failure(.unreachable, "not sent: this process stood still for so long that another may do its work")
    }
}

/// A body that stays here when its request's time has passed meanwhile, as it may while a connection is waited for. The
/// head is out by then; nobody carries out a request whose body never comes.
struct TimelyBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: BodySegments
    let request: VendorRequest

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pieces: body.makeAsyncIterator(), request: request)
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        var pieces: BodySegments.AsyncIterator
        let request: VendorRequest

        mutating func next() async throws -> ByteBuffer? {
            guard let piece = try await pieces.next() else { return nil }
            try request.checkTime()
            return piece
        }
    }
}
