package import BureauDomain
package import BureauStorage
import BureauVendors

/// Decides questions, the same behind Slack, the command line and the API. The first decision stands; each surface
/// that shows the question then shows the outcome.
package struct ApprovalDesk: Sendable {
    package enum Outcome: Sendable, Hashable {
        case decided(ApprovalRecord)
        /// Somebody, or the clock, was first.
        case already(ApprovalRecord)
        case refused(ApprovalPolicy.Refusal)
        case unknown
        /// The stored question does not match what the agent asked: nothing is decided.
        case altered
        /// An account has too little for what the answer would allow: nothing is decided.
        case short(String)
        /// The call cannot be changed so, and why: nothing is decided.
        case unfit(String)
    }

    let database: any Database
    let catalog: AgentCatalog
    let doors: Doors
    let agencyBudget: ScopeBudget?
    /// Whose connections tell people; nil counts all as connected.
    let parts: EngineParts?
    let wake: @Sendable () -> Void

    package init(
        database: any Database, catalog: AgentCatalog, doors: Doors, agencyBudget: ScopeBudget? = nil,
        parts: EngineParts? = nil, wake: @escaping @Sendable () -> Void
    ) {
        self.database = database
        self.catalog = catalog
        self.doors = doors
        self.agencyBudget = agencyBudget
        self.parts = parts
        self.wake = wake
    }

    /// Those that wait, the soonest to expire before the others; then, of all, what was settled, the latest first.
    package func list(isAll: Bool = false, limit: Int = 100) async throws -> [ApprovalRecord] {
        try await database.read { try ApprovalStore(db: $0).list(isAll: isAll, limit: min(max(limit, 1), 1_000)) }
    }

    /// At most three whose id begins so (six characters at least).
    package func beginning(with prefix: String) async throws -> [ApprovalRecord] {
        let text = prefix.uppercased()
        guard text.count >= 6, text.allSatisfy({ $0.isLetter || $0.isNumber }) else { return [] }
        return try await database.read { try ApprovalStore(db: $0).beginning(with: text, limit: 3) }
    }

    package func find(_ id: String) async throws -> ApprovalRecord? {
        try await database.read { try ApprovalStore(db: $0).find(id) }
    }

    /// `address` is where the person was, for the log of changes; empty when nobody knows.
    package func approve(
        _ id: String, by person: ApprovalPolicy.Person, on surface: String, from address: String = ""
    ) async throws -> Outcome {
        try await decide(id, .approved, by: person, on: surface, from: address)
    }

    package func deny(
        _ id: String, by person: ApprovalPolicy.Person, on surface: String, reason: String, from address: String = ""
    ) async throws -> Outcome {
        try await decide(id, .denied(reason: reason), by: person, on: surface, from: address)
    }

    /// Approves the call as `input` has it: the agent is told to make it again so. A reason is told to the agent too.
    package func change(
        _ id: String, to input: BureauDomain.JSONValue, by person: ApprovalPolicy.Person, on surface: String,
        reason: String? = nil, from address: String = ""
    ) async throws -> Outcome {
        try await decide(id, .changed(input, reason: reason), by: person, on: surface, from: address)
    }

    /// Whether the question is one of this account's. What another account's people send is not about it.
    package func isAsked(_ id: String, in credentials: String?) async throws -> Bool {
        guard credentials != nil else { return true }
        guard let (_, run) = try await question(id) else { return false }
        let agent = try await catalog.version(run.configHash)?.config
        return try await database.read { try AccountWall(credentials: credentials).isOpen(to: run, agent, $0) }
    }

    /// Whether this person may decide, before a form is opened for them. Nil when they may.
    package func refusal(_ id: String, for person: ApprovalPolicy.Person) async throws -> Outcome? {
        guard let (approval, run) = try await question(id) else { return .unknown }
        if let over = try await over(approval, run, now: doors.now()) { return over }
        return try await refusal(run, for: person).map(Outcome.refused)
    }

    private func decide(
        _ id: String, _ verdict: ApprovalVerdict, by person: ApprovalPolicy.Person, on surface: String,
        from address: String
    ) async throws -> Outcome {
        guard let (approval, run) = try await question(id) else { return .unknown }
        guard Hex.sha256(Array(approval.input.utf8)) == approval.inputHash else { return .altered }
        let (doors, now, budgets) = (doors, doors.now(), BudgetBook(agency: agencyBudget, catalog: catalog))
        if let over = try await over(approval, run, now: now) { return over }
        if let refusal = try await refusal(run, for: person) { return .refused(refusal) }
        let change: KeptChange?
        do { change = try verdict.change(of: approval, by: person) } catch { return .unfit(error.description) }
        let outcome = try await short {
            try await database.write { db -> Outcome in
                let store = ApprovalStore(db: db)
                guard
                    try store.decide(
                        id, verdict.state, by: person.label, on: surface, reason: verdict.reason, change: change,
                        now: now)
                else { return try store.find(id).map(Outcome.already) ?? .unknown }
                guard let decided = try store.find(id) else { return .unknown }
                let actor = Actor(name: person.label, surface: surface, remoteAddress: address)
                try AuditStore(db: db).add(
                    actor, "approval \(decided.state.rawValue)", "run \(run.id)", client: run.clientSlug,
                    before: .object(JSONObject([("approval", .string(id)), ("status", .string("open"))])),
                    after: decided.document, id: doors.makeID(), now: now)
                try ApprovalNotices(db: db, doors: doors).settled(decided, run: run)
                try BudgetAnswer(db: db, doors: doors, budgets: budgets).take(decided, run)
                return .decided(decided)
            }
        }
        if case .decided = outcome { wake() }
        return outcome
    }

    /// What became of a question that nobody can decide any more; nil while somebody can. One whose time has passed
    /// ends here and now: whoever asks is told that it expired, before its run looks again.
    private func over(_ approval: ApprovalRecord, _ run: RunRecord, now: Int64) async throws -> Outcome? {
        guard approval.state == .open else { return .already(approval) }
        guard approval.expiresAt <= now else { return nil }
        let doors = doors
        let outcome = try await database.write { db -> Outcome in
            _ = try ApprovalNotices(db: db, doors: doors).expire(approval, run: run)
            return try ApprovalStore(db: db).find(approval.id).map(Outcome.already) ?? .unknown
        }
        wake()
        return outcome
    }

    private func short(_ body: () async throws -> Outcome) async throws -> Outcome {
        do { return try await body() } catch let short as BudgetShort { return .short(short.description) }
    }

    private func question(_ id: String) async throws -> (ApprovalRecord, RunRecord)? {
        try await database.read { db in
            guard let approval = try ApprovalStore(db: db).find(id), let run = try RunStore(db: db).find(approval.runID)
            else { return nil }
            return (approval, run)
        }
    }

    /// As the agent's config of the run's own version says. One that cannot be read lets nobody decide.
    func refusal(_ run: RunRecord, for person: ApprovalPolicy.Person) async throws -> ApprovalPolicy.Refusal? {
        guard let agent = try await catalog.version(run.configHash) else { return .policyUnreadable }
        return agent.config.approvals.refusal(for: person, requestedBy: run.requestedBy)
    }
}
