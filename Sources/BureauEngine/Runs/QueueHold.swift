package import BureauDomain
import BureauStorage

/// What holds a waiting run back, as far as its own limits go; everything else is a matter of turns.
package enum QueueHold: Hashable, Sendable {
    case budget(String)
    /// It waits out a passing fault.
    case fault(String)
    /// Nothing starts: somebody has paused the intake.
    case intake(IntakeMode, by: String)
    case client(String, inWork: Int, most: Int)
    case agent(String, inWork: Int, most: Int)
    case installation(inWork: Int, most: Int)
    case turn

    /// One word for machines.
    package var code: String {
        switch self {
        case .budget: "budget"
        case .fault: "fault"
        case .intake: "intake"
        case .client: "client_limit"
        case .agent: "agent_limit"
        case .installation: "installation_limit"
        case .turn: "turn"
        }
    }

    package var sentence: String {
        switch self {
        case .budget(let why), .fault(let why): why
        case .intake(let mode, let person): "the intake: \(person) has \(mode == .paused ? "paused" : "drained") it"
        case .client(let name, let inWork, let most):
            "the client \(name): \(inWork) of \(most) runs are in work (max_concurrent_runs)"
        case .agent(let name, let inWork, let most):
            "the agent \(name): \(inWork) of \(most) runs are in work (limits.max_concurrent_runs)"
        case .installation(let inWork, let most):
            "a free slot: \(inWork) of \(most) runs are in work (RUNS_IN_FLIGHT_MAX)"
        case .turn: "its turn"
        }
    }
}

/// Looks at the same figures as a claim does.
struct QueueHolds {
    let db: any Connection
    let rules: QueueRules
    private let byClient: [String: Int]
    private let byAgent: [String: Int]
    private let inWork: Int
    private let intake: IntakeRecord

    init(db: any Connection, rules: QueueRules) throws {
        (self.db, self.rules) = (db, rules)
        intake = try IntakeStore(db: db).record()
        let held = try RunClaim(db: db, rules: rules, owner: "", now: 0).heldSlots()
        byClient = Dictionary(held.map { ($0.client, $0.count) }, uniquingKeysWith: +)
        byAgent = Dictionary(held.map { ($0.agent, $0.count) }, uniquingKeysWith: +)
        inWork = held.reduce(0) { $0 + $1.count }
    }

    func hold(of run: RunRecord) throws -> QueueHold {
        if run.waitsForBudget, let cause = run.cause { return .budget(cause.sentence) }
        if let fault = run.fault { return .fault(fault) }
        if !intake.mode.startsRuns { return .intake(intake.mode, by: intake.changedBy) }
        if let client = run.clientSlug, let most = try runsMax(of: client), byClient[client] ?? 0 >= most {
            return .client(client, inWork: byClient[client] ?? 0, most: most)
        }
        if let most = rules.agents[run.agent]?.runsMax, byAgent[run.agent] ?? 0 >= most {
            return .agent(run.agent, inWork: byAgent[run.agent] ?? 0, most: most)
        }
        guard inWork < rules.runsInFlightMax else {
            return .installation(inWork: inWork, most: rules.runsInFlightMax)
        }
        return .turn
    }

    private func runsMax(of client: String) throws -> Int? {
        try db.first("SELECT runs_max FROM client WHERE slug = ?", [client])?.integerIfAny("runs_max").map(Int.init)
    }
}
