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
        /// It came as far as doing its work: one that waited for information was nobody's cause.
        package let hasWorked: Bool
        package let isAskedByPerson: Bool

        package init(
            agent: String, acceptedAt: Int64, changedAt: Int64? = nil, endedAt: Int64?, hasWorked: Bool,
            isAskedByPerson: Bool
        ) {
            self.agent = agent
            self.acceptedAt = acceptedAt
            self.changedAt = changedAt
            self.endedAt = endedAt
            self.hasWorked = hasWorked
            self.isAskedByPerson = isAskedByPerson
        }

        fileprivate func answers(at time: Int64, within reaction: Int64) -> Bool {
            hasWorked && acceptedAt <= time && time <= (endedAt ?? time) + reaction
        }
    }

    /// Whether a start of `agent` at `time` would go on with a loop. `turns` are those of the task, oldest first;
    /// `reaction` is how soon each follows on the one before.
    package static func isLoop(
        _ agent: String, at time: Int64, after turns: [Turn], within reaction: Int64 = reactionMilliseconds
    ) -> Bool {
        isChain(agent, at: time, turns.suffix(turnsMax), count: turnsMax, within: reaction)
    }

    /// The same with the agent's own turns on whatever tasks.
    package static func isOwnLoop(_ agent: String, at time: Int64, after turns: [Turn]) -> Bool {
        let last = turns.suffix(ownTurnsMax)
        return last.allSatisfy { !$0.isAskedByPerson }
            && isChain(agent, at: time, last, count: ownTurnsMax, within: reactionMilliseconds)
    }

    private static func isChain(
        _ agent: String, at time: Int64, _ turns: ArraySlice<Turn>, count: Int, within reaction: Int64
    ) -> Bool {
        guard turns.count == count, turns.allSatisfy({ $0.agent == agent }) else { return false }
        let starts = turns.dropFirst().map { $0.changedAt ?? $0.acceptedAt } + [time]
        return zip(turns, starts).allSatisfy { $0.answers(at: $1, within: reaction) }
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
