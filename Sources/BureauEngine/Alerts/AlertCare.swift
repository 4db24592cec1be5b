import BureauDomain
import BureauStorage
import Logging
import ServiceLifecycle

/// What becomes of alerts after they were raised: closed when their cause is gone, told again while nobody acts, shown
/// where they were posted, and raised when work waits on a person for long.
package struct AlertCare: Service {
    let parts: EngineParts
    let wake: WakeSignal
    static let lookEverySeconds = 30
    static let batchMax = 100
    /// Not a failure: a run that a person keeps waiting.
    static let waits = "waits_on_person"

    package init(parts: EngineParts, wake: WakeSignal) {
        self.parts = parts
        self.wake = wake
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await look() } catch is CancellationError { return } catch {
                    parts.logger.error("alerts could not be looked after", metadata: ["why": "\(error)"])
                }
                try await parts.doors.sleep(.seconds(Self.lookEverySeconds))
            }
        }
    }

    package func look() async throws {
        let (policy, now, doors) = (parts.settings.reminders, parts.doors.now(), parts.doors)
        let escalation = parts.settings.escalationTags
        let reviews = ReviewReminder(parts: parts), late = try await reviews.waits(now: now)
        // A read first: an idle server should not write.
        let isAnything = try await parts.database.read { db in
            let care = AlertCareStore(db: db, policy: policy)
            return try !late.isEmpty || care.isAnySettled() || !care.waiting(now: now, limit: 1).isEmpty
                || !care.due(now: now, limit: 1).isEmpty || !AlertOutcomeStore(db: db).due(now: now, limit: 1).isEmpty
        }
        if isAnything {
            try await parts.database.write { db in
                let care = AlertCareStore(db: db, policy: policy)
                try care.settle(now: now)
                for wait in try care.waiting(now: now, limit: Self.batchMax) { try care.raise(wait, now: now, doors) }
                for wait in late { try reviews.tell(wait, in: db, now: now) }
                for alert in try care.due(now: now, limit: Self.batchMax) {
                    try care.remind(alert, escalation: escalation, now: now, doors)
                }
                let outcomes = AlertOutcomeStore(db: db)
                for alert in try outcomes.due(now: now, limit: AlertOutcome.perLookMax) {
                    try outcomes.plan(alert, now: now, doors)
                }
            }
            wake.raise()
        }
        if try await Digest(parts: parts).sendIfDue() { wake.raise() }
    }
}
