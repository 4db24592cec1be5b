import BureauStorage
import Synchronization

/// Since when the leases of other processes were seen as they are, by the steady clock. One that lives renews in time,
/// so what stays as it is for a whole life was left behind, whatever the time of day is.
final class LeaseSightings: Sendable {
    /// A run's lease or a notice's claim. Each renewal is another one.
    struct Sighting: Hashable, Sendable {
        let id: String
        let owner: String
        let until: Int64

        init(id: String, owner: String, until: Int64) { (self.id, self.owner, self.until) = (id, owner, until) }

        init(_ row: Row) throws {
            id = try row.text("id")
            owner = try row.text("lease_owner")
            until = try row.integer("lease_until")
        }
    }
    /// Rows of one look: no process holds more at once. Those that end first are among them.
    static let seenMax = EngineSettings.runsInFlightHighest
    private let since = Mutex<[Sighting: Int64]>([:])

    /// What there is now, read before `now`. What is not there any more is forgotten.
    func see(_ present: [Sighting], now: Int64) {
        since.withLock { since in
            let before = since
            since = Dictionary(present.map { ($0, before[$0] ?? now) }, uniquingKeysWith: { first, _ in first })
        }
    }

    func isUnchanged(_ sighting: Sighting, forMilliseconds life: Int64, now: Int64) -> Bool {
        since.withLock { $0[sighting] }.map { now - $0 >= life } ?? false
    }
}
