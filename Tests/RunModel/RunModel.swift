package import BureauDomain

/// Every value a run can come to have, found by walking the machine breadth first from a new run, and every step
/// between two of them.
package struct RunModel: Sendable {
    package struct Step: Hashable, Sendable {
        package let from: RunState
        /// The event's name in the source, such as "turnEnded".
        package let event: String
        package let to: RunState
    }

    package let values: [RunMachine]
    /// Applied events, by the value they left: where each led.
    package let ways: [RunMachine: [(event: RunMachine.Event, to: RunMachine, effects: [RunMachine.Effect])]]
    /// Steps that change a run, by state.
    package let steps: Set<Step>

    /// More than this many values are a machine without a bound.
    package static let valuesMax = 50_000

    /// One cause of each kind the machine tells apart, and one of the others.
    package static let causes: [RunCause] = [
        RunCause(.overBudget, "It cost $5.02 of $5.00."), RunCause(.filesMissing, "The agent left no files."),
        RunCause(.sessionUnreachable, "The session could not be followed."),
        RunCause(.deliveryFailed, "Slack refused the message."),
    ]

    package static let events: [RunMachine.Event] =
        [
            .taken, .infoChanged, .sessionOpened(session: "s"), .gateOpened(why: "asks"), .approvalsAsked(count: 1),
            .gateClosed, .turnEnded, .sessionHalted, .filesCollected(problem: nil), .channelsSettled(problem: nil),
            .deliverAgain, .retried, .leaseLost(inARow: true), .leaseLost(inARow: false),
            .leaseLost(isBlamed: false), .reviewOpened(problem: nil),
            .revisionAsked, .revisionSent, .accepted,
        ]
        + causes.flatMap { why -> [RunMachine.Event] in
            [
                .foundIneligible(why), .foundIncomplete(why), .stopAsked(why), .filesCollected(problem: why),
                .channelsSettled(problem: why), .broke(why), .budgetMissing(why), .reviewOpened(problem: why),
                .dismissed(why),
            ]
        }

    package static let whole = RunModel()

    init(start: RunMachine = RunMachine()) {
        var found: Set<RunMachine> = [start]
        var queue = [start]
        var ways: [RunMachine: [(event: RunMachine.Event, to: RunMachine, effects: [RunMachine.Effect])]] = [:]
        var steps: Set<Step> = []
        var next = 0
        while next < queue.count, queue.count < Self.valuesMax {
            let value = queue[next]
            next += 1
            for event in Self.events {
                var moved = value
                guard let effects = try? moved.apply(event) else { continue }
                ways[value, default: []].append((event, moved, effects))
                if moved != value {
                    steps.insert(Step(from: value.state, event: Self.name(event), to: moved.state))
                }
                if found.insert(moved).inserted { queue.append(moved) }
            }
        }
        (values, self.ways, self.steps) = (queue, ways, steps)
    }

    /// "turnEnded" of `.turnEnded`, "broke" of `.broke(…)`.
    package static func name(_ event: RunMachine.Event) -> String {
        String("\(event)".prefix { $0 != "(" })
    }
}

extension RunModel {
    /// One row of a run's own history: the state's API value and, where it is known, what was said about it.
    package struct Trail: Sendable {
        package let run: String
        package let states: [String]
        package init(run: String, states: [String]) { (self.run, self.states) = (run, states) }
    }

    /// What is impossible in a run's history; empty when the machine could have written it. Rows that are no state
    /// (milestones) are passed over.
    package func complaints(about trail: Trail) -> [String] {
        var possible: Set<RunMachine> = [RunMachine()]
        var last = RunState.queued
        for (number, text) in trail.states.enumerated() {
            guard let state = RunState(rawValue: text) else { continue }
            if number == 0, state == .queued { continue }
            // A row is written for each event that changed something; of the values a run may have, keep those left.
            possible = Set(
                possible.flatMap { value in
                    (ways[value] ?? []).lazy.filter { $0.to != value && $0.to.state == state }.map(\.to)
                })
            if possible.isEmpty {
                return ["run \(trail.run) went from \(last.rawValue) to \(state.rawValue), which no event allows"]
            }
            last = state
        }
        return []
    }
}
