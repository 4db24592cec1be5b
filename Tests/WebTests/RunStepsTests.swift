import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("Where a run is, in steps")
struct RunStepsTests {
    private static let places: [(RunState, RunState?, String, done: Int)] = [
        (.queued, nil, "Queued", 1), (.needsInfo, nil, "Checked: needs info", 1),
        (.ignored, nil, "Checked: ignored", 1), (.starting, nil, "Session", 3), (.running, nil, "Working", 4),
        (.waitingApproval, nil, "Waiting for you", 4), (.collecting, nil, "Files", 5), (.delivering, nil, "Deliver", 6),
        (.failed, .queued, "Checked: failed", 1), (.failed, .needsInfo, "Checked: failed", 1),
        (.failed, .starting, "Session: failed", 3),
        (.failed, .running, "Working: failed", 4), (.failed, .waitingApproval, "Working: failed", 4),
        (.failed, .collecting, "Files: failed", 5), (.failed, .delivering, "Deliver: failed", 6),
        (.stopped, .queued, "Checked: stopped", 1), (.stopped, .collecting, "Files: stopped", 5),
        (.stopping, .running, "Stopping", 4), (.doneWithProblems, .delivering, "Done, delivery problem", 6),
        (.inReview, nil, "In review", 7), (.done, .delivering, "Done", 7),
    ]

    @Test("A run that ended says at which step, and ticks only what was done", arguments: places)
    func place(state: RunState, last: RunState?, word: String, done: Int) {
        let steps = RunSteps(state, last: last).steps
        #expect(steps.first(where: \.isNow)?.word == word && steps.count == 8)
        #expect(steps.prefix { $0.state == "done" && !$0.isNow }.count == done)
    }

    @Test("Every cause that ends a run badly says what can be done", arguments: RunCause.Code.allCases)
    func fixes(code: RunCause.Code) {
        guard code != .notEligible else { return #expect(code.fix == nil) }
        let fix = code.fix ?? ""
        #expect(fix.hasSuffix(".") && fix.first?.isUppercase == true && fix.count < 200, "\(fix)")
    }

    private static let waits: [(SpendAccount?, String)] = [
        (SpendAccount(.agency, "2026-11-21"), "Raise the agency's budget under Costs, or wait for the next day;"),
        (
            SpendAccount(.client("acme"), "2026-11"),
            "Raise the client's budget under Costs, or wait for the next month;"
        ),
        (
            SpendAccount(.agent("sentinel"), "2026-11-21"),
            "Raise the agent's budget under Costs, or wait for the next day;"
        ),
        (
            SpendAccount(.agent("sentinel"), "2026-11"),
            "Raise the agent's budget under Costs, or wait for the next month;"
        ),
        (nil, "A new day or month brings it nothing;"),
    ]

    @Test(
        "A run that waits for money says what brings it, as it is whose limit; its own is raised by people",
        arguments: waits)
    func waiting(account: SpendAccount?, words: String) {
        let short = account.map {
            RunCause(
                .budgetExhausted, "\(RunCause.budgetWait) \($0.words) has $0.40 left of $5.00, and it may cost $2.00.")
        }
        let cause = short ?? RunCause.ownLimitWait(.usd(5), of: .usd(5))
        #expect(cause.accountWaitedFor == account && cause.isOwnLimitWait == (account == nil))
        let fix = cause.fix ?? ""
        #expect(fix.contains(words) && fix.count < 200, "\(fix)")
        #expect(fix.contains("wait for the next") == (account != nil), "\(fix)")
    }
}
