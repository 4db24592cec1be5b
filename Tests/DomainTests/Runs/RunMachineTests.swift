import Testing

@testable import BureauDomain

private let why = RunCause(.overBudget, "It cost $5.02 of $5.00.")
private let allEvents: [RunMachine.Event] = [
    .taken, .foundIneligible(why), .foundIncomplete(why), .infoChanged, .sessionOpened(session: "s"),
    .gateOpened(why: "asks"),
    .approvalsAsked(count: 2), .budgetMissing(why), .gateClosed, .turnEnded, .stopAsked(why), .sessionHalted,
    .filesCollected(problem: nil),
    .filesCollected(problem: why), .channelsSettled(problem: nil), .channelsSettled(problem: why), .broke(why),
    .deliverAgain, .retried, .leaseLost(), .reviewOpened(problem: nil), .reviewOpened(problem: why), .revisionAsked,
    .revisionSent, .accepted, .dismissed(why),
]

@Suite("The run machine") struct RunMachineTests {
    @Test("A good run passes through its states in order and tells nobody anything alarming")
    func goodRun() throws {
        var run = RunMachine()
        let path: [(RunMachine.Event, RunState)] = [
            (.taken, .starting), (.sessionOpened(session: "s"), .running), (.turnEnded, .collecting),
            (.filesCollected(problem: nil), .delivering), (.channelsSettled(problem: nil), .done),
        ]
        for (event, state) in path {
            #expect(try run.apply(event) == [])
            #expect(run.state == state)
        }
    }

    @Test("In every state every event is either applied or rejected, and a final state has a cause where it must")
    func everyPair() {
        for state in RunState.allCases {
            for session in [nil, "s"] {
                for event in allEvents {
                    var run = RunMachine(state: state, session: session, cause: why)
                    let before = run
                    do { _ = try run.apply(event) } catch { #expect(run == before, "a rejected event changes nothing") }
                    if run != before, [.failed, .stopped, .ignored, .needsInfo].contains(run.state) {
                        #expect(run.cause != nil, "\(state) + \(event)")
                    }
                }
            }
        }
    }

    @Test(
        "What is settled stays settled: only a person's verbs leave a final state",
        arguments: RunState.allCases.filter(\.isFinal))
    func finalStates(state: RunState) {
        for event in allEvents where event != .deliverAgain && event != .retried {
            var run = RunMachine(state: state, session: "s", cause: why)
            _ = try? run.apply(event)
            #expect(run.state == state, "\(event)")
        }
    }

    @Test("A stop asked while the session is being opened takes effect once it is open")
    func stopWhileStarting() throws {
        var run = RunMachine(state: .starting)
        _ = try run.apply(.stopAsked(why))
        #expect(run.state == .starting)
        _ = try run.apply(.sessionOpened(session: "s"))
        #expect(run.state == .stopping)
        _ = try run.apply(.sessionHalted)
        #expect(try run.apply(.filesCollected(problem: nil)) == [.alert(why)])
        #expect(run.state == .stopped)
    }

    @Test("Files that a stopped run had and lost are told of beside its stop")
    func stoppedAndLost() throws {
        let lost = RunCause(.filesMissing, "1 file could not be fetched: audit.md.")
        var run = RunMachine(state: .collecting, session: "s", stopCause: why)
        #expect(try run.apply(.filesCollected(problem: lost)) == [.alert(why), .alert(lost)])
        #expect(run.state == .stopped && run.cause == why)
    }

    @Test("A worker may be lost five times, the sixth loss parks the run with a cause")
    func losses() throws {
        var run = RunMachine(state: .running, session: "s")
        for _ in 0..<5 { #expect(try run.apply(.leaseLost()) == []) }
        #expect(run.state == .running)
        #expect(try run.apply(.leaseLost()) == [])
        #expect(run.state == .stopping, "its session is interrupted first")
        #expect(try run.apply(.sessionHalted).count == 1)
        #expect(run.state == .failed)
        #expect(run.cause?.code == .lostTooOften)
    }

    private static let inSession: [RunState] = [.running, .waitingApproval, .revising]
    @Test("What breaks while its session may be alive is interrupted first, and keeps its cause", arguments: inSession)
    func brokeInSession(state: RunState) throws {
        for code in RunCause.Code.allCases {
            let cause = RunCause(code, "It broke.")
            var run = RunMachine(state: state, session: "s")
            let effects = try run.apply(.broke(cause))
            guard code.retriesInSession else {
                #expect(run.state == .failed && effects == [.alert(cause)])
                continue
            }
            #expect(run.state == .stopping && effects.isEmpty)
            #expect(try run.apply(.sessionHalted) == [.alert(cause)])
            #expect(run.state == .failed && run.cause == cause)
        }
        var early = RunMachine(state: .starting)
        _ = try early.apply(.broke(RunCause(.internalError, "It broke.")))
        #expect(early.state == .failed, "there is no session to interrupt")
    }

    @Test("A run whose session cannot even be interrupted is given up all the same, and one without a session at once")
    func lostWhileStopping() throws {
        var run = RunMachine(state: .running, session: "s")
        for _ in 0..<12 { _ = try run.apply(.leaseLost()) }
        #expect(run.state == .failed && run.cause?.code == .lostTooOften)
        var early = RunMachine(state: .starting)
        for _ in 0..<6 { _ = try early.apply(.leaseLost()) }
        #expect(early.state == .failed)
    }

    @Test("A run that failed after a stop was asked and is tried again goes on to its end")
    func retriedAfterStop() throws {
        var run = RunMachine(state: .starting)
        _ = try run.apply(.stopAsked(why))
        _ = try run.apply(.broke(RunCause(.sessionRefused, "The service was down.")))
        _ = try run.apply(.retried)
        _ = try run.apply(.taken)
        _ = try run.apply(.sessionOpened(session: "s"))
        #expect(run.state == .running && run.stopCause == nil)
    }

    /// Whether its session was found after it was given up while it opened, and where a person's new try leads.
    private static let openings: [(session: String?, state: RunState)] = [(nil, .queued), ("s", .running)]

    @Test("What was given up while its session opened is tried again in it where it was found", arguments: openings)
    func retriedOpening(session: String?, state: RunState) throws {
        var run = RunMachine(state: .starting)
        let givenUp = RunCause(.openingGivenUp, "Nobody could tell; Ana gave it up.")
        #expect(try run.apply(.broke(givenUp)).count == 2, "people are told, and it is looked for")
        var later = RunMachine(state: run.state, session: session, cause: run.cause)
        #expect(try later.apply(.retried) == [])
        #expect(later.state == state && later.cause == nil)
    }

    @Test("A round that is sent back comes to review again, and an accepted one is published and done")
    func review() throws {
        var run = RunMachine(state: .delivering, session: "s")
        let path: [(RunMachine.Event, RunState)] = [
            (.reviewOpened(problem: nil), .inReview), (.revisionAsked, .revising), (.revisionSent, .running),
            (.turnEnded, .collecting), (.filesCollected(problem: nil), .delivering),
            (.reviewOpened(problem: nil), .inReview), (.accepted, .delivering), (.channelsSettled(problem: nil), .done),
        ]
        for (event, state) in path {
            #expect(try run.apply(event) == [])
            #expect(run.state == state)
        }
    }

    @Test("Two decisions about one round: the first counts, the second is rejected")
    func decidedTwice() throws {
        var run = RunMachine(state: .inReview, session: "s")
        _ = try run.apply(.revisionAsked)
        #expect(throws: RunMachine.Rejected.self) { try run.apply(.accepted) }
        #expect(throws: RunMachine.Rejected.self) { try run.apply(.dismissed(why)) }
        #expect(run.state == .revising)
    }

    @Test("A round for which there is no money waits where it is")
    func roundWithoutMoney() throws {
        var run = RunMachine(state: .revising, session: "s")
        _ = try run.apply(.budgetMissing(why))
        #expect(run.state == .revising && run.cause == why)
    }

    @Test("Delivery problems end in a state that can be reopened by delivering again")
    func deliverAgain() throws {
        var run = RunMachine(state: .delivering, session: "s")
        #expect(try run.apply(.channelsSettled(problem: why)) == [.alert(why)])
        #expect(run.state == .doneWithProblems)
        _ = try run.apply(.deliverAgain)
        #expect(run.state == .delivering)
    }

    @Test("What a round did not deliver is delivered again without leaving the review")
    func deliverAgainInReview() throws {
        var run = RunMachine(state: .delivering, session: "s")
        #expect(try run.apply(.reviewOpened(problem: why)) == [.alert(why)])
        _ = try run.apply(.deliverAgain)
        #expect(run.state == .delivering)
        #expect(try run.apply(.reviewOpened(problem: nil)) == [])
        #expect(run.state == .inReview && run.cause == nil)
    }
}

@Suite("Run ids") struct ULIDTests {
    @Test("Ids are 26 characters, sort by time, and are recognised")
    func shape() {
        let early = ULID.make(milliseconds: 1_763_700_000_000, randomness: (.max, .max))
        let late = ULID.make(milliseconds: 1_763_700_000_001, randomness: (0, 0))
        #expect(early.count == 26 && early < late)
        #expect(ULID.isValid(early))
        #expect(ULID.make(milliseconds: 0, randomness: (1, 0)) == "00000000000000000000000001")
    }

    @Test(
        "Anything else is not an id",
        arguments: [
            "", "short", "../../etc/passwd/0000000000", "01ka3f8q7q0000000000000000", "IIIIIIIIIIIIIIIIIIIIIIIIII",
        ])
    func foreign(text: String) { #expect(!ULID.isValid(text)) }
}
