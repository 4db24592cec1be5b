import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("Notices")
struct NoticeFenceTests {
    private static func due(_ bench: Bench, _ owner: String, only: String? = nil) async throws -> [StepRecord] {
        let now = bench.clock.now
        return try await bench.database.write {
            try StepStore(db: $0).claimNotices(owner: owner, limit: 20, now: now, only: only, channel: .slack)
        }
    }

    @Test("Whoever lost the claim sends nothing and frees nothing, nor does anybody when it is sent")
    func fence() async throws {
        let bench = try await Bench()
        _ = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
        let step = try #require(try await Self.due(bench, "slow").first)
        let claims = try await bench.database.read { try StepStore(db: $0).noticeClaims() }
        bench.clock.advance(milliseconds: 61_000)
        #expect(try await Self.due(bench, "quick").isEmpty, "the time of day alone says nothing")
        try await bench.database.write { db in for claim in claims { try StepStore(db: db).freeNotice(claim) } }
        #expect(try await Self.due(bench, "quick").map(\.id) == [step.id])
        let now = bench.clock.now
        func intend(_ owner: String) async throws -> Bool {
            try await bench.database.write { try StepStore(db: $0).intend(step.id, owner: owner, now: now) }
        }
        #expect(try await intend("slow") == false)
        #expect(try await intend("quick"))
        let sending = try await bench.step(step.id)
        try await bench.database.write { db in
            let steps = StepStore(db: db)
            let isPutOff = try steps.postpone(step.id, until: now, error: "Slack is down.", owner: "slow")
            let isFailed = try steps.markFailed(step.id, state: .failed, error: "Slow.", now: now, owner: "slow")
            #expect(!isPutOff && !isFailed)
        }
        #expect(try await bench.step(step.id) == sending)
        #expect(try await Self.due(bench, "third").isEmpty)
        try await bench.database.write { try StepStore(db: $0).markDone(step.id, receipt: "{}", now: now) }
        #expect(try await intend("quick") == false)
    }

    /// Plans notices of the run, each due a millisecond after the one before.
    private static func plan(_ bench: Bench, _ run: RunRecord, _ kind: String, _ count: Int) async throws -> [String] {
        var ids: [String] = []
        for number in 0..<count {
            bench.clock.advance(milliseconds: 1)
            let (id, now) = (bench.clock.doors.makeID(), bench.clock.now)
            let plan = StepPlan(channel: .slack, kind: kind, subject: "\(number)", position: 0, intent: "{}")
            ids.append(
                try await bench.database.write {
                    try StepStore(db: $0).plan(plan, run: run.id, purpose: .notice, id: id, now: now)
                })
        }
        return ids
    }

    @Test("One client's pile never stands before another's question, and a run's own notices keep their order")
    func fair() async throws {
        let bench = try await Bench()
        let first = try await bench.run(), second = try await bench.run(), other = try await bench.run()
        _ = try await bench.database.write {
            try $0.execute("UPDATE run SET client_slug = 'other' WHERE id = ?", [other.id])
        }
        let pile = try await Self.plan(bench, first, "alert", 30)
        let asked = try await Self.plan(bench, second, "alert", 2) + Self.plan(bench, second, ApprovalNotices.ask, 1)
        let others = try await Self.plan(bench, other, "alert", 2)
        func claim(_ limit: Int) async throws -> [String] {
            let now = bench.clock.now
            return try await bench.database.write {
                try StepStore(db: $0).claimNotices(owner: "w", limit: limit, now: now, channel: .slack)
            }.map(\.id)
        }
        // By turns of the two clients; and of one client's the run that asks, with what it told before.
        #expect(try await Set(claim(4)) == Set(asked.prefix(2) + others))
        #expect(try await claim(1) == [asked[2]])
        let late = try await Self.plan(bench, other, "note", 1)
        #expect(try await claim(1) == late, "it has fewer in hand than the pile")
        for id in pile.prefix(3) { #expect(try await claim(1) == [id]) }
    }

    @Test("A clock set an hour ahead takes no notice from whoever is sending it; a minute that passes does")
    func clockAhead() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        _ = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "watching")
        let other = try OwnerLock(folder: bench.ownersFolder, owner: "other")
        let watchdog = RunWatchdog(parts: parts, lock: lock)
        let claimed = try await Self.due(bench, other.owner).map(\.id)
        #expect(!claimed.isEmpty)
        for _ in 0..<2 {
            try await watchdog.look()
            #expect(try await Self.due(bench, "quick").isEmpty)
            bench.clock.jump(milliseconds: 3_600_000)
        }
        bench.clock.advance(milliseconds: StepStore.claimMilliseconds)
        try await watchdog.look()
        #expect(try await Self.due(bench, "quick").map(\.id) == claimed)
        withExtendedLifetime(other) {}
    }

    @Test("A notice that could be sent only when its claim may be another's is not sent")
    func late() async throws {
        let bench = try await Bench(), seen = Seen()
        let run = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
        let late = Standing(bench.clock, milliseconds: 51_000, before: seen)
        let slack = SlackClient(transport: late, baseURL: "http://slack", token: Secret("xoxb-demo"))
        let worker = NoticeWorker(
            parts: try bench.parts(Connections(slack: slack)), owner: "w", wake: WakeSignal(doors: bench.clock.doors))
        #expect(try await worker.sendDue() > 0)
        #expect(!seen.bodies.contains { String(decoding: $0, as: UTF8.self).contains("C0ALERTS") })
        let step = try #require(try await bench.steps(run.id, .notice).first { $0.channel == .slack })
        #expect(step.state == .pending && step.error != nil, "it was surely not sent, and is tried again")
    }

    @Test("A command's worker takes only those of its own run")
    func ownRun() async throws {
        let bench = try await Bench()
        let mine = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
        _ = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
        #expect(Set(try await Self.due(bench, "w", only: mine.id).map(\.runID)) == [mine.id])
    }

    @Test("A restored backup comes to the same mark; a second failure to another")
    func marks() async throws {
        let bench = try await Bench()
        let run = try await bench.run(task: "86a")
        func subjects() async throws -> [String] {
            try await bench.steps(run.id, .notice).filter { $0.kind == "comment" }.map(\.subject).sorted()
        }
        try await bench.database.write { _ = try $0.execute("UPDATE run SET lease_epoch = 9 WHERE id = ?", [run.id]) }
        try await bench.move(run.id, .broke(RunCause(.noFiles, "Nothing.")))
        #expect(try await subjects() == ["no_files#1"])
        try await bench.move(run.id, .retried)
        try await bench.move(run.id, .broke(RunCause(.noFiles, "Nothing.")))
        #expect(try await subjects() == ["no_files#1", "no_files#2"])
    }

    @Test("What a process that died has sent a moment ago is looked for again before it is sent twice")
    func onItsWay() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let run = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
            let step = try #require(try await Self.due(bench, "dead").first)
            let sent = bench.clock.now
            try await bench.database.write { db in
                _ = try StepStore(db: db).intend(step.id, owner: "dead", now: sent)
                try StepStore(db: db).freeNotices(ofDeadOwners: ["dead"])
            }
            let worker = NoticeWorker(
                parts: try bench.parts(here.connections), owner: "w", wake: WakeSignal(doors: bench.clock.doors))
            func told() async -> Int { await here.state("slack")["messages"]?.array?.count ?? 0 }
            for _ in 0..<4 {
                _ = try await worker.sendDue()
                #expect(await told() == 0, "after \(bench.clock.now - sent) ms")
                bench.clock.advance(milliseconds: 1_200)
            }
            bench.clock.advance(milliseconds: 400)
            _ = try await worker.sendDue()
            #expect(await told() == 1)
            #expect(
                try await bench.steps(run.id, .notice).filter { $0.channel == .slack }.allSatisfy { $0.state == .done })
        }
    }
}
