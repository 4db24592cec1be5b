import BureauDomain
import Testing

@Suite("Budgets")
struct BudgetPolicyTests {
    private static let limits = BudgetLimits(costMax: .usd(5), alertAbove: .usd(3), durationMax: .seconds(60))
    private static let verdicts: [(spent: Double?, seconds: Double, warned: Bool, verdict: BudgetPolicy.Verdict)] = [
        (0, 0, false, .ok), (3, 10, false, .ok), (3.000001, 10, false, .warn), (3.000001, 10, true, .ok),
        (4.999999, 59.999, true, .ok), (4.999999, 10, false, .warn), (5, 10, false, .stop(.cost)),
        (5, 10, true, .stop(.cost)), (9, 90, true, .stop(.cost)), (1, 60, false, .stop(.duration)),
        (4, 60, false, .stop(.duration)), (nil, 10, false, .ok), (nil, 60, false, .stop(.duration)),
    ]

    @Test("A session stops at its limits and warns once above its alert", arguments: verdicts)
    func judge(spent: Double?, seconds: Double, warned: Bool, verdict: BudgetPolicy.Verdict) {
        let judged = BudgetPolicy.judge(
            spent: spent.map(MicroUSD.usd), elapsed: .seconds(seconds), limits: Self.limits, alreadyWarned: warned)
        #expect(judged == verdict)
    }

    private static let warnOnly: [(before: Double, spent: Double?, seconds: Double, verdict: BudgetPolicy.Verdict)] = [
        (0, 4.99, 10, .ok), (0, 5, 10, .pass), (0, 9, 10, .pass), (5, 9, 10, .ok), (9, 9, 10, .ok),
        (0, 5, 60, .stop(.duration)), (5, 9, 60, .stop(.duration)), (9, 12, 90, .stop(.duration)),
        (0, 1, 60, .stop(.duration)), (0, nil, 60, .stop(.duration)), (0, nil, 10, .ok),
    ]

    @Test(
        "Where the cost limit only warns, it is told once when it is passed, and time stops all the same",
        arguments: warnOnly)
    func warnsOnly(before: Double, spent: Double?, seconds: Double, verdict: BudgetPolicy.Verdict) {
        let limits = BudgetLimits(
            costMax: .usd(5), alertAbove: .usd(3), durationMax: .seconds(60), warnsOnly: true)
        let judged = BudgetPolicy.judge(
            spent: spent.map(MicroUSD.usd), before: .usd(before), elapsed: .seconds(seconds), limits: limits,
            alreadyWarned: true)
        #expect(judged == verdict)
    }

    @Test("Without an alert nobody is warned")
    func noAlert() {
        let limits = BudgetLimits(costMax: .usd(5), alertAbove: nil, durationMax: .seconds(60))
        #expect(BudgetPolicy.judge(spent: .usd(4.99), elapsed: .zero, limits: limits, alreadyWarned: false) == .ok)
    }

    @Test("A run's limits are its own cost and its agent's time")
    func ofRun() throws {
        let bytes = try RepositoryFile.bytes("Tests/DomainTests/Fixtures/agents/good/small.json")
        let config = try #require(AgentConfig.load(bytes, fileName: "small.json", environment: nil).config)
        #expect(
            config.limits(costMax: .usd(2))
                == BudgetLimits(costMax: .usd(2), alertAbove: nil, durationMax: .seconds(60)))
    }
}
