import Synchronization

/// Counts how many more runs may be in flight.
final class Slots: Sendable {
    private let taken = Mutex(0)
    private let max: Int

    init(max: Int) { self.max = max }

    var free: Int { max - taken.withLock { $0 } }
    func take() { taken.withLock { $0 += 1 } }
    func give() { taken.withLock { $0 -= 1 } }
}
