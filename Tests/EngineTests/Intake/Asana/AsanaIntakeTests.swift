import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Tasks of Asana start runs")
struct AsanaIntakeTests {
    @Test("A burst on one task is one look and one run, and its signals end with the run's verdict")
    func burst() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        for index in 0..<20 {
            let events = [
                AsanaProject.event(.assigned, "500", at: 500 + Int64(index)),
                AsanaProject.event(.renamed, "500", at: 600 + Int64(index)),
            ]
            #expect(await house.send(events, hook) == .ok)
        }
        #expect(try await house.signals().allSatisfy { $0.verdict == "parked" })
        #expect(try await house.look() == 1)
        #expect(house.asana.state.withLock { $0.fetches } == ["500": 1])
        let runs = try await house.runs()
        #expect(runs.map(\.taskTool) == [.asana] && runs.map(\.taskID) == ["500"])
        #expect(try await house.signals().allSatisfy { $0.verdict == "run" && $0.runID == runs[0].id })
    }

    @Test("The same bytes again are the same delivery")
    func twice() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        for _ in 0..<3 { #expect(await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook) == .ok) }
        #expect(try await house.signals().count == 1)
        try await house.look()
        #expect(await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook) == .ok)
        #expect(try await house.look() == 0)
        #expect(try await house.runs().count == 1)
    }

    /// What the task is, and why no run begins.
    private static let refusals: [(String, @Sendable (inout AsanaProject.Task) -> Void, String)] = [
        ("unassigned", { $0.assignee = nil }, "is not assigned to Jessie"),
        ("somebody else's", { $0.assignee = "11" }, "is not assigned to Jessie"),
        ("completed", { $0.isCompleted = true }, "is completed"),
        ("in another section", { $0.section = "Done" }, "in the section \"Done\", not in \"Intake\""),
    ]

    @Test("A task that is not the agent's now starts nothing, and the signal says why", arguments: 0..<4)
    func ineligible(row: Int) async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        let (_, change, words) = Self.refusals[row]
        house.asana.state.withLock { state in
            var task = AsanaProject.Task()
            change(&task)
            state.tasks["500"] = task
        }
        #expect(await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook) == .ok)
        try await house.look()
        #expect(try await house.runs().isEmpty)
        let signal = try await house.signals().first
        #expect(signal?.verdict == "ignored" && signal?.reason.contains(words) == true, "\(signal?.reason ?? "")")
    }

    @Test("An edit starts nothing anew; bringing the task again does, once the first run is over")
    func again() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 900)], hook)
        try await house.look()
        let first = try #require(try await house.runs().first)
        house.asana.state.withLock { $0.tasks["500"]?.modifiedAt = 60_000 }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 60_000)], hook)
        try await house.look()
        #expect(try await house.runs().count == 1, "the run goes on")
        try await house.end(first)
        house.asana.state.withLock { $0.tasks["500"]?.modifiedAt = 120_000 }
        _ = await house.send([AsanaProject.event(.renamed, "500", at: 120_000)], hook)
        try await house.look()
        #expect(try await house.runs().count == 1, "an edit is no new wish")
        house.asana.state.withLock { $0.tasks["500"]?.modifiedAt = 200_000 }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 200_000)], hook)
        try await house.look()
        #expect(try await house.runs().count == 2)
    }

    static let ways: [(AsanaProject.Happening, hasSections: Bool, starts: Bool)] = [
        (.assigned, false, true), (.joined, false, true), (.reopened, false, true), (.moved, false, false),
        (.assigned, true, true), (.joined, true, true), (.reopened, true, true), (.moved, true, true),
    ]

    @Test(
        "After a run, assigning, reopening and adding to the project bring a task again; a move only into a named section",
        arguments: ways)
    func brought(what: AsanaProject.Happening, hasSections: Bool, starts: Bool) async throws {
        var agent = AsanaHouse.agent("jessie")
        if !hasSections { agent = agent.replacingOccurrences(of: #", "sections": ["Intake"]"#, with: "") }
        let house = try await AsanaHouse(["jessie": agent]), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 900)], hook)
        try await house.look()
        try await house.end(try #require(try await house.runs().first))
        house.asana.state.withLock { state in
            state.tasks["500"]?.modifiedAt = 200_000
            if !hasSections { state.tasks["500"]?.section = "Done" }
        }
        _ = await house.send([AsanaProject.event(what, "500", at: 200_000)], hook)
        try await house.look()
        #expect(try await house.runs().count == (starts ? 2 : 1))
    }

    @Test("A run that waits for information looks again when its task is assigned again, whatever it waits for")
    func broughtAgain() async throws {
        for code in [RunCause.Code.missingFields, .blocked] {
            let house = try await AsanaHouse(), hook = try await house.register()
            house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
            _ = await house.send([AsanaProject.event(.assigned, "500", at: 900)], hook)
            try await house.look()
            let run = try #require(try await house.runs().first)
            try await house.bench.move(run.id, .foundIncomplete(RunCause(code, "x: y")))
            house.asana.state.withLock { $0.tasks["500"]?.modifiedAt = 100_000 }
            _ = await house.send([AsanaProject.event(.renamed, "500", at: 100_000)], hook)
            try await house.look()
            #expect(try await house.bench.find(run.id).state == .needsInfo, "an edit is for the look at the task")
            house.asana.state.withLock { $0.tasks["500"]?.modifiedAt = 200_000 }
            _ = await house.send([AsanaProject.event(.assigned, "500", at: 200_000)], hook)
            try await house.look()
            #expect(try await house.bench.find(run.id).state == .queued)
            #expect(try await house.runs().count == 1)
        }
    }

    @Test("Assigning a task again where its waiting run has put it makes the run look again, once")
    func broughtToWaiting() async throws {
        let board = #"{"states": {"needs_info": {"place": "Clarification"}, "done": {"place": "Done"}}}"#
        let house = try await AsanaHouse(["jessie": AsanaHouse.agent("jessie", board: board)])
        let hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 900)], hook)
        try await house.look()
        let run = try #require(try await house.runs().first)
        try await house.bench.move(run.id, .foundIncomplete(RunCause(.missingFields, "x: y")))
        func change(_ what: AsanaProject.Happening, at time: Int64, in section: String) async throws -> RunState {
            house.asana.state.withLock { state in
                state.tasks["500"]?.modifiedAt = time
                state.tasks["500"]?.section = section
            }
            _ = await house.send([AsanaProject.event(what, "500", at: time)], hook)
            try await house.look()
            return try await house.bench.find(run.id).state
        }
        #expect(try await change(.renamed, at: 100_000, in: "Clarification") == .needsInfo)
        #expect(try await change(.assigned, at: 150_000, in: "Elsewhere") == .needsInfo)
        #expect(try await change(.assigned, at: 200_000, in: "Clarification") == .queued)
        #expect(try await house.signals().first?.verdict == "duplicate")
        try await house.bench.move(run.id, .foundIncomplete(RunCause(.missingFields, "x: y")))
        #expect(try await change(.renamed, at: 300_000, in: "Clarification") == .needsInfo, "that was answered")
        try await house.end(run)
        _ = try await change(.assigned, at: 400_000, in: "Clarification")
        #expect(try await house.runs().count == 1, "nothing begins there")
        _ = try await change(.moved, at: 500_000, in: "Intake")
        #expect(try await house.runs().count == 2)
    }

    @Test("With a webhook and the event stream both on, what the webhook told is fetched once")
    func both() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        try await house.sweep()
        house.asana.state.withLock { state in
            state.tasks["500"] = AsanaProject.Task()
            state.tasks["500"]?.modifiedAt = 5_000
        }
        let burst = [AsanaProject.event(.assigned, "500", at: 4_900), AsanaProject.event(.renamed, "500", at: 5_000)]
        _ = await house.send(burst, hook)
        try await house.look()
        house.asana.state.withLock { $0.events = burst }
        try await house.sweep()
        #expect(try await house.look() == 0)
        #expect(house.asana.state.withLock { $0.fetches["500"] } == 1)
        house.asana.state.withLock { state in
            state.tasks["500"]?.modifiedAt = 9_000
            state.events.append(AsanaProject.event(.renamed, "500", at: 9_000))
        }
        try await house.sweep()
        #expect(try await house.look() == 1, "what no webhook told of is looked at")
    }

    @Test("Our own writes trigger nothing; our user at work by hand does")
    func own() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        let now = house.bench.clock.now
        try await house.parts.database.write { try SettingStore(db: $0).put("asana_user_id", "10", now: now) }
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        _ = await house.send([AsanaProject.event(.assigned, "500", by: "10", at: 500)], hook)
        #expect(try await house.look() == 1, "nothing of ours was written there: a person works in our account")
        let run = try #require(try await house.runs().first)
        try await house.parts.database.write { db in
            let plan = StepPlan(channel: .asana, kind: "note", subject: "x", position: 0, intent: "{}")
            let id = try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: "", now: now)
            try StepStore(db: db).markIntended(id, now: now)
        }
        _ = await house.send([AsanaProject.event(.moved, "500", by: "10", at: 700)], hook)
        #expect(try await house.look() == 0)
        #expect(try await house.signals().first?.reason == "nothing in it concerns an agent")
    }

    @Test("A comment wakes the run that waits for its people, and starts nothing")
    func comments() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook)
        try await house.look()
        let run = try #require(try await house.runs().first)
        try await house.bench.move(run.id, .foundIncomplete(RunCause(.missingFields, "x: y")))
        try await house.parts.database.write { db in
            let watch = try #require(try TaskWatchStore(db: db).find(run.id))
            try TaskWatchStore(db: db).looked(watch, next: .max)
        }
        _ = await house.send([AsanaProject.event(.comment, "500", at: 800)], hook)
        let now = house.bench.clock.now
        #expect(
            try await house.parts.database.read { try TaskWatchStore(db: $0).due(now: now, limit: 5) }.map(\.runID) == [
                run.id
            ])
        #expect(try await house.look() == 0)
    }

    @Test(
        "What is unknown is answered and kept",
        arguments: [
            #"{"events": [{"action": "sparkled", "resource": {"gid": "9", "resource_type": "galaxy"}}]}"#,
            #"{"events": [42, null, {"resource": "x"}]}"#, #"[1, 2]"#, "not json",
        ])
    func unknown(text: String) async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        #expect(await house.send(Data(text.utf8), hook) == .ok)
        #expect(try await house.signals().map(\.verdict) == ["ignored"])
    }

    @Test("A task that cannot be read is tried again; one that is gone is let go")
    func unreadable() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        _ = await house.send([AsanaProject.event(.assigned, "404", at: 500)], hook)
        try await house.look()
        #expect(try await house.signals().first?.reason == "the task is gone, or not ours to see")
        #expect(try await house.look() == 0)
    }

    @Test("Of agents that share a project the one the task asks for starts; when nobody is named, one asks")
    func skills() async throws {
        let skill = { (name: String, phrase: String) in
            #", "skill": {"field": "Skill", "names": ["\#(name)"], "phrases": ["\#(phrase)"]}"#
        }
        let house = try await AsanaHouse([
            "ads": AsanaHouse.agent("ads", skill: skill("Ads report", "google ads")),
            "seo": AsanaHouse.agent("seo", skill: skill("SEO report", "seo report")),
        ])
        let hook = try await house.register()
        house.asana.state.withLock { state in
            state.tasks["1"] = AsanaProject.Task(skill: "SEO report", name: "Google Ads")
            state.tasks["2"] = AsanaProject.Task(name: "The (Google-Ads) numbers")
            state.tasks["3"] = AsanaProject.Task(name: "Something")
            state.tasks["4"] = AsanaProject.Task(skill: "Cooking", name: "seo report")
        }
        _ = await house.send((1...4).map { AsanaProject.event(.assigned, "\($0)", at: 500) }, hook)
        try await house.look()
        let started = Dictionary(
            try await house.runs().map { ($0.taskID ?? "", $0.agent) }, uniquingKeysWith: { "\($0) and \($1)" })
        #expect(
            started == ["1": "seo", "2": "ads", "3": "ads", "4": "ads"],
            "one finds out who is meant by Cooking, or asks")
    }

    @Test("A stored delivery that is replayed leads to a look at the task as it is now, and to no second run")
    func replay() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task(section: "Done") }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook)
        try await house.look()
        let first = try #require(try await house.signals().first)
        #expect(first.verdict == "ignored")
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        for expected in ["run", "duplicate"] {
            let answer = try #require(try await house.intake.replay(first.id))
            #expect(answer.json.contains(#""verdict":"parked""#), "\(answer.json)")
            try await house.look()
            let signal = try #require(try await house.signals().first)
            #expect(signal.remoteAddress == "replay of \(first.id)" && signal.verdict == expected)
        }
        #expect(try await house.runs().count == 1)
        #expect(try await house.intake.replay("01KA3F8Q7QAAAAAAAAAAAAAAAA") == nil)
    }

    @Test("What waits for a look and is replayed waits no longer: its copy does")
    func replayParked() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook)
        let first = try #require(try await house.signals().first)
        _ = try await house.intake.replay(first.id)
        try await house.look()
        #expect(try await house.signals().map(\.verdict) == ["run", "ignored"])
    }
}
