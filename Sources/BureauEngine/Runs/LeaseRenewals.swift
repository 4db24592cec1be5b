import Synchronization

/// Whether the renewals of a run's lease are written. Nothing else of a run is written as often: they tell first that
/// somebody else keeps the database locked, and first that it is over.
///
/// A session may go on for so long while nothing of it can be written down: a lock of half a minute costs nothing, one
/// that stays must not let money be spent of which there is no record.
final class LeaseRenewals: Sendable {
    static let lockedSecondsMax: Int64 = 30
    /// Of the run that this task works on.
    @TaskLocal static var current: LeaseRenewals?

    private let refusedSince = Mutex<Int64?>(nil)

    var areRefused: Bool { refusedSince.withLock { $0 } != nil }

    /// `began`: when the renewal that was refused began to wait for the lock, by the steady clock.
    func refused(since began: Int64) { refusedSince.withLock { $0 = $0 ?? began } }

    func written() { refusedSince.withLock { $0 = nil } }

    func areRefusedTooLong(steady: Int64) -> Bool {
        guard let since = refusedSince.withLock({ $0 }) else { return false }
        return steady - since >= Self.lockedSecondsMax * 1_000
    }
}
