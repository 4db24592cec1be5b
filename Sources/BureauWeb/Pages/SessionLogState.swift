import BureauDomain
import BureauEngine

/// Whether the log behind a run's timeline is there, and what became of it where it is not.
struct SessionLogState {
    let house: WebHouse
    let run: RunRecord
    private static let dayMilliseconds: Int64 = 86_400_000

    var isHere: Bool { TimelineView(house: house, run: run).log?.exists ?? false }
    private var daysKept: Int { house.settings.eventLogDaysKept }

    /// Nil while the log is there, and where the session never said anything.
    var callout: Callout? {
        guard run.sessionID != nil, run.eventsCount > 0, !isHere else { return nil }
        let kept = "What the run did itself, its summary, cost and files remain."
        guard let removed else {
            return Callout(
                tone: "warn", title: "The session's event log is not where it was written.", text: kept,
                fix: "Whoever runs the server looks whether SESSION_LOG_DIR is still the same folder, or restores it "
                    + "from a backup.")
        }
        return Callout(
            tone: "info", title: "Events were removed \(removed) under the \(daysKept)-day rule.", text: kept)
    }

    /// A log goes when nothing was added to it for so many days, which began at the run's end or before it.
    private var removed: String? {
        let kept = Int64(daysKept) * Self.dayMilliseconds, now = house.clock.now()
        if let end = run.endedAt, end + kept <= now { return "by \(house.clock.day(end + kept))" }
        return (run.startedAt ?? run.acceptedAt) + kept <= now ? "while the run went on" : nil
    }

    /// Why there is nothing to take away, in words for whoever asked.
    var refusal: PageProblem {
        let fix = "Open the run: its own history, summary, cost and files are still there."
        guard let callout else { return .gone("This run has no event log: its session has said nothing.", fix: fix) }
        return .gone(callout.title, fix: fix)
    }
}
