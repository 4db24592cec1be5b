/// Other agents that one agent's run starts: `fan_out` of its config.
package struct FanOut: Hashable, Sendable {
    package enum Moment: String, CaseIterable, Hashable, Sendable {
        /// Together with the run itself, once its input is complete.
        case withStart = "with_start"
        /// When the run's own results are delivered.
        case afterDone = "after_done"
    }

    package let agents: [String]
    package let moment: Moment
    /// Only when the result's score is below this; nil starts them always.
    package let scoreBelow: Int?
    /// Whether people are told once how all of them ended.
    package let tellsSummary: Bool

    package init(agents: [String], moment: Moment, scoreBelow: Int? = nil, tellsSummary: Bool = true) {
        self.agents = agents
        self.moment = moment
        self.scoreBelow = scoreBelow
        self.tellsSummary = tellsSummary
    }

    /// Whether a run with this score starts the others at this moment. An unknown score is not a low one.
    package func isWanted(at moment: Moment, score: Int?) -> Bool {
        guard moment == self.moment else { return false }
        guard let scoreBelow else { return true }
        return score.map { $0 < scoreBelow } ?? false
    }
}

/// What keeps runs that start runs from going on for ever.
package struct FanOutLimits: Hashable, Sendable {
    /// Runs between the first one and the last, the first not counted.
    package var depthMax: Int
    package var runsPerHourMax: Int

    package static let byDefault = FanOutLimits(depthMax: 3, runsPerHourMax: 20)

    package init(depthMax: Int, runsPerHourMax: Int) {
        self.depthMax = depthMax
        self.runsPerHourMax = runsPerHourMax
    }

    package enum Refusal: Hashable, Sendable {
        /// The agent is among those that led to this run.
        case cycle([String])
        case depth(Int)
        case rate(Int)
    }

    /// `line` names the agents from the first run to the one that wants to start `agent`; `startedThisHour` counts what
    /// the first run has started, by itself and through others.
    package func refusal(_ agent: String, line: [String], startedThisHour: Int) -> Refusal? {
        if line.contains(agent) { return .cycle(line + [agent]) }
        if line.count > depthMax { return .depth(depthMax) }
        if startedThisHour >= runsPerHourMax { return .rate(runsPerHourMax) }
        return nil
    }
}

extension FanOutLimits.Refusal {
    /// Names the alert: one word for machines.
    package var cause: String {
        switch self {
        case .cycle: "fan_out_cycle"
        case .depth: "fan_out_depth"
        case .rate: "fan_out_rate"
        }
    }

    package func sentence(_ agent: String) -> String {
        switch self {
        case .cycle(let line):
            "\(agent) was not started: these agents would start each other for ever (\(line.joined(separator: " → "))). Take one of them out of fan_out."
        case .depth(let depthMax):
            "\(agent) was not started: runs may start runs \(depthMax) deep at most (FAN_OUT_DEPTH_MAX)."
        case .rate(let runsMax):
            "\(agent) was not started: one run has led to \(runsMax) others within an hour, the most that is allowed (FAN_OUT_RUNS_PER_HOUR_MAX)."
        }
    }
}

/// Agents that would start each other in a circle, as far as their configs tell.
package enum FanOutCycle {
    /// The first circle, from an agent back to itself; nil when there is none.
    package static func first(_ starts: [String: [String]]) -> [String]? {
        var clear: Set<String> = []
        for agent in starts.keys.sorted() {
            if let circle = walk(agent, [], starts, &clear) { return circle }
        }
        return nil
    }

    private static func walk(
        _ agent: String, _ line: [String], _ starts: [String: [String]], _ clear: inout Set<String>
    ) -> [String]? {
        if let index = line.firstIndex(of: agent) { return Array(line[index...]) + [agent] }
        guard !clear.contains(agent) else { return nil }
        for next in starts[agent] ?? [] {
            if let circle = walk(next, line + [agent], starts, &clear) { return circle }
        }
        clear.insert(agent)
        return nil
    }
}
