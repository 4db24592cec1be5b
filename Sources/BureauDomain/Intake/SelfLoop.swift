/// One agent that starts itself: what it delivers is what starts it again, on its task or through new ones.
///
/// Told from people's work by its pace: each start follows so soon on the end of the run before that nobody can have
/// read what that run delivered.
package enum SelfLoop {
    /// So many turns in a row on one task are taken for work, one more for a loop.
    package static let turnsMax = 4
    /// The same over any tasks, where every start was asked for by no person: by our own user or by a machine.
    package static let ownTurnsMax = 8
    package static let reactionMilliseconds: Int64 = 120_000

    /// One run that the task itself started.
    package struct Turn: Hashable, Sendable {
        package let agent: String
        package let acceptedAt: Int64
        /// When the task changed that asked for it, where it was found only later. What changed before a run began is
        /// none of that run's doing.
        package let changedAt: Int64?
        /// Nil while it delivers.
        package let endedAt: Int64?
        /// When its session was over and the last of what it made began to be delivered, as far as that is known.
        package let workedUntil: Int64?
        /// When people began to judge what it had delivered, where nothing was delivered since.
        package let judgedFrom: Int64?
        /// It came as far as doing its work: one that waited for information was nobody's cause.
        package let hasWorked: Bool
        package let isAskedByPerson: Bool

        package init(
            agent: String, acceptedAt: Int64, changedAt: Int64? = nil, endedAt: Int64?, workedUntil: Int64? = nil,
            judgedFrom: Int64? = nil, hasWorked: Bool, isAskedByPerson: Bool
        ) {
            self.agent = agent
            self.acceptedAt = acceptedAt
            self.changedAt = changedAt
            self.endedAt = endedAt
            self.workedUntil = workedUntil
            self.judgedFrom = judgedFrom
            self.hasWorked = hasWorked
            self.isAskedByPerson = isAskedByPerson
        }

        fileprivate func answers(at time: Int64, within reaction: Int64) -> Bool {
            hasWorked && acceptedAt <= time && time <= (endedAt ?? time) + reaction
        }

        /// A new task is only taken for what this run delivered when it came after the run's work: what comes while it
        /// works may as well be one of many that somebody brings at once.
        fileprivate func mayHaveMade(taskAt time: Int64) -> Bool {
            let from = max(acceptedAt, workedUntil ?? endedAt ?? acceptedAt)
            let to = judgedFrom ?? endedAt ?? time
            return hasWorked && from <= time && time <= to + SelfLoop.reactionMilliseconds
        }
    }

    /// Whether a start of `agent` at `time` would go on with a loop. `turns` are those of the task, oldest first;
    /// `reaction` is how soon each follows on the one before.
    package static func isLoop(
        _ agent: String, at time: Int64, after turns: [Turn], within reaction: Int64 = reactionMilliseconds
    ) -> Bool {
        isChain(agent, at: time, turns.suffix(turnsMax), count: turnsMax) { $0.answers(at: $1, within: reaction) }
    }

    /// The same with the agent's own turns on whatever tasks, each one's task made by what the run before delivered.
    package static func isOwnLoop(_ agent: String, at time: Int64, after turns: [Turn]) -> Bool {
        let last = turns.suffix(ownTurnsMax)
        return last.allSatisfy { !$0.isAskedByPerson }
            && isChain(agent, at: time, last, count: ownTurnsMax) { $0.mayHaveMade(taskAt: $1) }
    }

    private static func isChain(
        _ agent: String, at time: Int64, _ turns: ArraySlice<Turn>, count: Int, isAnswered: (Turn, Int64) -> Bool
    ) -> Bool {
        guard turns.count == count, turns.allSatisfy({ $0.agent == agent }) else { return false }
        let starts = turns.dropFirst().map { $0.changedAt ?? $0.acceptedAt } + [time]
        return zip(turns, starts).allSatisfy { isAnswered($0, $1) }
    }

    package static func sentence(
        _ agent: String, task: String, within reaction: Int64 = reactionMilliseconds
    ) -> String {
        "\(agent) keeps starting itself through task \(task): \(turnsMax) times in a row, each within \(reaction / 60_000) minutes of the last. It was not started again. Look at what moves the task after a delivery; once that is mended, close this alert and move the task again."
    }

    package static func ownSentence(_ agent: String, task: String) -> String {
        "\(agent) keeps starting itself through tasks that no person gave it, the last one \(task): \(ownTurnsMax) times in a row, each within \(reactionMilliseconds / 60_000) minutes of the last. It was not started again. Look at what makes or moves tasks after a delivery; once that is mended, close this alert and move the task again."
    }
}
