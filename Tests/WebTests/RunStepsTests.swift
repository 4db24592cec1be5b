import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("Where a run is, in steps")
struct RunStepsTests {
    private static let places: [(RunState, RunState?, String, done: Int)] = [
        (.queued, nil, "Queued", 0), (.starting, nil, "Session", 1), (.running, nil, "Working", 2),
        (.failed, .queued, "Queued: failed", 0), (.failed, .starting, "Session: failed", 1),
        (.failed, .running, "Working: failed", 2), (.failed, .waitingApproval, "Working: failed", 2),
        (.failed, .collecting, "Files: failed", 3), (.failed, .delivering, "Deliver: failed", 4),
        (.stopped, .queued, "Queued: stopped", 0), (.stopped, .collecting, "Files: stopped", 3),
        (.stopping, .running, "Stopping", 2), (.doneWithProblems, .delivering, "Done, delivery problem", 4),
        (.done, .delivering, "Done", 5),
    ]

    @Test("A run that ended says at which step, and ticks only what was done", arguments: places)
    func place(state: RunState, last: RunState?, word: String, done: Int) {
        let steps = RunSteps(state, last: last).steps
        #expect(steps.first(where: \.isNow)?.word == word)
        #expect(steps.prefix { $0.state == "done" && !$0.isNow }.count == done)
    }

    @Test("Every cause that ends a run badly says what can be done", arguments: RunCause.Code.allCases)
    func fixes(code: RunCause.Code) {
        guard code != .notEligible else { return #expect(code.fix == nil) }
        let fix = code.fix ?? ""
        #expect(fix.hasSuffix(".") && fix.first?.isUppercase == true && fix.count < 200, "\(fix)")
    }
}
