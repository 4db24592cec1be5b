/// Two agents that answer each other through a task: each one's result is what starts the other.
///
/// Told from people's work by its pace, as `SelfLoop` is: each turn follows soon on the end of the one before, however
/// long the turns themselves take.
package enum PingPong {
    /// So many turns in a row are taken for work, one more for a game.
    package static let turnsMax = 4
    /// Longer than an agent's own: an automation between two of them may wait, and so may the sweep that finds the
    /// task.
    package static let reactionMilliseconds: Int64 = 600_000

    /// One run that the task itself started.
    package struct Turn: Hashable, Sendable {
        package let agent: String
        package let acceptedAt: Int64
        /// When it ended, or began to wait for people; nil while it works.
        package let restedAt: Int64?

        package init(agent: String, acceptedAt: Int64, restedAt: Int64?) {
            self.agent = agent
            self.acceptedAt = acceptedAt
            self.restedAt = restedAt
        }
    }

    /// `turns` are the task's, oldest first. Returns the other agent when starting `next` at `time` would be one more
    /// turn between the two.
    package static func partner(of next: String, at time: Int64, after turns: [Turn]) -> String? {
        guard let other = partner(of: next, after: turns.map(\.agent)) else { return nil }
        let last = turns.suffix(turnsMax)
        let starts = last.dropFirst().map(\.acceptedAt) + [time]
        let isGame = zip(last, starts).allSatisfy { $1 <= ($0.restedAt ?? $1) + reactionMilliseconds }
        return isGame ? other : nil
    }

    /// The other agent of turns that go to and fro, whatever their pace.
    package static func partner(of next: String, after agents: [String]) -> String? {
        let last = agents.suffix(turnsMax)
        guard last.count == turnsMax, let other = last.last, other != next else { return nil }
        let isToAndFro = last.reversed().enumerated().allSatisfy { index, agent in
            agent == (index.isMultiple(of: 2) ? other : next)
        }
        return isToAndFro ? other : nil
    }

    package static func sentence(_ agent: String, _ other: String, task: String) -> String {
        "\(agent) and \(other) keep starting each other through task \(task): \(turnsMax) turns in a row, each within \(reactionMilliseconds / 60_000) minutes of the last. \(agent) was not started again. Look at the statuses they set and are started by; once that is mended, close this alert and move the task again."
    }
}
