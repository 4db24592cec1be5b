import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

/// The rules of changing a call, without a session: who may, what may stand in it, and which later call is granted.
@Suite("A call that is changed before it is approved")
struct ChangedCallTests {
    private static let asked = #"{"location": "Shamrock", "text": "Half price all week", "count": 5}"#
    private static let wanted = #"{"location": "Shamrock", "text": "Half price on Monday", "count": 5}"#
    private static let boss = Actor(name: "boss", surface: "test")

    private static func bench(_ policy: String = #""people": ["ana", "test"]"#) async throws -> Bench {
        try await Bench(agents: ["sentinel.json": Agents.make(extra: #", "approvals": {\#(policy)}"#)])
    }

    private static func desk(_ bench: Bench) -> ApprovalDesk {
        ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
    }

    private static func value(_ json: String) throws -> JSONValue { try JSONValue.parse(Array(json.utf8)) }

    private static func new(
        _ event: String, _ input: String = asked, tool: String = "publish_post", server: String? = "google-business",
        thread: String? = nil
    ) -> NewApproval {
        NewApproval(
            eventID: event, tool: tool, input: input, inputHash: Hex.sha256(Array(input.utf8)), effect: "It publishes.",
            threadID: thread, threadName: thread, server: server)
    }

    /// Asks as `Asking` does, and returns the question with what became of it.
    private static func ask(_ bench: Bench, _ run: RunRecord, _ new: NewApproval) async throws -> ApprovalRecord {
        let (doors, policy) = (bench.clock.doors, try bench.agent.config.approvals)
        return try await bench.database.write { db in
            let calls = ChangedCalls(db: db, doors: doors, policy: policy), store = ApprovalStore(db: db)
            let question = try calls.placed(new, run), now = doors.now()
            let mark = StepMark.approval(run: run.id, eventID: new.eventID)
            let id = try #require(
                try store.ask(question, run: run.id, id: mark, now: now, expiresAt: now + 3_600_000))
            _ = try calls.grant(id, question, run)
            return try #require(try store.find(id))
        }
    }

    private static func waiting(_ bench: Bench) async throws -> RunRecord {
        try await bench.run(Bench.toRunning + [.approvalsAsked(count: 1)])
    }

    private static func word(_ outcome: ApprovalDesk.Outcome) -> String {
        switch outcome {
        case .decided: "decided"
        case .already: "already"
        case .refused: "refused"
        case .unknown: "unknown"
        case .altered: "altered"
        case .short: "short"
        case .unfit(let why): why
        }
    }

    // MARK: Who may, and what

    private static let attempts: [(String, String, String, String, String)] = [
        ("an approver", #""people": ["ana"]"#, "ana", wanted, "decided"),
        ("somebody else", #""people": ["ana"]"#, "ben", wanted, "refused"),
        ("whoever asked, under two people", #""people": ["test"], "two_person": true"#, "test", wanted, "refused"),
        ("nothing else", #""people": ["ana"]"#, "ana", asked, "approve it as it is"),
        ("a list", #""people": ["ana"]"#, "ana", "[1]", "this is a list"),
        (
            "too much", #""people": ["ana"]"#, "ana", #"{"text": "\#(String(repeating: "é", count: 9_000))"}"#,
            "16000 at most"
        ),
    ]

    @Test("It is changed by whoever may approve it, into what the agent can be told", arguments: attempts)
    func rules(what: String, policy: String, person: String, input: String, outcome: String) async throws {
        let bench = try await Self.bench(policy), run = try await Self.waiting(bench)
        let question = try await Self.ask(bench, run, Self.new("e1"))
        let found = try await Self.desk(bench).change(
            question.id, to: Self.value(input), by: .bureau(name: person), on: "cli")
        #expect(Self.word(found).contains(outcome), "\(what): \(found)")
        let kept = try await Self.desk(bench).find(question.id)
        #expect(kept?.state == (outcome == "decided" ? .changed : .open), "\(what)")
        #expect((kept?.changedHash != nil) == (outcome == "decided"))
    }

    @Test("The first decision stands, what has expired is not changed any more, and no amount of money is")
    func late() async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench), desk = Self.desk(bench)
        let (first, late) = (
            try await Self.ask(bench, run, Self.new("e1")), try await Self.ask(bench, run, Self.new("e2"))
        )
        let money = try await Self.ask(bench, run, Self.new("e3", tool: BudgetQuestion.tool, server: nil))
        func change(_ id: String) async throws -> String {
            Self.word(try await desk.change(id, to: Self.value(Self.wanted), by: .bureau(name: "ana"), on: "cli"))
        }
        #expect(try await change(money.id).contains("about money"))
        #expect(try await change(first.id) == "decided")
        #expect(try await change(first.id) == "already")
        #expect(Self.word(try await desk.approve(first.id, by: .bureau(name: "ana"), on: "cli")) == "already")
        bench.clock.advance(milliseconds: 3_600_001)
        #expect(try await change(late.id) == "already")
        #expect(try await desk.find(late.id)?.state == .expired)
        let noted = try await AuditDesk(database: bench.database, doors: bench.clock.doors).list(.init(visible: nil))
        #expect(noted.map(\.action) == ["approval changed"] && noted[0].after?.contains("Half price on Monday") == true)
    }

    // MARK: The next call

    private static let calls: [(String, NewApproval, Bool)] = [
        ("exactly it", new("e2", wanted), true),
        (
            "members in another order, a number spelt otherwise",
            new("e2", #"{"count": 5.0, "text": "Half price on Monday", "location": "Shamrock"}"#), true
        ),
        ("something else", new("e2", #"{"location": "Shamrock", "text": "Half price", "count": 5}"#), false),
        ("as it was asked first", new("e2"), false), ("another tool", new("e2", wanted, tool: "publish_page"), false),
        ("another server's tool", new("e2", wanted, server: "other"), false),
        ("a sub-agent's call", new("e2", wanted, thread: "sthr_1"), false),
    ]

    @Test(
        "The call that is exactly what somebody made of it is approved in their name; any other is asked about",
        arguments: calls)
    func next(what: String, new: NewApproval, isGranted: Bool) async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench)
        let first = try await Self.ask(bench, run, Self.new("e1"))
        _ = try await Self.desk(bench).change(
            first.id, to: Self.value(Self.wanted), by: .bureau(name: "ana"), on: "cli")
        bench.clock.advance(milliseconds: 1_000)
        let second = try await Self.ask(bench, run, new)
        #expect(second.state == (isGranted ? .approved : .open), "\(what)")
        #expect(second.decidedBy == (isGranted ? "ana" : nil) && second.grantedBy == (isGranted ? first.id : nil))
        #expect(try await Self.desk(bench).find(first.id)?.usedBy == (isGranted ? second.id : nil))
        if isGranted {
            #expect(second.reason == "approved as changed in \(first.id)")
            #expect(ApprovalWords.outcome(second) == "Approved by ana, as changed in \(first.id)")
            let noted = try await AuditDesk(database: bench.database, doors: bench.clock.doors).list(
                .init(visible: nil))
            #expect(noted.map(\.action) == ["approval approved", "approval changed"])
        }
    }

    @Test("It is approved once: the same call again is asked about, and is no later version of what is done")
    func once() async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench)
        let first = try await Self.ask(bench, run, Self.new("e1"))
        _ = try await Self.desk(bench).change(
            first.id, to: Self.value(Self.wanted), by: .bureau(name: "ana"), on: "cli")
        #expect(try await Self.ask(bench, run, Self.new("e2", Self.wanted)).state == .approved)
        let third = try await Self.ask(bench, run, Self.new("e3", Self.wanted))
        #expect(third.state == .open && third.version == 1 && third.previous == nil)
    }

    @Test("Another run's call is asked about, whatever was approved in this one")
    func otherRun() async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench)
        let first = try await Self.ask(bench, run, Self.new("e1"))
        _ = try await Self.desk(bench).change(
            first.id, to: Self.value(Self.wanted), by: .bureau(name: "ana"), on: "cli")
        let other = try await bench.run([.taken, .sessionOpened(session: "sesn_2"), .approvalsAsked(count: 1)])
        let question = try await Self.ask(bench, other, Self.new("e1", Self.wanted))
        #expect(question.state == .open && question.version == 1)
    }

    enum Change: CaseIterable, Sendable { case nothing, left, onlyLooks, seesOthers }

    @Test("It is approved in somebody's name only while they still may", arguments: Change.allCases)
    func stillMay(change: Change) async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench)
        let people = PeopleDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await people.add("boss", displayName: nil, role: .admin, by: Self.boss)
        let ana = try await people.add("ana", displayName: nil, role: .consultant, by: Self.boss)
        let first = try await Self.ask(bench, run, Self.new("e1"))
        let outcome = try await Self.desk(bench).change(
            first.id, to: Self.value(Self.wanted), by: .staff(name: "ana", isTrusted: false), on: "web")
        #expect(Self.word(outcome) == "decided")
        switch change {
        case .nothing: break
        case .left: _ = try await people.disable(ana.id, by: Self.boss)
        case .onlyLooks: _ = try await people.setRole(ana.id, .viewer, by: Self.boss)
        case .seesOthers: _ = try await people.setClients(ana.id, [], by: Self.boss)
        }
        let second = try await Self.ask(bench, run, Self.new("e2", Self.wanted))
        #expect(second.state == (change == .nothing ? .approved : .open))
    }

    @Test("What became of it is told on the task as changed, and the effect as what the agent asked")
    func told() async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench)
        let first = try await Self.ask(bench, run, Self.new("e1"))
        #expect(!ApprovalMessages.task(first, run: run).plain.contains("As "))
        _ = try await Self.desk(bench).change(
            first.id, to: Self.value(Self.wanted), by: .bureau(name: "ana"), on: "cli")
        let changed = try #require(try await Self.desk(bench).find(first.id))
        let told = ApprovalMessages.task(changed, run: run).plain
        #expect(told.contains("As the agent asked: It publishes."), "\(told)")
        let at = ZoneOffsets.utc.words(changed.decidedAt ?? 0)
        #expect(told.hasPrefix("Approved with changes by ana, \(at) (UTC)"), "\(told)")
        let message = ChangedCallMessage.text(changed, input: Self.wanted)
        #expect(message.hasPrefix("ana changed this call and approved the changed version: this is no refusal.\nMake "))
        #expect(ChangedCallMessage.isOne(message))
        #expect(!ChangedCallMessage.isOne("No: ana changed this call and approved the changed version of it."))
        #expect(told.contains("As changed: ") && told.contains("Half price on Monday"), "\(told)")
    }

    // MARK: Versions

    @Test("What is asked again after a no or a change is a later version, held against the one before")
    func versions() async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench), desk = Self.desk(bench)
        let first = try await Self.ask(bench, run, Self.new("e1"))
        #expect(first.version == 1 && ApprovalWords.version(first) == nil)
        _ = try await desk.deny(first.id, by: .bureau(name: "ana"), on: "cli", reason: "Too long.")
        bench.clock.advance(milliseconds: 1_000)
        let second = try await Self.ask(bench, run, Self.new("e2", #"{"location": "Shamrock", "text": "Half price"}"#))
        #expect(second.previous == first.id && second.differsIn == ["text", "count"])
        #expect(ApprovalWords.version(second) == "Version 2; differs in: text, count")
        _ = try await desk.change(second.id, to: Self.value(Self.wanted), by: .bureau(name: "ana"), on: "cli")
        bench.clock.advance(milliseconds: 1_000)
        // Held against what Ana made of it, not against what was asked.
        let third = try await Self.ask(bench, run, Self.new("e3"))
        #expect(third.previous == second.id && ApprovalWords.version(third) == "Version 3; differs in: text")
        let document = third.document
        #expect(document["version"]?.int == 3 && document["previous"]?.string == second.id)
        #expect(document["differs_in"]?.array?.compactMap(\.string) == ["text"])
    }

    @Test("Several turned down at once are each followed by the call that is most like them")
    func severalAtOnce() async throws {
        let bench = try await Self.bench(), run = try await Self.waiting(bench), desk = Self.desk(bench)
        func input(_ place: String, _ text: String) -> String { #"{"location": "\#(place)", "text": "\#(text)"}"# }
        var denied: [String] = []
        for place in ["Cork", "Galway", "Sligo"] {
            denied.append(try await Self.ask(bench, run, Self.new("no \(place)", input(place, "All week"))).id)
        }
        for id in denied { _ = try await desk.deny(id, by: .bureau(name: "ana"), on: "cli", reason: "Too long.") }
        bench.clock.advance(milliseconds: 1_000)
        var followed: [String?] = []
        for place in ["Cork", "Galway", "Sligo", "Cork"] {
            let new = Self.new("again \(followed.count)", input(place, "On Monday"))
            followed.append(try await Self.ask(bench, run, new).previous)
        }
        #expect(followed.compactMap(\.self) == denied && followed[3] == nil, "\(followed)")
    }
}
