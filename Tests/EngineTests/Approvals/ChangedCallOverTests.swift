import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

/// A change lets one call through, soon, and only as long as people have not said something else.
@Suite("A change that is over")
struct ChangedCallOverTests {
    private static let asked = #"{"text": "Half price all week"}"#
    private static let wanted = #"{"text": "Half price on Monday"}"#
    private static let other = #"{"text": "Half price on Sunday"}"#
    private static let third = #"{"text": "Half price on Tuesday"}"#
    private static let secondMilliseconds: Int64 = 1_000

    private let bench: Bench
    private let run: RunRecord
    private let desk: ApprovalDesk

    init() async throws {
        let policy = #", "approvals": {"people": ["ana", "ben"], "expire_minutes": 60}"#
        bench = try await Bench(agents: ["sentinel.json": Agents.make(extra: policy)])
        run = try await bench.run(Bench.toRunning + [.approvalsAsked(count: 1)])
        desk = ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
    }

    /// Asks as `Asking` does, a second after what was before. `policy` is who may at that time, where it is not the
    /// agent's own.
    private func ask(
        _ event: String, _ input: String, _ policy: ApprovalPolicy? = nil
    ) async throws -> ApprovalRecord {
        bench.clock.advance(milliseconds: Self.secondMilliseconds)
        let (doors, run) = (bench.clock.doors, run)
        let policy = try policy ?? bench.agent.config.approvals
        let new = NewApproval(
            eventID: event, tool: "publish_post", input: input, inputHash: Hex.sha256(Array(input.utf8)),
            effect: "It publishes.", server: "google-business")
        return try await bench.database.write { db in
            let calls = ChangedCalls(db: db, doors: doors, policy: policy), store = ApprovalStore(db: db)
            let question = try calls.placed(new, run), now = doors.now()
            let mark = StepMark.approval(run: run.id, eventID: event)
            let id = try #require(
                try store.ask(question, run: run.id, id: mark, now: now, expiresAt: now + 3_600_000))
            _ = try calls.grant(id, question, run)
            return try #require(try store.find(id))
        }
    }

    private func change(_ id: String, to input: String) async throws {
        bench.clock.advance(milliseconds: Self.secondMilliseconds)
        let value = try BureauDomain.JSONValue.parse(Array(input.utf8))
        let outcome = try await desk.change(id, to: value, by: .bureau(name: "ana"), on: "cli")
        guard case .decided = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    enum Answer: CaseIterable, Sendable { case denied, approved, changed, expired }

    @Test(
        "Once people have decided about another call in its place, it lets nothing through", arguments: Answer.allCases)
    func decidedOtherwise(answer: Answer) async throws {
        try await change(try await ask("e1", Self.asked).id, to: Self.wanted)
        let second = try await ask("e2", Self.other)
        let ben = ApprovalPolicy.Person.bureau(name: "ben")
        switch answer {
        case .denied: _ = try await desk.deny(second.id, by: ben, on: "cli", reason: "Not at all.")
        case .approved: _ = try await desk.approve(second.id, by: ben, on: "cli")
        case .changed: try await change(second.id, to: Self.third)
        case .expired:
            let now = bench.clock.now
            _ = try await bench.database.write {
                try ApprovalStore(db: $0).decide(
                    second.id, .expired, by: nil, on: "clock", reason: nil, now: now)
            }
        }
        let late = try await ask("e3", Self.wanted)
        #expect(late.state == (answer == .expired ? .approved : .open), "\(answer)")
        // What Ana said last is what counts.
        let last = try await ask("e4", Self.third)
        #expect(last.state == (answer == .changed ? .approved : .open), "\(answer)")
    }

    @Test("What was decided by somebody else, because whoever changed it no longer might, is not let through again")
    func decidedByOther() async throws {
        let first = try await ask("e1", Self.asked)
        try await change(first.id, to: Self.wanted)
        let onlyBen = ApprovalPolicy(
            slackApprovers: [], people: ["ben"], channel: nil, expiresAfter: .seconds(3_600), isTwoPerson: false)
        let second = try await ask("e2", Self.wanted, onlyBen)
        #expect(second.state == .open && second.previous == first.id)
        _ = try await desk.approve(second.id, by: .bureau(name: "ben"), on: "cli")
        #expect(try await ask("e3", Self.wanted).state == .open)
    }

    private static let ages: [(Int64, Bool)] = [(3_599_999, true), (3_600_000, false)]

    @Test("It is good for as long as a question stands", arguments: ages)
    func old(ageMilliseconds: Int64, isGranted: Bool) async throws {
        try await change(try await ask("e1", Self.asked).id, to: Self.wanted)
        bench.clock.advance(milliseconds: ageMilliseconds - Self.secondMilliseconds)
        #expect(try await ask("e2", Self.wanted).state == (isGranted ? .approved : .open))
    }

    private static let ends: [RunMachine.Event] = [
        .turnEnded, .broke(RunCause(.internalError, "It broke.")), .stopAsked(RunCause(.byPerson, "Stop.")),
    ]

    @Test("It ends with the turn it was made in, however the run goes on afterwards", arguments: ends)
    func turnOver(end: RunMachine.Event) async throws {
        try await change(try await ask("e1", Self.asked).id, to: Self.wanted)
        try await bench.move(run.id, end)
        #expect(try await ask("e2", Self.wanted).state == .open)
    }

    @Test("It lasts while the run goes on and waits again")
    func sameTurn() async throws {
        try await change(try await ask("e1", Self.asked).id, to: Self.wanted)
        for event: RunMachine.Event in [.gateClosed, .approvalsAsked(count: 1)] {
            try await bench.move(run.id, event)
        }
        #expect(try await ask("e2", Self.wanted).state == .approved)
    }
}
