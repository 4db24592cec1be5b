package import BureauDomain
package import BureauStorage

/// Which limit holds for an account: one a person set for this very day or month, one a person set for good, else what
/// the settings, the client's record or the agent's file of today say.
package struct BudgetBook: Sendable {
    let agency: ScopeBudget?
    let catalog: AgentCatalog

    package init(agency: ScopeBudget?, catalog: AgentCatalog) {
        self.agency = agency
        self.catalog = catalog
    }

    /// Nil when nobody set a limit.
    package func budget(_ account: SpendAccount, in db: any Connection) throws -> ScopeBudget? {
        let told = try told(account, in: db)
        guard let limit = try BudgetLimitStore(db: db).limit(account) else { return told }
        var budget = told ?? ScopeBudget(limit: limit)
        budget.limit = limit
        return budget
    }

    private func told(_ account: SpendAccount, in db: any Connection) throws -> ScopeBudget? {
        switch account.owner {
        case .agency: return try agency ?? ServerFacts(db: db).agencyBudget()
        case .client(let slug): return try ClientStore(db: db).find(slug)?.budget
        case .agent(let name):
            // A command may see no agents' folder: what the server took in last holds all the same.
            let budgets = try (catalog.agent(name) ?? AgentCatalog.newest(name, in: db))?.config.budgets
            return account.span == .day ? budgets?.day : budgets?.month
        }
    }

    /// The limited accounts a run would draw on that day.
    func lines(_ run: RunRecord, day: String, in db: any Connection) throws -> [ReservationRule.Line] {
        try SpendAccount.of(agent: run.agent, client: run.clientSlug, day: day).compactMap { account in
            guard let budget = try budget(account, in: db) else { return nil }
            return ReservationRule.Line(
                account: account, budget: budget, balance: try SpendLedger(db: db).balance(account))
        }
    }

    func shortage(_ amount: MicroUSD, _ run: RunRecord, day: String, in db: any Connection) throws
        -> ReservationRule.Line?
    {
        ReservationRule.shortage(amount, in: try lines(run, day: day, in: db))
    }
}

extension EngineParts {
    var budgets: BudgetBook { BudgetBook(agency: settings.agencyBudget, catalog: catalog) }
}

/// The SQL of `budget_limit`: what people set over files and settings.
struct BudgetLimitStore {
    let db: any Connection

    func limit(_ account: SpendAccount) throws -> MicroUSD? {
        try db.first(
            """
            SELECT limit_micro_usd FROM budget_limit WHERE scope = ? AND period IN (?, ?)
            ORDER BY CASE period WHEN ? THEN 0 ELSE 1 END LIMIT 1
            """, [account.scope, account.period, account.span.rawValue, account.period]
        ).map { MicroUSD(rawValue: try $0.integer("limit_micro_usd")) }
    }

    /// `period` is a day, a month, or "day" or "month" for every one.
    func set(_ scope: String, _ period: String, to limit: MicroUSD, by person: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO budget_limit (scope, period, limit_micro_usd, set_by, set_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (scope, period) DO UPDATE SET limit_micro_usd = excluded.limit_micro_usd,
                set_by = excluded.set_by, set_at = excluded.set_at
            """, [scope, period, limit.rawValue, person, now])
    }
    /// Takes away what was set for this very day or month.
    func forget(_ account: SpendAccount) throws {
        try db.execute(
            "DELETE FROM budget_limit WHERE scope = ? AND period = ?", [account.scope, account.period])
    }
}
