/// Two agents that answer each other through a task: each one's result is what starts the other.
package enum PingPong {
    /// So many turns in a row are taken for work, one more for a game.
    package static let turnsMax = 4
    package static let windowMilliseconds: Int64 = 3_600_000

    /// `agents` are those of the task's runs in the window, oldest first. Returns the other one when starting `next`
    /// would be one more turn between the two.
    package static func partner(of next: String, after agents: [String]) -> String? {
        let last = agents.suffix(turnsMax)
        guard last.count == turnsMax, let other = last.last, other != next else { return nil }
        let isGame = last.reversed().enumerated().allSatisfy { index, agent in
            agent == (index.isMultiple(of: 2) ? other : next)
        }
        return isGame ? other : nil
    }

    package static func sentence(_ agent: String, _ other: String, task: String) -> String {
        "\(agent) and \(other) keep starting each other through task \(task): \(turnsMax) turns within an hour. \(agent) was not started again. Look at the statuses they set and are started by."
    }
}
