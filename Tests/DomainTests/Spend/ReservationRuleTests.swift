import Testing

@testable import BureauDomain

@Suite("Whether a run may be given money")
struct ReservationRuleTests {
    private static func line(_ spent: Int64, _ reserved: Int64, _ action: Exhaustion, _ owner: SpendAccount.Owner)
        -> ReservationRule.Line
    {
        ReservationRule.Line(
            account: SpendAccount(owner, "2026-11"), budget: ScopeBudget(limit: .usd(10), onExhausted: action),
            balance: SpendBalance(reserved: .usd(Double(reserved)), spent: .usd(Double(spent))))
    }

    private static let cases: [(Int64, Int64, Exhaustion, Bool)] = [
        (0, 0, .pauseAndAsk, true), (5, 0, .pauseAndAsk, true), (0, 5, .stop, true), (3, 2, .stop, true),
        (6, 0, .pauseAndAsk, false), (0, 6, .stop, false), (3, 3, .stop, false), (9, 9, .warnOnly, true),
    ]
    @Test("Five dollars of ten are given while spent and promised leave room", arguments: cases)
    func isGiven(spent: Int64, reserved: Int64, action: Exhaustion, expected: Bool) {
        let short = ReservationRule.shortage(.usd(5), in: [Self.line(spent, reserved, action, .agency)])
        #expect((short == nil) == expected)
    }

    @Test("Of two that are short the one that stops is named")
    func severest() {
        let asks = Self.line(9, 0, .pauseAndAsk, .agency), stops = Self.line(9, 0, .stop, .client("acme"))
        #expect(ReservationRule.shortage(.usd(5), in: [asks, stops])?.account.owner == .client("acme"))
    }

    @Test("What is proposed is in whole dollars, is enough, and is at least a quarter more")
    func proposes() {
        #expect(Self.line(9, 0, .stop, .agency).proposal(for: .usd(4.2)) == .usd(14))
        #expect(Self.line(9, 0, .stop, .agency).proposal(for: .usd(1.5)) == .usd(13))
    }

    private static let lastInstants: [(SpendAccount, Int64)] = [
        (SpendAccount(.agency, "2026-11-20"), 1_795_219_200_000), (SpendAccount(.agency, "2026-11"), 1_796_083_200_000),
        (SpendAccount(.client("a"), "2026-12"), 1_798_761_600_000),
    ]
    @Test("An account ends at the first instant after its day or month", arguments: lastInstants)
    func ends(account: SpendAccount, instant: Int64) {
        #expect(account.endsAt == instant)
        #expect(SpendAccount.day(instant - 1).hasPrefix(account.period))
        #expect(!SpendAccount.day(instant).hasPrefix(account.period))
        #expect(SpendAccount(scope: account.scope, period: account.period) == account)
    }
}

@Suite("Budgets in an agent's file")
struct AgentBudgetTests {
    private static func budgets(_ text: String) -> (AgentBudgets?, [ConfigProblem]) {
        let problems = ConfigProblems(file: "agent")
        guard let json = try? PositionedJSON.parse(Array(text.utf8)),
            let root = ConfigObject(json, path: "", keys: ["budgets"], problems: problems)
        else { return (nil, []) }
        return (BudgetReader().budgets(root), problems.sorted)
    }

    @Test(
        "Where nothing is said of it a run is stopped at its limit, and nothing else is limited",
        arguments: ["{}", #"{"budgets": {}}"#])
    func absent(text: String) {
        let budgets = Self.budgets(text).0
        #expect(budgets == AgentBudgets.byDefault && budgets?.onRunLimit == .stop)
    }

    @Test("A day, a month and the run's own ending are read")
    func read() {
        let (budgets, problems) = Self.budgets(
            #"{"budgets": {"run": {"on_exhausted": "stop"}, "day": {"limit_usd": 20}, "month": {"limit_usd": 300.5, "warn_percent": 90, "on_exhausted": "warn_only"}}}"#
        )
        #expect(problems.isEmpty)
        #expect(budgets?.day == ScopeBudget(limit: .usd(20)))
        #expect(budgets?.month == ScopeBudget(limit: .usd(300.5), warnPercent: 90, onExhausted: .warnOnly))
        #expect(budgets?.onRunLimit == .stop)
    }

    private static let wrong = [
        #"{"budgets": {"week": {"limit_usd": 1}}}"#, #"{"budgets": {"day": {}}}"#,
        #"{"budgets": {"day": {"limit_usd": 0}}}"#, #"{"budgets": {"run": {"on_exhausted": "panic"}}}"#,
        #"{"budgets": {"day": {"limit_usd": 5, "warn_percent": 101}}}"#, #"{"budgets": {"run": {}}}"#,
    ]
    @Test("What makes no sense is named", arguments: wrong)
    func refused(text: String) { #expect(!Self.budgets(text).1.isEmpty) }
}
