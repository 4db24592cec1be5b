import BureauDomain
import BureauStorage
import BureauVendors

/// Where a notice about a run belongs.
struct NoticePlace: Sendable {
    /// What it follows on, such as the message it answers, is about to be there: look again soon.
    struct NotYet: Error {
        var why = "waits for its thread"
        var milliseconds = NoticePlace.againMilliseconds
    }
    static let noChannel = StepProblem(
        description:
            "Slack is connected, but no channel is set for this: name one in the agent's file (alerts.on_failure_channel) or set SLACK_ALERT_CHANNEL_ID"
    )
    static let noteKind = "thread_note"
    static let againMilliseconds: Int64 = 1_000, waitMillisecondsMax: Int64 = 60_000
    /// Looks for the place while nobody has the message in hand: 5 s in all, the first ones soon.
    private static let awaitedMax = 12, awaitedFirstMilliseconds: Int64 = 50, awaitedEveryMillisecondsMax: Int64 = 500
    /// A message that somebody keeps, or that may stand in Slack already with no receipt yet: so long until nobody
    /// waits for its place.
    private static let begunAwaitedMax = 120
    let parts: EngineParts

    /// The run's thread; nil when it has none, or none came in time.
    func thread(of runID: String, for step: StepRecord) async throws -> SlackPosted? {
        guard let (thread, isClosed, _) = try await find(runID) else { return nil }
        if let place = thread.place { return place }
        guard !isClosed, parts.doors.now() - step.createdAt < Self.waitMillisecondsMax else { return nil }
        throw NotYet()
    }

    /// The same for whoever cannot come again later: waits a few seconds, and longer while somebody has the message in
    /// hand or it is being posted.
    func awaitedThread(of runID: String) async throws -> SlackPosted? {
        var idleLooks = 0
        var wait = Self.awaitedFirstMilliseconds
        for _ in 0..<Self.begunAwaitedMax {
            guard let (thread, isClosed, isInHand) = try await find(runID) else { return nil }
            if let place = thread.place { return place }
            // Whoever had it may be gone: the next one has the few seconds too.
            idleLooks = isInHand ? 0 : idleLooks + 1
            if isClosed || idleLooks > Self.awaitedMax { return nil }
            try await parts.doors.sleep(.milliseconds(wait))
            wait = min(wait * 2, Self.awaitedEveryMillisecondsMax)
        }
        return nil
    }

    private func find(_ runID: String) async throws -> (thread: RunThread, isClosed: Bool, isInHand: Bool)? {
        let now = parts.doors.now()
        return try await parts.database.lookUp { db in
            guard let (thread, isClosed) = try RunThreadStore(db: db).find(runID) else { return nil }
            let isKept = (thread.leaseUntil ?? 0) > now
            return (thread, isClosed, try isKept || StepStore(db: db).find(runID)?.state == .intended)
        }
    }
}
