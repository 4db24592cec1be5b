import BureauVendors
import Synchronization

/// The leases this process works under, and until when each surely holds by the steady clock: a clock that is set takes
/// none of them away.
final class LeasesInHand: Sendable {
    private struct Key: Hashable {
        let runID: String
        let epoch: Int64
    }
    private struct State {
        var limits: [Key: (limit: SendLimit, graceMilliseconds: Int64)] = [:]
        /// What is being claimed is in hand before it is known which.
        var isClaiming = false
    }
    private let state = Mutex(State())

    func beginClaim() { state.withLock { $0.isClaiming = true } }

    func endClaim() { state.withLock { $0.isClaiming = false } }

    func take(_ lease: Lease, _ limit: SendLimit) {
        let entry = (limit: limit, graceMilliseconds: lease.lifeMilliseconds - lease.sendMilliseconds)
        state.withLock { $0.limits[Key(runID: lease.runID, epoch: lease.epoch)] = entry }
    }

    func give(_ lease: Lease) {
        state.withLock { $0.limits[Key(runID: lease.runID, epoch: lease.epoch)] = nil }
    }

    /// False also when it was not renewed for its whole life: then it is nobody's, whoever still works.
    func holds(_ run: RunRecord) -> Bool {
        state.withLock { state in
            guard !state.isClaiming else { return true }
            guard let held = state.limits[Key(runID: run.id, epoch: run.leaseEpoch)] else { return false }
            return !held.limit.isPast(byMilliseconds: held.graceMilliseconds)
        }
    }
}
