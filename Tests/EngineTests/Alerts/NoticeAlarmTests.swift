import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("A notice that is given up is told of")
struct NoticeAlarmTests {
    private static func send(_ parts: EngineParts) async throws {
        let worker = NoticeWorker(parts: parts, owner: "w", wake: WakeSignal(doors: parts.doors))
        for _ in 0..<5 where try await worker.sendDue() == 0 { return }
    }

    /// Once what was sent would have arrived.
    private static func redrive(_ bench: Bench) async throws {
        bench.clock.advance(milliseconds: NoticeWorker.flightMilliseconds)
        let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
        _ = try await desk.redrive(try await desk.parked(QueueFilter())) { _ in false }
    }

    /// A question of a run that works, planned as its stage plans it.
    static func ask(_ bench: Bench, run: RunRecord, openMilliseconds: Int64 = 3_600_000) async throws {
        let doors = bench.clock.doors
        try await bench.database.write { db in
            let new = NewApproval(
                eventID: "e1", tool: "publish", input: "{}", inputHash: "hash", effect: "Sentinel wants to publish.")
            let id = try #require(
                try ApprovalStore(db: db).ask(
                    new, run: run.id, id: StepMark.approval(run: run.id, eventID: "e1"), now: doors.now(),
                    expiresAt: doors.now() + openMilliseconds))
            try ApprovalNotices(db: db, doors: doors).ask(id, run: run)
            try RunTransitions(doors: doors).apply(.approvalsAsked(count: 1), to: run.id, lease: nil, in: db)
        }
    }

    @Test("A comment the tool refused is one alert that says what to do, and closes when it was sent after all")
    func comment() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            try here.fault("clickup", "comment.create", .status(403))
            let run = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))], task: "86demoshm1")
            try await Self.send(parts)
            let alert = try #require(try await bench.alerts().first { $0.cause == NoticeAlarm.untold })
            #expect(alert.subject == run.id && alert.sentence.contains("ClickUp comment"), "\(alert.sentence)")
            #expect(alert.sentence.contains("bureau queue redrive"))
            let told = try await bench.steps(run.id, .notice).filter { $0.subject.hasPrefix(NoticeAlarm.untold) }
            #expect(told.map(\.state) == [.done], "it is posted once")
            try await RunDesk(database: bench.database, doors: bench.clock.doors).markSeen(run.id, by: "ana", note: "")
            #expect(try await bench.alerts().map(\.cause) == [NoticeAlarm.untold], "the run was seen, nothing was told")
            try await Self.redrive(bench)
            try await Self.send(parts)
            #expect(try await bench.alerts().allSatisfy { $0.cause != NoticeAlarm.untold })
        }
    }

    @Test("A question that found no channel says that the run waits and nobody was asked, until it is posted")
    func question() async throws {
        try await withStandIns { here in
            let policy = ##", "approvals": {"slack": ["U0JAKE"], "channel": "#nowhere"}"##
            let bench = try await Bench(agents: ["sentinel.json": Agents.make(extra: policy)])
            let run = try await bench.run(Bench.toRunning)
            try await Self.ask(bench, run: run)
            try await Self.send(try bench.parts(here.connections) { $0.alertChannel = nil })
            let alerts = try await bench.alerts()
            let unasked = try #require(alerts.first { $0.cause == NoticeAlarm.unasked })
            #expect(unasked.subject == run.id && unasked.sentence.contains("nobody was asked"), "\(unasked.sentence)")
            #expect(alerts.count == 1, "\(alerts)")
            try await Self.redrive(bench)
            try await Self.send(try bench.parts(here.connections))
            #expect(try await bench.alerts().isEmpty)
        }
    }

    struct Chooser: Sendable {
        var what: String
        var role = Role.operator
        var wants: OwnNotice
        var account: String?
        var isConnected = true
        /// How many messages of her own are planned, and whether one of them asks her.
        var planned = 1
        var isAsked = false
    }

    private static let choosers = [
        Chooser(what: "she is asked", wants: .approval, isAsked: true),
        Chooser(what: "she may not decide", role: .viewer, wants: .approval),
        Chooser(what: "she is told of something else", wants: .failure),
        Chooser(what: "no Slack is connected", wants: .approval, isConnected: false),
        Chooser(what: "it is another account's", wants: .approval, account: "north", planned: 0),
    ]

    @Test(
        "Only a message that asks somebody this very question stands for one that found no channel", arguments: choosers
    )
    func inPerson(chooser: Chooser) async throws {
        try await withStandIns { here in
            let policy = ##", "approvals": {"slack": ["U0JAKE"], "channel": "#nowhere"}"##
            let bench = try await Bench(agents: ["sentinel.json": Agents.make(extra: policy)])
            let boss = Actor(name: "boss", surface: "test"), doors = bench.clock.doors
            let desk = PeopleDesk(database: bench.database, doors: doors)
            let ana = try await desk.add("ana", displayName: nil, role: chooser.role, by: boss)
            _ = try await desk.setSlackID(ana.id, "U0JAKE", by: boss)
            try await desk.setNotices(ana.id, [chooser.wants: .all])
            let run = try await bench.run(Bench.toRunning)
            try await bench.database.write { db in
                try RunCredentialStore(db: db).pin(
                    run.id, RunCredentials(name: chooser.account, tasks: chooser.account))
                try DirectNotices(db: db, doors: doors).each(.problem, run, "earlier", "Something failed before.")
            }
            try await Self.ask(bench, run: run)
            let direct = try await bench.steps(run.id, .notice).filter { $0.kind == DirectNotices.kind }
            #expect(direct.count == chooser.planned)
            let connections = chooser.isConnected ? here.connections : Connections()
            let north = CredentialSet(name: "north", connections: here.connections, variables: [:])
            try await Self.send(try bench.parts(connections, sets: ["north": north]) { $0.alertChannel = nil })
            let gate = try await bench.alerts().filter { $0.cause == NoticeAlarm.unasked }
            #expect(gate.map(\.subject) == (chooser.isAsked ? [] : [run.id]), "\(chooser.what)")
            #expect(gate.first?.occurrences ?? 1 == 1, "it is said once")
        }
    }

    private static let neverSet = [NoticeWorker.notConnected(.slack), NoticePlace.noChannel.description]

    @Test("A question that stands on the task is missed by nobody where Slack was never set up", arguments: neverSet)
    func neverSetUp(why: String) async throws {
        let bench = try await Bench(), doors = bench.clock.doors
        let run = try await bench.run(Bench.toRunning, task: "86a")
        let id = StepMark.approval(run: run.id, eventID: "e1")
        func giveUp(_ kind: String, _ channel: StepRecord.Channel, _ why: String) async throws {
            let steps = try await bench.steps(run.id, .notice)
            let step = try #require(steps.first { $0.kind == kind && $0.channel == channel })
            try await bench.database.write { db in
                try StepStore(db: db).markFailed(step.id, state: .failed, error: why, now: doors.now())
                _ = try NoticeAlarm(db: db, doors: doors).givenUp(step, why)
            }
        }
        try await Self.ask(bench, run: run)
        try await bench.database.write { db in
            let asked = QuestionIntent(approval: id, by: "Ana", text: "Which page?")
            try ApprovalNotices(db: db, doors: doors).askBack(asked, run, in: [.slack, .clickUp])
        }
        try await giveUp(ApprovalNotices.ask, .slack, why)
        try await giveUp(ApprovalNotices.askedBack, .slack, why)
        #expect(try await bench.alerts().isEmpty)

        try await giveUp(ApprovalNotices.ask, .clickUp, "ClickUp refused it.")
        #expect(try await bench.alerts().map(\.cause) == [NoticeAlarm.unasked], "now it stands nowhere")
        try await bench.database.write { db in
            let comment = try #require(
                try StepStore(db: db).list(run: run.id, purpose: .notice)
                    .first { $0.kind == ApprovalNotices.ask && $0.channel == .clickUp })
            let receipt = try JSONText.encode(DeliveryReceipt(id: "c1", link: nil))
            try StepStore(db: db).markDone(comment.id, receipt: receipt, now: doors.now())
            try NoticeAlarm(db: db, doors: doors).settled(comment)
        }
        #expect(try await bench.alerts().isEmpty, "what was never set up keeps no alert open")

        try await bench.database.write { db in
            _ = try ApprovalStore(db: db).decide(id, .void, by: nil, on: "run", reason: nil, now: doors.now())
            let void = try #require(try ApprovalStore(db: db).find(id))
            try ApprovalNotices(db: db, doors: doors).settled(void, run: run)
        }
        try await giveUp(ApprovalNotices.outcome, .slack, why)
        #expect(try await bench.alerts().isEmpty)
    }

    @Test(
        "The run's own message keeps an alert open when it was given up, not between its tries",
        arguments: [false, true])
    func ownMessage(isGivenUp: Bool) async throws {
        let bench = try await Bench(), doors = bench.clock.doors
        let run = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))], task: "86a")
        let comment = try #require(try await bench.steps(run.id, .notice).first { $0.kind == "comment" })
        try await bench.database.write { db in
            let threads = RunThreadStore(db: db), alarm = NoticeAlarm(db: db, doors: doors)
            try threads.open(run.id, now: doors.now())
            try StepStore(db: db).markFailed(run.id, state: .failed, error: "Slack refused it.", now: doors.now())
            _ = try threads.claim(owner: "w", limit: 1, now: doors.now())
            if isGivenUp { try threads.close(run.id, owner: "w") }
            _ = try alarm.givenUp(comment, "ClickUp refused it.")
            try alarm.settled(comment)
        }
        #expect(try await bench.alerts().contains { $0.cause == NoticeAlarm.untold } == isGivenUp)
    }

    @Test("What somebody else has settled meanwhile was not given up")
    func settledMeanwhile() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), doors = bench.clock.doors, database = bench.database
            let run = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))], task: "86demoshm1")
            let comment = try #require(try await bench.steps(run.id, .notice).first { $0.kind == "comment" })
            // Another worker has it done while ClickUp says no.
            let transport = Interposed(here.transport) { request in
                guard request.operation == "POST comment" else { return nil }
                _ = try? await database.write { db in
                    let receipt = try JSONText.encode(DeliveryReceipt(id: "c1", link: nil))
                    try StepStore(db: db).markDone(comment.id, receipt: receipt, now: doors.now())
                }
                return nil
            }
            try here.fault("clickup", "comment.create", .status(403))
            var connections = here.connections
            connections.clickUp = ClickUpClient(
                transport: transport, baseURL: "http://127.0.0.1:\(here.port)/clickup/api/v2", token: Secret("pk_demo"))
            try await Self.send(try bench.parts(connections))
            #expect(try await bench.step(comment.id).state == .done)
            #expect(try await bench.alerts().allSatisfy { $0.cause != NoticeAlarm.untold })
        }
    }

    @Test("However often an alert's own post is given up, one alert says so and no post is planned for it")
    func noLoop() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections) { $0.alertChannel = nil }
            for disk in ["one", "two", "three"] {
                try await SystemAlarm(parts: parts).raise("disk", subject: disk, "The disk is nearly full.")
                try await Self.send(parts)
            }
            let own = try await bench.alerts().filter { $0.cause == NoticeAlarm.untold }
            #expect(own.map(\.subject) == ["slack"] && own.first?.occurrences == 3)
            let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.drop(try await desk.parked(QueueFilter()), by: "ana")
            #expect(try await bench.alerts().allSatisfy { $0.cause == "disk" }, "what was dismissed is settled")
            let planned = try await bench.database.engine.query("SELECT count(*) AS n FROM step").first?.integer("n")
            #expect(planned == 3)
        }
    }

    @Test("What is not connected at all is no fault of an alert's post")
    func notConnected() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        _ = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
        try await Self.send(parts)
        #expect(try await bench.alerts().map(\.cause) == ["no_files"])
    }
}
