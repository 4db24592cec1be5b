/// What is known of a task when its run is about to begin. Made by the engine, judged here.
package struct TaskFacts: Hashable, Sendable {
    /// Whether the task's own tool started the run. A person who names a task has decided already.
    package var isStartedByTask: Bool
    package var place: String?
    package var wantedPlace: String?
    /// Where a task is put that waits for information: it may stand there when its answer came.
    package var waitingPlace: String?
    package var container: String?
    package var wantedContainer: String?
    /// Nil where assignment does not matter.
    package var isAssigned: Bool?
    /// Why the task is none of the agent's now, when its trigger says so itself.
    package var objection: String?
    package var missingFields: [String]
    /// What is asked when the task does not make clear which agent is meant, with the choices. The field is among those
    /// that are missing then.
    package var choice: String?
    /// What the installation lacks, in words for whoever runs it.
    package var missingSetup: [String]
    /// An earlier run of this agent whose results for this task wait for people.
    package var runInReview: String?

    package init(
        isStartedByTask: Bool, place: String? = nil, wantedPlace: String? = nil, waitingPlace: String? = nil,
        container: String? = nil, wantedContainer: String? = nil, isAssigned: Bool? = nil,
        objection: String? = nil, missingFields: [String] = [], missingSetup: [String] = [], runInReview: String? = nil
    ) {
        self.isStartedByTask = isStartedByTask
        self.place = place
        self.wantedPlace = wantedPlace
        self.waitingPlace = waitingPlace
        self.container = container
        self.wantedContainer = wantedContainer
        self.isAssigned = isAssigned
        self.objection = objection
        self.missingFields = missingFields
        self.missingSetup = missingSetup
        self.runInReview = runInReview
    }

    /// Whether nothing speaks against the task being the agent's now, but for what it still has to say.
    package var isWanted: Bool { Assessment.judge(self, agentName: "").isTaken }
}

/// Whether work that a task asks for begins, and if not, why, in words its people can act on. Never a guess: what is
/// missing is asked for.
package enum Assessment: Hashable, Sendable {
    case ignored(String)
    /// Nothing the task's people can mend.
    case blocked([String])
    case needsClarification([String])
    /// It is not clear who is meant: the question, and everything that is missing.
    case needsChoice(String, [String])
    case ready
    /// The results are there already and wait for their judgement.
    case reviewReady(run: String)

    package static func judge(_ facts: TaskFacts, agentName: String) -> Assessment {
        if facts.isStartedByTask {
            if let place = facts.place, let wanted = facts.wantedPlace, !Words.same(place, wanted),
                facts.waitingPlace.map({ Words.same(place, $0) }) != true
            {
                return .ignored("The task has moved on: its status is \"\(place)\" now, not \"\(wanted)\".")
            }
            if let container = facts.container, let wanted = facts.wantedContainer, !container.isEmpty,
                container != wanted
            {
                return .ignored("The task is in another list than this agent works on.")
            }
            if let objection = facts.objection { return .ignored(objection) }
            if facts.isAssigned == false { return .ignored("The task is not assigned to \(agentName).") }
            if let run = facts.runInReview { return .reviewReady(run: run) }
        }
        guard facts.missingSetup.isEmpty else { return .blocked(facts.missingSetup) }
        if let choice = facts.choice { return .needsChoice(choice, facts.missingFields) }
        guard facts.missingFields.isEmpty else { return .needsClarification(facts.missingFields) }
        return .ready
    }

    /// Whether the task is the agent's, whether it can begin or not.
    package var isTaken: Bool {
        switch self {
        case .ignored, .reviewReady: false
        case .blocked, .needsClarification, .needsChoice, .ready: true
        }
    }

    /// In one sentence; nil when it is ready.
    package func sentence(agentName: String) -> String? {
        switch self {
        case .ready: nil
        case .ignored(let why): why
        case .blocked(let lines): "\(agentName) cannot start: \(lines.joined(separator: " "))"
        case .needsClarification(let names):
            "\(agentName) cannot start: \(names.count == 1 ? "a field the agent needs is empty" : "\(names.count) fields the agent needs are empty"): \(names.joined(separator: ", "))."
        case .needsChoice(let question, let names):
            "\(agentName) cannot start. \(question) Needed: \(names.joined(separator: ", "))."
        case .reviewReady(let run):
            "The results of run \(run) wait for somebody's judgement on this task: say there what should change, or dismiss them first (bureau runs dismiss \(run))."
        }
    }
}
