/// What is known of one task's stay in an agent's trigger status, and which run answers for it.
///
/// A webhook knows when a stay began. A look at the list knows only that the task was there, and that the stay began
/// no later than the task's last update. Both decide here, so that one stay makes one run in whichever order they
/// come. All times are the vendor's, Unix milliseconds. See docs/adr/0012.
package struct TaskStay: Hashable, Sendable {
    package enum Origin: String, Hashable, Sendable { case event, look }

    /// The run of the latest stay; nil when only leaving was ever seen.
    package var runID: String?
    package var origin: Origin
    /// For an event, when the stay began; for a look, the task's last update at the time.
    package var coveredUntil: Int64
    /// Set once the task is known to have left the status again.
    package var leftAt: Int64?

    package init(runID: String?, origin: Origin, coveredUntil: Int64, leftAt: Int64? = nil) {
        self.runID = runID
        self.origin = origin
        self.coveredUntil = coveredUntil
        self.leftAt = leftAt
    }

    /// A task's update and the change that caused it may be written down this far apart.
    package static let slackMilliseconds: Int64 = 1_000

    package enum Arrival: Hashable, Sendable {
        case start
        case covered(by: String)
        case leftAgain
    }

    /// A webhook says that the task came into the status at `date`. (Redeliveries are known by their change before.)
    package func arrival(at date: Int64?) -> Arrival {
        if let runID, answers(for: date) { return .covered(by: runID) }
        if let leftAt, let date, date < leftAt { return .leftAgain }
        return .start
    }

    private func answers(for date: Int64?) -> Bool {
        switch origin {
        // An older stay than the one a run was started for: that run does the work.
        case .event: date.map { $0 < coveredUntil } ?? false
        case .look: date.map { $0 <= coveredUntil + Self.slackMilliseconds } ?? (leftAt == nil)
        }
    }

    package enum Sighting: Hashable, Sendable {
        case start
        /// The stay has its run.
        case known
        /// The look is older than what is known.
        case outdated
    }

    /// A look found the task in the status, last updated at `updatedAt`. A stay that is not known to have ended is
    /// still the same one: an edit and a comment move the time of update too.
    package func sighting(updatedAt: Int64) -> Sighting {
        guard let leftAt else { return .known }
        return updatedAt > leftAt ? .start : .outdated
    }

    /// The task was elsewhere at `date`. Nil when that was before the stay that is known.
    package func left(at date: Int64) -> TaskStay? {
        guard date > coveredUntil, date > leftAt ?? .min else { return nil }
        var stay = self
        stay.leftAt = date
        return stay
    }
}
