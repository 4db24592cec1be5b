import BureauDomain
import BureauSandbox
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("The first sign on the task")
struct StartedNoticeTests {
    private static let task = "86demoshm1", from = "to do", started = "in progress"

    private static func bench() async throws -> Bench {
        let text = Agents.make().replacing(
            #""update_task_status": "Review""#,
            with: #""update_task_status": "Review", "started_status": "In progress""#)
        return try await Bench(agents: ["sentinel.json": text])
    }

    /// A run that began while its task stood at `from`, and the step that says so.
    private static func begun(_ bench: Bench, from: String = from) async throws -> (run: RunRecord, step: StepRecord?) {
        let run = try await bench.run(Bench.toRunning, task: task)
        let (config, now) = (try bench.agent.config, bench.clock.now)
        try await bench.database.write { try StartedNotice.plan(run, config, from: from, now: now, in: $0) }
        return (run, try await bench.steps(run.id, .notice).first)
    }

    private static func send(_ bench: Bench, _ standIns: StandIns) async throws {
        let worker = NoticeWorker(
            parts: try bench.parts(standIns.connections), owner: "w", wake: WakeSignal(doors: bench.clock.doors))
        _ = try await worker.sendDue()
    }

    private static func status(_ standIns: StandIns) async -> String? {
        let tasks = await standIns.state("clickup")["tasks"]?.array ?? []
        return tasks.first { $0["id"]?.string == task }?["status"]?.string
    }

    @Test("The task moves on from where it stood when its run began")
    func moves() async throws {
        try await withStandIns { standIns in
            let bench = try await Self.bench()
            let step = try #require(try await Self.begun(bench).step)
            #expect(step.subject == "In progress", "the subject tells the echo of it")
            try await Self.send(bench, standIns)
            #expect(await Self.status(standIns) == Self.started)
            #expect(try await bench.step(step.id).state == .done)
        }
    }

    @Test("A task that somebody has moved since stays where it is")
    func moved() async throws {
        try await withStandIns { standIns in
            let bench = try await Self.bench()
            let step = try #require(try await Self.begun(bench, from: "ready (automate)").step)
            try await Self.send(bench, standIns)
            #expect(await Self.status(standIns) == Self.from)
            #expect(try await bench.step(step.id).state == .done)
        }
    }

    @Test("A run that is past its work says nothing any more")
    func late() async throws {
        try await withStandIns { standIns in
            let bench = try await Self.bench()
            let run = try await Self.begun(bench).run
            try await bench.move(run.id, .turnEnded)
            try await Self.send(bench, standIns)
            #expect(await Self.status(standIns) == Self.from)
        }
    }

    @Test("An answer that was lost is looked for, and nothing is written twice")
    func lost() async throws {
        try await withStandIns { standIns in
            let bench = try await Self.bench()
            let step = try #require(try await Self.begun(bench).step)
            try standIns.fault("clickup", "task.update", .dropAfter)
            for _ in 0..<3 {
                try await Self.send(bench, standIns)
                bench.clock.advance(milliseconds: 60_000)
            }
            #expect(await Self.status(standIns) == Self.started)
            #expect(try await bench.step(step.id).state == .done)
            #expect(standIns.sandbox.log.count("clickup", "task.update") == 1)
        }
    }

    @Test("Deaths in the middle of it are no tries, and faults are: the wait after a fault does not grow with deaths")
    func deaths() async throws {
        let bench = try await Self.bench(), now = bench.clock.now
        let id = try #require(try await Self.begun(bench).step).id
        try await bench.database.write { db in
            let steps = StepStore(db: db)
            func begin(_ owner: String) throws {
                _ = try steps.claimNotices(owner: owner, limit: 5, now: now, channel: .clickUp)
                #expect(try steps.intend(id, owner: owner, now: now))
            }
            for _ in 0..<5 {
                try begin("dead")
                try steps.freeNotices(ofDeadOwners: ["dead"])
            }
            #expect(try steps.find(id)?.attempts == 0)
            try begin("living")
            try steps.postpone(id, until: now, error: "ClickUp is down.", owner: "living")
            // Dead before it was sent again: the fault stays counted.
            _ = try steps.claimNotices(owner: "dead", limit: 5, now: now, channel: .clickUp)
            try steps.freeNotices(ofDeadOwners: ["dead"])
            #expect(try steps.find(id)?.attempts == 1)
            // Nor is one death given back by the next.
            try begin("dead")
            try steps.freeNotices(ofDeadOwners: ["dead"])
            _ = try steps.claimNotices(owner: "dead", limit: 5, now: now + 5_000, channel: .clickUp)
            try steps.freeNotices(ofDeadOwners: ["dead"])
            #expect(try steps.find(id)?.attempts == 1)
        }
    }

    @Test("Whoever stood still before the write and came after the results puts them right")
    func cameAfter() async throws {
        try await withStandIns { standIns in
            let tool = ClickUpWorkTool(clickUp: try #require(standIns.connections.clickUp), zone: .utc)
            let write = StartedStatusWrite(tool: tool, task: Self.task, status: "In progress", before: Self.from) {
                "Review"
            }
            _ = try await write.write()
            #expect(await Self.status(standIns) == "review")
        }
    }

    @Test("One that was tried again and cut off is on its way from its last try, not from its first")
    func lastTry() async throws {
        let bench = try await Self.bench()
        let (run, found) = try await Self.begun(bench)
        let id = try #require(found).id, now = bench.clock.now, later = now + 300_000
        try await bench.database.write { db in
            let steps = StepStore(db: db)
            _ = try steps.claimNotices(owner: "w", limit: 5, now: now, channel: .clickUp)
            #expect(try steps.intend(id, owner: "w", now: now))
            try steps.postpone(id, until: later, error: "ClickUp is down.", owner: "w")
            _ = try steps.claimNotices(owner: "w", limit: 5, now: later, channel: .clickUp)
            #expect(try steps.intend(id, owner: "w", now: later))
            try steps.freeNotices(ofDeadOwners: ["w"])
            #expect(try !StartedNotice.takeBack(run.id, now: later + 1_000, in: db))
            #expect(try StartedNotice.takeBack(run.id, now: later + 60_001, in: db))
        }
    }

    @Test("Before results are delivered it is taken back, unless it is on its way")
    func takenBack() async throws {
        let bench = try await Self.bench()
        let (run, found) = try await Self.begun(bench)
        let step = try #require(found), now = bench.clock.now
        try await bench.database.write { db in
            _ = try StepStore(db: db).claimNotices(owner: "w", limit: 5, now: now, channel: .clickUp)
            #expect(try !StartedNotice.takeBack(run.id, now: now, in: db), "its sender may be writing it")
            #expect(try StartedNotice.takeBack(run.id, now: now + 60_001, in: db))
        }
        #expect(try await bench.step(step.id).state == .done)
    }

    @Test("Without a status in the config, or without a task, nothing is planned")
    func none() async throws {
        let bench = try await Bench()
        #expect(try await Self.begun(bench).step == nil)
        let other = try await Self.bench(), run = try await other.run(Bench.toRunning)
        let (config, now) = (try other.agent.config, other.clock.now)
        try await other.database.write { try StartedNotice.plan(run, config, from: "to do", now: now, in: $0) }
        #expect(try await other.steps(run.id, .notice).isEmpty)
        #expect(
            try await Self.begun(try await Self.bench(), from: "In Progress").step == nil, "it stands there already")
    }
}
