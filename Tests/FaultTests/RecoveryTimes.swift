import Synchronization

/// How long restarted servers took from their start to their first request for the run they found.
final class RecoveryTimes: Sendable {
    static let shared = RecoveryTimes()
    private let times = Mutex<[(name: String, time: Duration)]>([])

    /// Tells the figures so far each time there are ten more.
    func add(_ name: String, _ time: Duration?) {
        guard let time else { return }
        let all = times.withLock { times in
            times.append((name, time))
            return times
        }
        guard all.count.isMultiple(of: 10) else { return }
        let sorted = all.sorted { $0.time < $1.time }
        print(
            "restart to first progress, \(all.count) kills: median \(sorted[all.count / 2].time), "
                + "longest \(sorted[all.count - 1].time) (\(sorted[all.count - 1].name))")
    }
}
