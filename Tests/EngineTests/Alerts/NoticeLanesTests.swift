import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("A tool that lets us wait keeps nobody else from their news")
struct NoticeLanesTests {
    private static let failed = RunMachine.Event.broke(RunCause(.noFiles, "Nothing was delivered."))

    @Test("While every call to Slack hangs, later comments reach their tasks")
    func slackHangs() async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false)
            let gate = Turnstile()
            var connections = here.connections
            connections.slack = here.slack { _ in
                await gate.pass()
                return .json(#"{"ok":false,"error":"fatal_error"}"#)
            }
            let wake = WakeSignal(doors: bench.clock.doors)
            let worker = NoticeWorker(parts: try bench.parts(connections), owner: "w", wake: wake)
            for _ in 0..<30 { _ = try await bench.run([Self.failed]) }
            let working = Task { try await worker.run() }
            func inHand() async throws -> Int64 {
                try await bench.database.engine.query(
                    "SELECT count(*) AS n FROM step WHERE channel = 'slack' AND lease_owner = 'w'"
                ).first?.integer("n") ?? 0
            }
            try await eventually("the line is full") {
                try await inHand() == NoticeLines.chainsPerAccountMax ? true : nil
            }
            _ = try await bench.run([Self.failed], task: "86demoshm1")
            wake.raise()
            func comments() async -> Int {
                let task = (await here.state("clickup")["tasks"]?.array ?? []).first {
                    $0["id"]?.string == "86demoshm1"
                }
                return task?["comments"]?.array?.count ?? 0
            }
            try await eventually("the comment is on its task") { await comments() > 0 ? true : nil }
            #expect(await comments() == 1)
            gate.open()
            working.cancel()
            _ = await working.result
        }
    }

    @Test("One account takes at most its share of a line; one run's notices go one after the other")
    func lines() async throws {
        let bench = try await Bench(), lines = NoticeLines(accounts: 2)
        var steps: [StepRecord] = []
        for _ in 0..<NoticeLines.chainsPerAccountMax + 1 {
            let run = try await bench.run()
            for subject in ["a", "b"] { steps.append(try await bench.step(run, .slack, "note", subject)) }
        }
        let chains = lines.add(steps)
        #expect(chains.count == NoticeLines.chainsPerAccountMax + 1, "one for each run")
        #expect(lines.add(steps).isEmpty, "what is claimed again while it is in hand is not sent twice")
        let entered = chains.map { lines.enter($0, "north") != nil }
        #expect(entered.filter { $0 }.count == NoticeLines.chainsPerAccountMax && entered.last == false)
        #expect(lines.enter(chains[0], "south") != nil)
        #expect(lines.room[.slack] == lines.chainsMax - chains.count)
        let first = try #require(lines.next(chains[0]))
        #expect(lines.next(chains[0]) == first, "it stays the first until it is settled")
        lines.settle(chains[0], first)
        let second = try #require(lines.next(chains[0]))
        #expect(second.runID == first.runID && second.id != first.id)
        lines.settle(chains[0], second)
        #expect(lines.next(chains[0]) == nil)
        #expect(lines.enter(try #require(chains.last), "north") != nil, "its place is free again")
    }

    @Test("However many notices the runs of one account have, the other account's places stay free")
    func manyNotices() async throws {
        let bench = try await Bench(), lines = NoticeLines(accounts: 2)
        var steps: [StepRecord] = []
        for _ in 0..<NoticeLines.chainsPerAccountMax {
            let run = try await bench.run()
            for subject in ["a", "b", "c", "d"] { steps.append(try await bench.step(run, .slack, "note", subject)) }
        }
        for chain in lines.add(steps) { #expect(lines.enter(chain, "north") != nil) }
        #expect(lines.room[.slack] == NoticeLines.chainsPerAccountMax)
        let other = try await bench.step(try await bench.run(), .slack, "note", "a")
        let chain = try #require(lines.add([other]).first)
        #expect(lines.enter(chain, "north") == nil && lines.enter(chain, "south") != nil)
    }

    @Test("Where Slack is connected and no channel is set, that is what the notice says")
    func noChannel() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let parts = try bench.parts(here.connections) { $0.alertChannel = nil }
            try await SystemAlarm(parts: parts).raise("disk", subject: "disk", "The disk is nearly full.")
            let worker = NoticeWorker(parts: parts, owner: "w", wake: WakeSignal(doors: bench.clock.doors))
            _ = try await worker.sendDue()
            let row = try await bench.database.engine.query("SELECT error FROM step WHERE purpose = 'notice'").first
            let error = try row?.textIfAny("error")
            #expect(error?.contains("no channel is set") == true, "\(error ?? "")")
        }
    }

    /// Seconds that Slack asks for, and that pass: the first own wait is of two.
    @Test(
        "A notice is tried again no sooner than Slack asks for, nor than its tries are laid out",
        arguments: [(1, 2), (60, 60)] as [(Int, Int64)])
    func wait(asked: Int, waited: Int64) async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            try await SystemAlarm(parts: parts).raise("disk", subject: "disk", "The disk is nearly full.")
            try here.fault("slack", "chat.postMessage", .limited(seconds: asked))
            let worker = NoticeWorker(parts: parts, owner: "w", wake: WakeSignal(doors: bench.clock.doors))
            #expect(try await worker.sendDue() == 1)
            let row = try await bench.database.engine.query("SELECT due_at FROM step WHERE purpose = 'notice'").first
            #expect(try row?.integer("due_at") == bench.clock.now + waited * 1_000)
        }
    }
}
