package import BureauDomain
package import BureauStorage

/// What people ask of budgets, the same behind every surface.
package struct BudgetDesk: Sendable {
    package struct Line: Sendable, Hashable {
        package let account: SpendAccount
        /// Nil when nobody set a limit.
        package let budget: ScopeBudget?
        package let balance: SpendBalance

        package var left: MicroUSD? { budget.map { max(.zero, $0.limit - balance.committed) } }
    }

    /// Why a limit stays as it is, for people.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    let database: any Database
    let doors: Doors
    let catalog: AgentCatalog
    let budgets: BudgetBook
    package static let linesMax = 1_000, clientsMax = 10_000

    package init(database: any Database, doors: Doors, catalog: AgentCatalog, agencyBudget: ScopeBudget?) {
        self.database = database
        self.doors = doors
        self.catalog = catalog
        budgets = BudgetBook(agency: agencyBudget, catalog: catalog)
    }

    /// What the agency and an agent may spend is of all clients.
    package static func isSeen(_ owner: SpendAccount.Owner, visible: Set<String>?) -> Bool {
        guard let visible else { return true }
        if case .client(let slug) = owner { return visible.contains(slug) }
        return false
    }

    /// Today's and this month's accounts: the agency's, and every other that has a limit or was drawn on; of those
    /// that may be seen the first `linesMax`.
    package func list(visible: Set<String>? = nil) async throws -> [Line] {
        let day = SpendAccount.day(doors.now()), month = String(day.prefix(7))
        let agents = catalog.agents.map(\.config.name)
        return try await database.read { [budgets] db in
            let drawn = try db.query(
                "SELECT scope, period FROM spend_balance WHERE period IN (?, ?) ORDER BY scope, period LIMIT ?",
                [day, month, Self.clientsMax]
            ).compactMap { SpendAccount(scope: try $0.text("scope"), period: try $0.text("period")) }
            let slugs = try ClientStore(db: db).withLimit(most: Self.clientsMax)
            let clients = slugs.map { SpendAccount(.client($0), month) }
            let agents = agents.flatMap { [SpendAccount(.agent($0), day), SpendAccount(.agent($0), month)] }
            let all = Set(drawn + clients + agents).subtracting([SpendAccount(.agency, day)])
                .sorted { ($0.scope, $0.period) < ($1.scope, $1.period) }
            var lines: [Line] = []
            for account in [SpendAccount(.agency, day)] + all where Self.isSeen(account.owner, visible: visible) {
                guard lines.count < Self.linesMax else { break }
                let budget = try budgets.budget(account, in: db), balance = try SpendLedger(db: db).balance(account)
                guard budget != nil || balance.committed > .zero || account.owner == .agency else { continue }
                lines.append(Line(account: account, budget: budget, balance: balance))
            }
            return lines
        }
    }

    /// What all runs of the present day (UTC) may cost together, and what of it is gone.
    package func agency() async throws -> Line {
        let account = account(.agency, .day)
        return try await database.read { [budgets] db in
            Line(
                account: account, budget: try budgets.budget(account, in: db),
                balance: try SpendLedger(db: db).balance(account))
        }
    }

    /// What holds for the present day or month; nil without a limit.
    package func limit(_ owner: SpendAccount.Owner, _ span: SpendAccount.Span) async throws -> MicroUSD? {
        let account = account(owner, span)
        return try await database.read { [budgets] in try budgets.budget(account, in: $0)?.limit }
    }

    private func account(_ owner: SpendAccount.Owner, _ span: SpendAccount.Span) -> SpendAccount {
        let day = SpendAccount.day(doors.now())
        return SpendAccount(owner, span == .day ? day : String(day.prefix(7)))
    }

    /// A limit for every day or month from now on, until it is set again. What was raised for the present one is over.
    /// Throws `Refused` for a client or an agent that is not there: nothing would ever draw on such an account.
    package func set(_ owner: SpendAccount.Owner, _ span: SpendAccount.Span, to limit: MicroUSD, by person: String)
        async throws -> Line
    {
        try await change(owner, span, by: person) { [catalog] db, account, now in
            try Self.mustExist(account.owner, catalog, in: db)
            let limits = BudgetLimitStore(db: db)
            try limits.forget(account)
            try limits.set(account.scope, span.rawValue, to: limit, by: person, now: now)
        }
    }

    private static func mustExist(_ owner: SpendAccount.Owner, _ catalog: AgentCatalog, in db: any Connection) throws {
        switch owner {
        case .agency: return
        case .client(let slug):
            guard try ClientStore(db: db).find(slug) == nil else { return }
            throw Refused(description: "there is no client \(slug)")
        case .agent(let name):
            // A command may see no agents' folder.
            guard catalog.agent(name) == nil, try AgentCatalog.newest(name, in: db) == nil else { return }
            throw Refused(description: "there is no agent \(name)")
        }
    }

    /// A higher limit for the present day or month only.
    package func raise(_ owner: SpendAccount.Owner, _ span: SpendAccount.Span, to limit: MicroUSD, by person: String)
        async throws -> Line
    {
        try await change(owner, span, by: person) { [budgets] db, account, now in
            guard let old = try budgets.budget(account, in: db) else {
                throw Refused(description: "\(account.words) has no limit, so there is nothing to raise")
            }
            guard limit > old.limit else {
                throw Refused(description: "\(account.words) is \(old.limit) already; raise it to more than that")
            }
            try BudgetLimitStore(db: db).set(account.scope, account.period, to: limit, by: person, now: now)
        }
    }

    /// Lets one run cost more; one that waits for it goes on.
    package func raise(run id: String, to limit: MicroUSD, by person: String) async throws -> RunRecord {
        let run = try await RunDesk(database: database, doors: doors).find(id)
        let (doors, budgets) = (doors, budgets)
        do {
            return try await database.write { db in
                guard let run = try RunStore(db: db).find(run.id) else { throw RunMoved(runID: run.id) }
                guard !run.state.isFinal else {
                    throw Refused(description: "run \(run.id) is over: it is \(run.state.word.lowercased())")
                }
                let known = try SpendLedger(db: db).hold(run.id).map { $0.base + max($0.reserved, $0.settled) } ?? .zero
                guard limit > max(known, run.costMax ?? .zero) else {
                    throw Refused(description: "run \(run.id) may cost \(max(known, run.costMax ?? .zero)) already")
                }
                try BudgetAnswer(db: db, doors: doors, budgets: budgets).raise(run, to: limit)
                try RunEventStore(db: db).append(
                    run.id, kind: "budget", detail: "\(person) raised its limit to \(limit)", now: doors.now())
                return try RunStore(db: db).find(run.id) ?? run
            }
        } catch let short as BudgetShort { throw Refused(description: short.description) }
    }

    private func change(
        _ owner: SpendAccount.Owner, _ span: SpendAccount.Span, by person: String,
        _ body: @escaping @Sendable (any Connection, SpendAccount, Int64) throws -> Void
    ) async throws -> Line {
        let now = doors.now(), account = account(owner, span)
        return try await database.write { [budgets] db in
            try body(db, account, now)
            try RunStore(db: db).wakeWaitingForBudget(now: now)
            return Line(
                account: account, budget: try budgets.budget(account, in: db),
                balance: try SpendLedger(db: db).balance(account))
        }
    }
}
