import Synchronization

/// Channels that have been waited for as long as they may in one delivery: what is still to be written there is not waited
/// for anew, or thirty files would keep a run from its end for half an hour each.
final class UsedPatience: Sendable {
    private let channels = Mutex<Set<StepRecord.Channel>>([])

    func isUsed(for channel: StepRecord.Channel) -> Bool { channels.withLock { $0.contains(channel) } }

    func use(for channel: StepRecord.Channel) { channels.withLock { _ = $0.insert(channel) } }
}
