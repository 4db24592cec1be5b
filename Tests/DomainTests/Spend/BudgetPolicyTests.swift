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

    @Test("Without an alert nobody is warned")
    func noAlert() {
        let limits = BudgetLimits(costMax: .usd(5), alertAbove: nil, durationMax: .seconds(60))
        #expect(BudgetPolicy.judge(spent: .usd(4.99), elapsed: .zero, limits: limits, alreadyWarned: false) == .ok)
    }

    @Test("An agent without a cost limit takes the service's own")
    func byDefault() throws {
        let bytes = try RepositoryFile.bytes("Tests/DomainTests/Fixtures/agents/good/small.json")
        let limits = try #require(AgentConfig.load(bytes, fileName: "small.json", environment: nil).config).limits
        #expect(
            limits.budget(costMaxByDefault: .usd(2))
                == BudgetLimits(costMax: .usd(2), alertAbove: nil, durationMax: .seconds(60)))
    }
}
