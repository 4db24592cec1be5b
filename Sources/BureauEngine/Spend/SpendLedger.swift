package import BureauDomain
package import BureauStorage

/// What a run was given and has spent, the last time it was given anything.
package struct SpendHold: Hashable, Sendable {
    let runID: String
    let opening: Int64
    let agent: String
    let client: String?
    let day: String
    /// What the run had cost when this hold was opened.
    let base: MicroUSD
    package let reserved: MicroUSD
    package let settled: MicroUSD
    package let isOpen: Bool

    var accounts: [SpendAccount] { SpendAccount.of(agent: agent, client: client, day: day) }
    /// What the run may cost in all before it needs more.
    var limit: MicroUSD { base + reserved }
    var left: MicroUSD { isOpen ? max(.zero, reserved - settled) : .zero }

    init(_ row: Row) throws {
        runID = try row.text("run_id")
        opening = try row.integer("opening")
        agent = try row.text("agent")
        client = try row.textIfAny("client_slug")
        day = try row.text("day")
        base = MicroUSD(rawValue: try row.integer("base_micro_usd"))
        reserved = MicroUSD(rawValue: try row.integer("reserved_micro_usd"))
        settled = MicroUSD(rawValue: try row.integer("settled_micro_usd"))
        isOpen = try row.flag("is_open")
    }
}

/// The SQL of the ledger. Every change is an entry, the hold and the balances in the caller's transaction, so that a
/// ledger that cannot be written stops what the transaction would have begun.
///
/// Figures are cumulative: one that is late, repeated or lower than a known one changes nothing.
package struct SpendLedger {
    let db: any Connection
    package init(db: any Connection) { self.db = db }

    package func hold(_ runID: String) throws -> SpendHold? {
        try db.first("SELECT * FROM spend_hold WHERE run_id = ? ORDER BY opening DESC LIMIT 1", [runID])
            .map(SpendHold.init)
    }

    /// Gives the run `amount` beyond what it has cost. A run that has an open hold keeps it.
    package func open(_ run: RunRecord, amount: MicroUSD, now: Int64) throws {
        let last = try hold(run.id)
        if last?.isOpen == true { return }
        let opening = (last?.opening ?? 0) + 1, day = SpendAccount.day(now)
        let base = last.map { $0.base + $0.settled } ?? .zero
        try db.execute(
            """
            INSERT INTO spend_hold (run_id, opening, agent, client_slug, day, base_micro_usd, reserved_micro_usd, is_open)
            VALUES (?, ?, ?, ?, ?, ?, ?, 1)
            """, [run.id, opening, run.agent, run.clientSlug, day, base.rawValue, amount.rawValue])
        try enter(run.id, opening, "reserve", amount, now)
        for account in SpendAccount.of(agent: run.agent, client: run.clientSlug, day: day) {
            try db.execute(
                """
                INSERT INTO spend_balance (scope, period, reserved_micro_usd, spent_micro_usd) VALUES (?, ?, ?, 0)
                ON CONFLICT (scope, period)
                DO UPDATE SET reserved_micro_usd = spend_balance.reserved_micro_usd + excluded.reserved_micro_usd
                """, [account.scope, account.period, amount.rawValue])
        }
    }

    /// Takes in what the run has cost in all. Returns the hold as it was before; nil when nothing is new.
    @discardableResult
    package func settle(_ run: RunRecord, total: MicroUSD, now: Int64) throws -> SpendHold? {
        guard total > .zero else { return nil }
        // A run from before the ledger, whose first figure comes now.
        if try hold(run.id) == nil { try open(run, amount: total, now: now) }
        guard let hold = try hold(run.id), total > hold.base + hold.settled else { return nil }
        let settled = total - hold.base
        try enter(run.id, hold.opening, "settle", total, now)
        try db.execute(
            "UPDATE spend_hold SET settled_micro_usd = ? WHERE run_id = ? AND opening = ?",
            [settled.rawValue, run.id, hold.opening])
        let left = hold.isOpen ? max(.zero, hold.reserved - settled) : .zero
        try shift(hold, reserved: left - hold.left, spent: settled - hold.settled)
        return hold
    }

    /// Charges all the run was given: what nobody can price may have cost that much.
    package func settleWhole(_ run: RunRecord, now: Int64) throws {
        guard let hold = try hold(run.id), hold.isOpen else { return }
        try settle(run, total: hold.base + hold.reserved, now: now)
    }

    /// Gives back what the run did not spend. Figures that come later are still taken in. While a session of the run may be
    /// spending unseen its money stays set aside.
    package func release(_ runID: String, now: Int64) throws {
        guard let hold = try hold(runID), hold.isOpen, try !LooseSessions(db: db).isAny(of: runID) else { return }
        try enter(runID, hold.opening, "release", hold.base + hold.settled, now)
        try db.execute("UPDATE spend_hold SET is_open = 0 WHERE run_id = ? AND opening = ?", [runID, hold.opening])
        try shift(hold, reserved: .zero - hold.left, spent: .zero)
    }

    /// Lets the run of an open hold cost up to `limit` in all. Never takes anything away.
    package func extend(_ runID: String, to limit: MicroUSD, now: Int64) throws {
        guard let hold = try hold(runID), hold.isOpen, limit - hold.base > hold.reserved else { return }
        let reserved = limit - hold.base
        try enter(runID, hold.opening, "reserve", reserved, now)
        try db.execute(
            "UPDATE spend_hold SET reserved_micro_usd = ? WHERE run_id = ? AND opening = ?",
            [reserved.rawValue, runID, hold.opening])
        try shift(hold, reserved: max(.zero, reserved - hold.settled) - hold.left, spent: .zero)
    }

    package func balance(_ account: SpendAccount) throws -> SpendBalance {
        let row = try db.first(
            "SELECT reserved_micro_usd, spent_micro_usd FROM spend_balance WHERE scope = ? AND period = ?",
            [account.scope, account.period])
        guard let row else { return SpendBalance() }
        return SpendBalance(
            reserved: MicroUSD(rawValue: try row.integer("reserved_micro_usd")),
            spent: MicroUSD(rawValue: try row.integer("spent_micro_usd")))
    }

    private func enter(_ runID: String, _ opening: Int64, _ kind: String, _ cumulative: MicroUSD, _ now: Int64) throws {
        try db.execute(
            "INSERT INTO spend_entry (run_id, opening, kind, cumulative_micro_usd, at) VALUES (?, ?, ?, ?, ?)",
            [runID, opening, kind, cumulative.rawValue, now])
    }

    private func shift(_ hold: SpendHold, reserved: MicroUSD, spent: MicroUSD) throws {
        guard reserved != .zero || spent != .zero else { return }
        let accounts = hold.accounts
        let places = accounts.map { _ in "(scope = ? AND period = ?)" }.joined(separator: " OR ")
        let values: [any SQLBindable] = accounts.flatMap { [$0.scope, $0.period] }
        let changed = try db.execute(
            """
            UPDATE spend_balance SET reserved_micro_usd = reserved_micro_usd + ?, spent_micro_usd = spent_micro_usd + ?
            WHERE \(places)
            """, [reserved.rawValue, spent.rawValue] + values)
        guard changed == accounts.count else {
            throw StorageError.damaged("the ledger has \(changed) of \(accounts.count) balances of run \(hold.runID)")
        }
    }
}
