import BureauDomain
import BureauStorage

/// A question about money: what is used up and what it would be raised to. Kept as the input of an approval, so that
/// the answer is bound to exactly these amounts.
struct BudgetQuestion: Codable, Hashable, Sendable {
    static let tool = "bureau.budget"
    static let eventPrefix = "budget/"

    /// "client/acme", or "run" for the run's own limit.
    var scope: String
    /// Empty for a run.
    var period: String
    var limitMicroUSD: Int64
    var raiseToMicroUSD: Int64

    enum CodingKeys: String, CodingKey {
        case scope, period
        case limitMicroUSD = "limit_micro_usd"
        case raiseToMicroUSD = "raise_to_micro_usd"
    }

    var raiseTo: MicroUSD { MicroUSD(rawValue: raiseToMicroUSD) }
    var isRun: Bool { scope == "run" }
    /// One open question for each thing that is used up; a number follows, for it may be asked again.
    private var stem: String { "\(Self.stem(scope, period))\(limitMicroUSD)/" }
    private static func stem(_ scope: String, _ period: String) -> String { "\(eventPrefix)\(scope)/\(period)/" }

    /// The newest question about an account, whichever run asked it: its answer is for all that wait for that money.
    static func newest(about account: SpendAccount, in db: any Connection) throws -> ApprovalRecord? {
        let stem = stem(account.scope, account.period)
        return try db.first(
            """
            SELECT * FROM approval WHERE tool = '\(tool)' AND event_id >= ? AND event_id < ?
            ORDER BY requested_at DESC, id DESC LIMIT 1
            """, [stem, stem + "~"]
        ).map(ApprovalRecord.init)
    }

    /// "ana decided not to raise the budget: not today", for a question that was answered with no.
    static func denial(_ decided: ApprovalRecord) -> String {
        let reason = decided.reason.map { ": \($0)" } ?? "."
        return "\(decided.decidedBy ?? "Somebody") decided not to raise the budget\(reason)"
    }

    init(scope: String, period: String, limit: MicroUSD, raiseTo: MicroUSD) {
        self.scope = scope
        self.period = period
        limitMicroUSD = limit.rawValue
        raiseToMicroUSD = raiseTo.rawValue
    }

    init?(_ approval: ApprovalRecord) {
        guard approval.isAboutMoney, let question = try? JSONText.decode(BudgetQuestion.self, approval.input) else {
            return nil
        }
        self = question
    }

    /// Asks, unless the same is being asked already, by this run or by another one that waits for the same money.
    func ask(_ effect: String, _ run: RunRecord, expiresAt: Int64, in db: any Connection, _ doors: Doors) throws {
        let isAsked = try db.first(
            """
            SELECT 1 AS asked FROM approval
            WHERE state = 'open' AND substr(event_id, 1, ?) = ? AND (run_id = ? OR ?) LIMIT 1
            """, [stem.utf8.count, stem, run.id, !isRun])
        guard isAsked == nil else { return }
        let input = try JSONText.encode(self)
        let earlier = try db.first(
            "SELECT count(*) AS n FROM approval WHERE run_id = ? AND substr(event_id, 1, ?) = ?",
            [run.id, stem.utf8.count, stem])
        let new = NewApproval(
            eventID: "\(stem)\((try earlier?.integer("n") ?? 0) + 1)", tool: Self.tool,
            input: input, inputHash: Hex.sha256(Array(input.utf8)), effect: effect)
        let now = doors.now()
        guard
            let id = try ApprovalStore(db: db).ask(
                new, run: run.id, id: doors.makeID(), now: now, expiresAt: expiresAt)
        else { return }
        try ApprovalNotices(db: db, doors: doors).ask(id, run: run)
    }
}

extension ApprovalRecord {
    /// Asked by Bureau itself: may more be spent?
    package var isAboutMoney: Bool { tool == BudgetQuestion.tool }
}

/// There is not enough in one of the accounts a raised run would draw on.
struct BudgetShort: Error, CustomStringConvertible {
    let line: ReservationRule.Line
    let amount: MicroUSD
    var description: String {
        "\(line.account.words) has \(line.left) left of \(line.budget.limit), and \(amount) more would be needed; "
            + "raise that first: bureau budgets raise"
    }
}

/// Carries an answer about money out, in the transaction that decides it: so it takes effect exactly once.
struct BudgetAnswer {
    let db: any Connection
    let doors: Doors
    let budgets: BudgetBook

    func take(_ decided: ApprovalRecord, _ run: RunRecord) throws {
        guard let question = BudgetQuestion(decided) else { return }
        guard decided.state == .approved else {
            let cause = RunCause(.budgetDenied, BudgetQuestion.denial(decided))
            try RunTransitions(doors: doors).apply(.stopAsked(cause), to: run.id, lease: nil, in: db)
            // The others that wait for the same money have their answer too: each takes it at its look.
            if !question.isRun { try RunStore(db: db).wakeWaitingForBudget(now: doors.now()) }
            return
        }
        if question.isRun { return try raise(run, to: question.raiseTo) }
        try raise(question, run, by: decided.decidedBy ?? "nobody")
        try RunStore(db: db).wakeWaitingForBudget(now: doors.now())
    }

    /// Never lowers what somebody has raised further while the question stood.
    private func raise(_ question: BudgetQuestion, _ run: RunRecord, by person: String) throws {
        let now = doors.now()
        if let account = SpendAccount(scope: question.scope, period: question.period),
            let limit = try budgets.budget(account, in: db)?.limit, limit >= question.raiseTo
        {
            try RunEventStore(db: db).append(
                run.id, kind: "budget",
                detail: "\(account.words) is \(limit) already; \(person)'s yes to \(question.raiseTo) leaves it so",
                now: now)
            return
        }
        try BudgetLimitStore(db: db).set(question.scope, question.period, to: question.raiseTo, by: person, now: now)
    }

    /// Lets a run cost more. Throws `BudgetShort` when its accounts have too little for it.
    func raise(_ run: RunRecord, to limit: MicroUSD) throws {
        let ledger = SpendLedger(db: db)
        if let hold = try ledger.hold(run.id), hold.isOpen {
            let more = limit - hold.base - max(hold.reserved, hold.settled)
            if more > .zero, let short = try budgets.shortage(more, run, day: hold.day, in: db) {
                throw BudgetShort(line: short, amount: more)
            }
        }
        try RunStore(db: db).raiseCostMax(run.id, to: limit)
        try ledger.extend(run.id, to: limit, now: doors.now())
        try RunStore(db: db).makeDue(run.id, now: doors.now())
    }
}
