import BureauDomain
import BureauSandbox
import BureauStorage
import Foundation
import Synchronization
import Testing

@testable import BureauEngine

@Suite("One message in Slack tells of a run as it moves")
struct RunThreadTests {
    private static func run(_ bench: Bench, agent: String = "sentinel") async throws -> RunRecord {
        let loaded = try #require(bench.catalog.agent(agent), "\(bench.catalog.problems)")
        let new = NewRun(
            agent: agent, agentVersion: "1.0.0", configHash: loaded.hash, triggerSource: .slack,
            requestedBy: "slack U0JAKE", dedupeKey: UUID().uuidString, clientSlug: "shamrock",
            clientName: "Shamrock & <!channel>", hasThread: true)
        return try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
    }

    private static func messages(_ here: StandIns) async -> [JSON] {
        await here.state("slack")["messages"]?.array ?? []
    }

    private static func worker(_ bench: Bench, _ here: StandIns, _ owner: String = "one") throws -> RunThreadWorker {
        RunThreadWorker(
            parts: try bench.parts(here.connections), lock: try OwnerLock(folder: bench.ownersFolder, owner: owner))
    }

    @Test("A run by webhook that waits for its turn is told of after five seconds, not before")
    func waiting() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let worker = try Self.worker(bench, here)
            _ = try await bench.run(task: "86demoshm1", source: .webhook)
            #expect(try await worker.lookOnce() == 0)
            bench.clock.advance(milliseconds: 5_001)
            #expect(try await worker.lookOnce() == 1)
            #expect(await Self.messages(here).first?["text"]?.string?.hasSuffix(": Queued") == true)
        }
    }

    @Test("Posted once, replaced in place, and left alone while nothing changes")
    func life() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let worker = try Self.worker(bench, here)
            let run = try await Self.run(bench)
            #expect(try await worker.lookOnce() == 1)
            for event in Bench.toRunning { try await bench.move(run.id, event) }
            bench.clock.advance(milliseconds: 1_500)
            #expect(try await worker.lookOnce() == 1)
            #expect(try await worker.lookOnce() == 0)
            bench.clock.advance(milliseconds: 25_000)
            #expect(try await worker.lookOnce() == 0, "the same figures are not shown twice")
            bench.clock.advance(milliseconds: 1_500)
            try await bench.move(run.id, .broke(RunCause(.refusal, "The model refused the work.")))
            #expect(try await worker.lookOnce() == 1)
            let told = await Self.messages(here)
            #expect(told.count == 1 && told.first?["edited"]?.bool == true)
            #expect(told.first?["text"]?.string?.hasSuffix(": Failed") == true)
            #expect(told.first?["text"]?.string?.contains("<!channel>") == false)
            bench.clock.advance(milliseconds: 60_000)
            #expect(try await worker.lookOnce() == 0, "an end is told once")
        }
    }

    private static func eventually(_ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await !holds(), ContinuousClock.now < deadline { await Task.yield() }
        #expect(try await holds())
    }

    @Test("While one account's Slack lets us wait, another one's messages are posted and replaced")
    func otherAccount() async throws {
        try await withStandIns { here in
            let north = Agents.make(name: "lighthouse", extra: #", "credentials": "north""#)
            let bench = try await Bench(agents: ["sentinel.json": Agents.sentinel, "lighthouse.json": north])
            let turnstile = Turnstile()
            let slack = here.slack { _ in
                await turnstile.pass()
                return nil
            }
            let parts = try bench.parts(
                here.connections,
                sets: ["north": CredentialSet(name: "north", connections: Connections(slack: slack), variables: [:])])
            let worker = RunThreadWorker(parts: parts, lock: try OwnerLock(folder: bench.ownersFolder, owner: "one"))
            _ = try await Self.run(bench, agent: "lighthouse")
            let working = Task { try await worker.run() }
            try await Self.eventually { turnstile.count == 1 }
            let run = try await Self.run(bench)
            try await Self.eventually { await Self.messages(here).count == 1 }
            for event in Bench.toRunning { try await bench.move(run.id, event) }
            try await Self.eventually { await Self.messages(here).first?["edited"]?.bool == true }
            #expect(turnstile.count == 1, "the other one waits still, and was asked once")
            turnstile.open()
            try await Self.eventually { await Self.messages(here).count == 2 }
            working.cancel()
            _ = await working.result
        }
    }

    @Test("An account has one line on its way and so many writes a minute; the others' go on")
    func lines() {
        let lines = RunThreadLines(accounts: 2), most = RunThreadLines.writesPerMinuteMax
        #expect(lines.begin("north", ["1", "2"], now: 0) == .init(count: 2, othersWaitMilliseconds: 0))
        #expect(lines.begin("north", ["3"], now: 0) == .init(count: 0, othersWaitMilliseconds: 10_000))
        #expect(lines.runs == ["1", "2"])
        #expect(!lines.areAllBusy && lines.begin("", ["4"], now: 0).count == 1 && lines.areAllBusy)
        lines.end("north", writes: most - 1, now: 1_000)
        #expect(lines.begin("north", ["3", "5"], now: 2_000) == .init(count: 1, othersWaitMilliseconds: 59_000))
        lines.end("north", writes: 1, now: 3_000)
        #expect(lines.begin("north", ["5"], now: 4_000) == .init(count: 0, othersWaitMilliseconds: 57_000))
        #expect(lines.begin("north", ["5"], now: 61_000).count == 1, "the minute is over")
    }

    /// Seconds that Slack asks for, and that pass: the first own wait is of two.
    @Test(
        "It is replaced no sooner than Slack asks for, nor than its tries are laid out",
        arguments: [(1, 2), (60, 60)] as [(Int, Int64)])
    func wait(asked: Int, waited: Int64) async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let worker = try Self.worker(bench, here), run = try await Self.run(bench)
            _ = try await worker.lookOnce()
            for event in Bench.toRunning { try await bench.move(run.id, event) }
            bench.clock.advance(milliseconds: 1_500)
            try here.fault("slack", "chat.update", .limited(seconds: asked))
            #expect(try await worker.lookOnce() == 1)
            let row = try await bench.database.engine.query("SELECT due_at FROM run_thread").first
            #expect(try row?.integer("due_at") == bench.clock.now + waited * 1_000)
        }
    }

    @Test("A run that goes on and ends anew while its first end is shown has its second one shown")
    func endsTwice() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), run = try await Self.run(bench), isFirst = Mutex(true)
            var connections = here.connections
            connections.slack = here.slack { request in
                guard request.operation == "chat.update",
                    isFirst.withLock({ first in
                        defer { first = false }
                        return first
                    })
                else { return nil }
                bench.clock.advance(milliseconds: 100)
                do {
                    try await bench.move(run.id, .deliverAgain)
                    try await bench.move(run.id, .channelsSettled(problem: nil))
                } catch { Issue.record("\(error)") }
                return nil
            }
            let worker = RunThreadWorker(
                parts: try bench.parts(connections), lock: try OwnerLock(folder: bench.ownersFolder, owner: "one"))
            #expect(try await worker.lookOnce() == 1)
            let problem = RunCause(.deliveryFailed, "Slack refused.")
            let end: [RunMachine.Event] = [
                .turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: problem),
            ]
            for event in Bench.toRunning + end { try await bench.move(run.id, event) }
            #expect(try await bench.find(run.id).state == .doneWithProblems)
            bench.clock.advance(milliseconds: 1_500)
            #expect(try await worker.lookOnce() == 1)
            #expect(try await bench.find(run.id).state == .done)
            bench.clock.advance(milliseconds: 1_500)
            #expect(try await worker.lookOnce() == 1, "what it shows is not true any more")
            #expect(await Self.messages(here).first?["text"]?.string?.hasSuffix(": Done") == true)
        }
    }

    @Test("When the message may not be edited any more, the end is told below it, once")
    func uneditable() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            var connections = here.connections
            connections.slack = here.slackWithoutEdits
            let worker = RunThreadWorker(
                parts: try bench.parts(connections), lock: try OwnerLock(folder: bench.ownersFolder, owner: "one"))
            let run = try await Self.run(bench)
            _ = try await worker.lookOnce()
            for event in Bench.toRunning { try await bench.move(run.id, event) }
            bench.clock.advance(milliseconds: 1_500)
            _ = try await worker.lookOnce()
            #expect(await Self.messages(here).count == 1, "how far it is nobody is told anew")
            try await bench.move(run.id, .broke(RunCause(.refusal, "The model refused the work.")))
            for _ in 0..<4 {
                bench.clock.advance(milliseconds: 60_000)
                _ = try await worker.lookOnce()
            }
            let told = await Self.messages(here)
            #expect(told.count == 2, "\(told)")
            #expect(told.last?["thread_ts"]?.string == told.first?["ts"]?.string)
            #expect(told.last?["text"]?.string?.hasSuffix(": Failed") == true)
        }
    }

    @Test("What a run says after an hour waits a minute for the run's thread, as what it says at once does")
    func awaited() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), doors = bench.clock.doors
            let run = try await Self.run(bench), place = NoticePlace(parts: try bench.parts(here.connections))
            bench.clock.advance(milliseconds: 3_600_000)
            let planned = try await bench.database.write { db -> StepRecord? in
                let plan = StepPlan(
                    channel: .slack, kind: NoticePlace.noteKind, subject: "late", position: 0, intent: "{}")
                let id = try StepStore(db: db).plan(
                    plan, run: run.id, purpose: .notice, id: doors.makeID(), now: doors.now())
                return try StepStore(db: db).find(id)
            }
            let step = try #require(planned)
            bench.clock.advance(milliseconds: NoticePlace.waitMillisecondsMax - 1)
            await #expect(throws: NoticePlace.NotYet.self) { try await place.thread(of: run.id, for: step) }
            bench.clock.advance(milliseconds: 1)
            #expect(try await place.thread(of: run.id, for: step) == nil, "it goes elsewhere")
        }
    }

    @Test("After a long outage whoever lets the run go on sees its message at once, not after the last long wait")
    func goesOn() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let worker = try Self.worker(bench, here)
            try here.fault("slack", "chat.postMessage", times: 1_000, .status(503))
            let run = try await Self.run(bench)
            try await bench.move(run.id, .broke(RunCause(.refusal, "The model refused the work.")))
            for _ in 0..<6 {
                _ = try await worker.lookOnce()
                bench.clock.advance(milliseconds: 301_000)
            }
            _ = try await worker.lookOnce()
            here.sandbox.faults.clear()
            #expect(try await worker.lookOnce() == 0, "the next try is minutes away")
            try await bench.move(run.id, .retried)
            #expect(try await worker.lookOnce() == 1)
            #expect(await Self.messages(here).count == 1)
        }
    }

    @Test("One that was given up is told of, and is posted when somebody has it tried again")
    func givenUp() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let worker = try Self.worker(bench, here)
            try here.fault("slack", "chat.postMessage", times: 1_000, .status(403))
            let run = try await Self.run(bench)
            for _ in 0..<RunThreadWorker.triesMax {
                _ = try await worker.lookOnce()
                bench.clock.advance(milliseconds: 20 * 60_000)
            }
            #expect(try await bench.alerts().isEmpty, "it is tried once more")
            _ = try await worker.lookOnce()
            let alert = try #require(try await bench.alerts().first)
            #expect(alert.cause == NoticeAlarm.untold && alert.subject == run.id)
            #expect(alert.sentence.contains("The Slack thread of the run of sentinel"), "\(alert.sentence)")
            bench.clock.advance(milliseconds: 20 * 60_000)
            #expect(try await worker.lookOnce() == 0)

            here.sandbox.faults.clear()
            let desk = QueueDesk(database: bench.database, doors: bench.clock.doors)
            let letters = try await desk.parked(QueueFilter())
            #expect(letters.map(\.id) == [run.id])
            let outcomes = try await desk.redrive(letters) { _ in false }
            #expect(outcomes.map(\.isDone) == [true])
            #expect(try await worker.lookOnce() == 1)
            #expect(await Self.messages(here).count == 1)
            #expect(try await bench.alerts().isEmpty)
        }
    }

    @Test(
        "While Slack answers nothing it is looked for and posted later; at last a person is asked", arguments: [1, 21])
    func outage(looks: Int) async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let worker = try Self.worker(bench, here)
            for operation in ["chat.postMessage", "conversations.history", "conversations.replies"] {
                try here.fault("slack", operation, times: 10_000, .status(503))
            }
            let run = try await Self.run(bench)
            for _ in 0..<looks {
                _ = try await worker.lookOnce()
                bench.clock.advance(milliseconds: 20 * 60_000)
            }
            #expect(try await bench.step(run.id).state == .doubtful)
            let isAsked = looks > RunThreadWorker.triesMax
            #expect(try await bench.alerts().map(\.cause) == (isAsked ? [Doubt.code] : []))
            here.sandbox.faults.clear()
            if isAsked {
                #expect(try await worker.lookOnce() == 0)
                let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
                _ = try await desk.resolve(run.id, step: nil, .again, by: "ana")
            }
            #expect(try await worker.lookOnce() == 1)
            #expect(await Self.messages(here).count == 1)
            #expect(try await bench.alerts().isEmpty)
        }
    }

    @Test("Killed between the post and its receipt: the next one finds the message and goes on with it")
    func killed() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let run = try await Self.run(bench)
            _ = try await Self.worker(bench, here).lookOnce()
            // As the database stood before the answer came.
            try await bench.database.write { db in
                _ = try db.execute(
                    "UPDATE step SET state = 'intended', receipt = NULL, settled_at = NULL WHERE id = ?", [run.id])
                _ = try db.execute(
                    "UPDATE run_thread SET channel = NULL, ts = NULL, shown_state = NULL, due_at = 0 WHERE run_id = ?",
                    [run.id])
            }
            try await bench.move(run.id, .foundIncomplete(RunCause(.missingFields, "The website is missing.")))
            let second = try Self.worker(bench, here, "two")
            for _ in 0..<3 {
                _ = try await second.lookOnce()
                bench.clock.advance(milliseconds: 2_000)
            }
            let told = await Self.messages(here)
            #expect(told.count == 1)
            #expect(told.first?["text"]?.string?.hasSuffix(": Needs info") == true, "\(told)")
        }
    }

    @Test("Work that was not wanted is not told of, nor that of an agent whose Slack is off")
    func silence() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let run = try await Self.run(bench)
            try await bench.move(run.id, .foundIneligible(RunCause(.notEligible, "It moved on.")))
            _ = try await bench.run()
            let worker = try Self.worker(bench, here)
            #expect(try await worker.lookOnce() == 0)
            #expect(await Self.messages(here).isEmpty)
            #expect(try await bench.step(run.id).state == .done)
        }
    }

    @Test("Whoever has the message in hand and stands still is waited for, then another posts it, and results follow")
    func standsStill() async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false)
            let run = try await Self.run(bench)
            let now = bench.clock.now, still = try OwnerLock(folder: bench.ownersFolder, owner: "still")
            let claimed = try await bench.database.write {
                try RunThreadStore(db: $0).claim(owner: still.owner, limit: 1, now: now)
            }
            #expect(claimed.map(\.runID) == [run.id])
            let (second, place) = (
                try Self.worker(bench, here, "two"), NoticePlace(parts: try bench.parts(here.connections))
            )
            async let thread = place.awaitedThread(of: run.id)
            var ticks = 0
            while await Self.messages(here).isEmpty, ticks < 60 {
                for _ in 0..<5 {
                    try await bench.clock.untilSleeping(1)
                    bench.clock.advance(milliseconds: 100)
                }
                _ = try await second.lookOnce()
                ticks += 1
            }
            // It may be about to lie down once more.
            let ticking = Task {
                while !Task.isCancelled {
                    bench.clock.advance(milliseconds: 100)
                    await Task.yield()
                }
            }
            defer { ticking.cancel() }
            #expect(try await thread != nil)
            #expect((40...42).contains(ticks), "it was kept for twenty seconds: \(ticks) looks")
        }
    }
}
