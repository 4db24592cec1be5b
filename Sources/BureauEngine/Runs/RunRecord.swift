package import BureauDomain
import BureauStorage

/// One row of `run`, as it was read.
package struct RunRecord: Sendable, Hashable {
    package let id: String
    package let agent: String
    package let agentVersion: String
    package let configHash: String
    package let triggerSource: String
    package let requestedBy: String
    package let clientSlug: String?
    package let clientName: String?
    /// Who keeps the task, when there is one.
    package let taskTool: WorkToolKind
    package let taskID: String?
    package let taskURL: String?
    package let payload: String?
    package let state: RunState
    package let cause: RunCause?
    package let stopCause: RunCause?
    package let sessionID: String?
    package let model: String?
    package let attempt: Int
    package let spentMicroUSD: Int64
    package let spentMethod: String
    package let budgetWarned: Bool
    package let eventsCount: Int64
    package let lastEvent: String?
    package let summary: String?
    package let acceptedAt: Int64
    package let startedAt: Int64?
    package let endedAt: Int64?
    package let losses: Int
    /// Tries of the present stage that ended with a passing fault.
    package let tries: Int
    package let leaseOwner: String?
    package let leaseUntil: Int64?
    package let leaseEpoch: Int64
    /// What this run may cost in all; nil takes its agent's limit.
    package let costMax: MicroUSD?
    /// -100...100; within one client the higher goes first.
    package let priority: Int
    /// Since when it waits in the queue.
    package let queuedAt: Int64
    /// The passing fault it waits for, in a sentence.
    package let fault: String?
    /// 1 until somebody asks for a change.
    package let round: Int
    /// When and by whom its results were accepted.
    package let reviewAcceptedAt: Int64?
    package let reviewAcceptedBy: String?
    /// The earlier run this one repeats.
    package let againOf: String?
    /// As the tool called the task when the run was assessed.
    package let taskTitle: String?
    /// The one channel a person wants delivered again; the others are left alone meanwhile.
    let deliverOnly: StepRecord.Channel?
    /// Whoever stopped it last wants nothing of what its session wrote.
    private let isDiscarding: Bool

    init(_ row: Row) throws {
        id = try row.text("id")
        agent = try row.text("agent")
        agentVersion = try row.text("agent_version")
        configHash = try row.text("config_sha256")
        triggerSource = try row.text("trigger_source")
        requestedBy = try row.text("requested_by")
        clientSlug = try row.textIfAny("client_slug")
        clientName = try row.textIfAny("client_name")
        taskTool = try row.textIfAny("task_tool").flatMap(WorkToolKind.init) ?? .clickUp
        taskID = try row.textIfAny("task_id")
        taskURL = try row.textIfAny("task_url")
        payload = try row.textIfAny("payload")
        state = try RunState(column: "state", row)
        cause = try RunCause(row, code: "cause", sentence: "cause_sentence")
        stopCause = try RunCause(packed: row.textIfAny("stop_cause"))
        sessionID = try row.textIfAny("session_id")
        model = try row.textIfAny("model")
        attempt = Int(try row.integer("attempt"))
        spentMicroUSD = try row.integer("spent_micro_usd")
        spentMethod = try row.text("spent_method")
        budgetWarned = try row.flag("budget_warned")
        eventsCount = try row.integer("events_count")
        lastEvent = try row.textIfAny("last_event")
        summary = try row.textIfAny("summary")
        acceptedAt = try row.integer("accepted_at")
        startedAt = try row.integerIfAny("started_at")
        endedAt = try row.integerIfAny("ended_at")
        losses = Int(try row.integer("losses"))
        tries = Int(try row.integer("tries"))
        leaseOwner = try row.textIfAny("lease_owner")
        leaseUntil = try row.integerIfAny("lease_until")
        leaseEpoch = try row.integer("lease_epoch")
        costMax = try row.integerIfAny("cost_max_micro_usd").map(MicroUSD.init(rawValue:))
        priority = Int(try row.integer("priority"))
        queuedAt = try row.integerIfAny("queued_at") ?? acceptedAt
        fault = try row.textIfAny("fault")
        round = Int(try row.integer("round"))
        reviewAcceptedAt = try row.integerIfAny("review_accepted_at")
        reviewAcceptedBy = try row.textIfAny("review_accepted_by")
        againOf = try row.textIfAny("again_of")
        taskTitle = try row.textIfAny("task_title")
        deliverOnly = try row.textIfAny("deliver_only").flatMap(StepRecord.Channel.init(rawValue:))
        isDiscarding = try row.flag("discards_files")
    }

    /// Queued only because there is no money for it.
    package var waitsForBudget: Bool { state == .queued && cause?.code == .budgetExhausted }

    /// Its model has no price: its figure is what else was paid for it, and says nothing of its session.
    package var isUnpriced: Bool { spentMethod == "no_price" }

    /// The limit that holds for this run: its own, its agent's, else the service's.
    package func costMax(_ config: AgentConfig, byDefault: MicroUSD) -> MicroUSD {
        costMax ?? config.limits.sessionCostMax ?? byDefault
    }

    /// A stop for another reason keeps what there is.
    package var discardsFiles: Bool { isDiscarding && stopCause?.code == .byPerson }

    /// The session where people can look at it themselves; a builder has none.
    package var consoleSession: String? { sessionID.flatMap { $0.hasPrefix(BuildRecord.sessionPrefix) ? nil : $0 } }

    /// Whether it can be taken up where it failed. What cannot is run again.
    package var mayRetry: Bool { takes(.retried) }
    /// Whether what is missing of its delivery can be made up for now.
    package var mayDeliverAgain: Bool { takes(.deliverAgain) }

    private func takes(_ event: RunMachine.Event) -> Bool {
        var machine = machine
        return (try? machine.apply(event)) != nil
    }

    var machine: RunMachine {
        RunMachine(state: state, session: sessionID, stopCause: stopCause, cause: cause, losses: losses)
    }
}

extension RunState {
    init(column: String, _ row: Row) throws {
        guard let state = RunState(rawValue: try row.text(column)) else {
            throw StorageError.unreadable(column: column, "not a state this bureau knows")
        }
        self = state
    }
}

extension RunCause {
    init?(_ row: Row, code: String, sentence: String) throws {
        guard let name = try row.textIfAny(code), let code = Code(rawValue: name) else { return nil }
        self.init(code, try row.textIfAny(sentence) ?? "")
    }

    /// A stop's cause in one column: `code: sentence`.
    init?(packed: String?) throws {
        guard let packed, let colon = packed.firstIndex(of: ":"), let code = Code(rawValue: String(packed[..<colon]))
        else { return nil }
        self.init(code, packed[packed.index(after: colon)...].trimmingPrefix(" ").description)
    }

    var packed: String { "\(code.rawValue): \(sentence)" }
}
