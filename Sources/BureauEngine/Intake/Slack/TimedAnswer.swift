import Synchronization

/// Whichever comes first: the answer of some work, or the one to give while it goes on. Nothing of the work is lost:
/// what comes late is followed up.
struct TimedAnswer: Sendable {
    let doors: Doors
    /// Slack shows a failure after three seconds.
    static let slackMilliseconds = 2_000

    func of<Answer: Sendable>(
        _ work: @escaping @Sendable () async -> Answer, late: Answer,
        follow: @escaping @Sendable (Answer) async -> Void
    ) async -> Answer {
        let (answers, answer) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingOldest(1))
        let race = Race()
        // Both unstructured: the request is answered by whichever is first, and the work goes on past that.
        Task {
            let found = await work()
            if race.workEnded() { await follow(found) } else { answer.yield(found) }
        }
        let clock = Task {
            guard (try? await doors.sleep(.milliseconds(Self.slackMilliseconds))) != nil else { return }
            if race.timeEnded() { answer.yield(late) }
        }
        defer { clock.cancel() }
        for await answer in answers { return answer }
        return late
    }

    /// Which of the two was first.
    private final class Race: Sendable {
        private let isLate = Mutex<Bool?>(nil)
        /// True when the time was over before.
        func workEnded() -> Bool {
            isLate.withLock { isLate in
                isLate = isLate ?? false
                return isLate == true
            }
        }
        /// True when the work was not done before.
        func timeEnded() -> Bool {
            isLate.withLock { isLate in
                isLate = isLate ?? true
                return isLate == true
            }
        }
    }
}
