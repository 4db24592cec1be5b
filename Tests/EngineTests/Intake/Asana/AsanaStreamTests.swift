import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Asana without webhooks")
struct AsanaStreamTests {
    @Test("The first look reads the tasks themselves and keeps the token it was given")
    func first() async throws {
        let house = try await AsanaHouse()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        try await house.sweep()
        #expect(try await house.runs().map(\.taskID) == ["500"])
        #expect(try await house.parts.database.read { try AsanaStreamStore(db: $0).find("", "100")?.syncToken } == "0")
        try await house.sweep()
        #expect(house.asana.state.withLock { $0.listings } == 1, "a token that lives asks for events only")
        #expect(try await house.runs().count == 1)
    }

    @Test("Events of the stream lead to one look a task, over several pages")
    func events() async throws {
        let house = try await AsanaHouse()
        try await house.sweep()
        house.asana.state.withLock { state in
            for task in 0..<3 { state.tasks["\(500 + task)"] = AsanaProject.Task() }
            state.events = (0..<250).map { AsanaProject.event(.assigned, "\(500 + $0 % 3)", at: Int64($0)) }
        }
        try await house.sweep()
        #expect(try await house.look() == 3)
        #expect(try await house.runs().count == 3)
        #expect(house.asana.state.withLock { $0.fetches.values.allSatisfy { $0 == 1 } })
        try await house.sweep()
        #expect(try await house.look() == 0)
    }

    @Test("A lost token means reading the tasks, and the new token only counts once they are read")
    func lost() async throws {
        let house = try await AsanaHouse()
        try await house.sweep()
        house.asana.state.withLock { state in
            state.tasks["500"] = AsanaProject.Task()
            state.oldestToken = 40
        }
        try await house.sweep()
        #expect(try await house.runs().map(\.taskID) == ["500"])
        #expect(try await house.parts.database.read { try AsanaStreamStore(db: $0).find("", "100")?.syncToken } == "40")
    }

    @Test("What neither webhook nor stream told is found within the hour, and what is gone is let go")
    func whole() async throws {
        let house = try await AsanaHouse()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        try await house.sweep()
        let first = try #require(try await house.runs().first)
        try await house.end(first)
        house.asana.state.withLock { state in
            state.tasks["500"] = nil
            state.tasks["501"] = AsanaProject.Task()
        }
        house.bench.clock.advance(milliseconds: 3_600_000)
        try await house.sweep()
        #expect(try await house.runs().map(\.taskID).contains("501"))
        let present = try await house.parts.database.read {
            try TaskStayStore(db: $0).present(agent: "jessie", after: "", limit: 5)
        }
        #expect(present == ["501"])
    }

    /// One agent in two projects, with a task in each.
    private static func inTwoProjects() async throws -> AsanaHouse {
        let agent = AsanaHouse.agent("jessie").replacingOccurrences(of: #"["100"]"#, with: #"["100", "200"]"#)
        let house = try await AsanaHouse(["jessie": agent])
        house.asana.state.withLock { state in
            state.tasks["500"] = AsanaProject.Task()
            state.tasks["501"] = AsanaProject.Task(project: "200")
        }
        try await house.sweep()
        #expect(try await house.runs().count == 2)
        return house
    }

    @Test("A task of another project of the agent is not asked for by itself until it is gone from there")
    func otherProject() async throws {
        let house = try await Self.inTwoProjects()
        func anHourLater() async throws -> [String: Int] {
            house.bench.clock.advance(milliseconds: 3_600_000)
            try await house.sweep()
            return house.asana.state.withLock { $0.fetches }
        }
        for _ in 0..<2 { #expect(try await anHourLater().isEmpty) }
        #expect(house.asana.state.withLock { $0.listings } == 6, "each look was at everything")
        house.asana.state.withLock { $0.tasks["501"] = nil }
        for _ in 0..<2 { #expect(try await anHourLater() == ["501": 1]) }
        let present = try await house.parts.database.read {
            try TaskStayStore(db: $0).present(agent: "jessie", after: "", limit: 5)
        }
        #expect(present == ["500"])
    }

    @Test("A project that cannot be read speaks for its tasks for two hours")
    func unreadProject() async throws {
        let house = try await Self.inTwoProjects()
        house.asana.state.withLock { $0.goneProjects = ["200"] }
        let asked: [[String: Int]] = [[:], [:], ["501": 1]]
        for fetches in asked {
            house.bench.clock.advance(milliseconds: 3_600_000)
            try await house.sweep()
            #expect(house.asana.state.withLock { $0.fetches } == fetches)
        }
    }

    private static func present(_ house: AsanaHouse) async throws -> [String] {
        try await house.parts.database.read {
            try TaskStayStore(db: $0).present(agent: "jessie", after: "", limit: 1_000)
        }
    }

    private static func anHourLater(_ house: AsanaHouse) async throws -> [String: Int] {
        house.bench.clock.advance(milliseconds: 3_600_000)
        try await house.sweep()
        return house.asana.state.withLock { $0.fetches }
    }

    @Test("A task that went to a project its agent does not watch is asked for once, and starts anew when it is back")
    func movedAway() async throws {
        let house = try await AsanaHouse()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        try await house.sweep()
        try await house.end(try #require(try await house.runs().first))
        house.asana.state.withLock { $0.tasks["500"]?.project = "300" }
        for _ in 0..<2 { #expect(try await Self.anHourLater(house) == ["500": 1]) }
        #expect(try await Self.present(house).isEmpty)
        house.asana.state.withLock { state in
            state.tasks["500"]?.project = "100"
            state.tasks["500"]?.modifiedAt = 2_000
        }
        _ = try await Self.anHourLater(house)
        #expect(try await house.runs().count == 2)
    }

    @Test("What is gone is let go, however many tasks of the agent stand where they stood")
    func many() async throws {
        let house = try await AsanaHouse()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        try await house.sweep()
        let run = try #require(try await house.runs().first)
        let standing = (1_000..<1_500).map { "\($0)" }
        house.asana.state.withLock { state in
            for task in standing { state.tasks[task] = AsanaProject.Task() }
        }
        try await house.parts.database.write { db in
            for task in standing + ["2000"] {
                let stay = TaskStay(runID: run.id, origin: .look, coveredUntil: 1_000)
                try TaskStayStore(db: db).put(stay, agent: "jessie", taskID: task, status: AsanaDecision.status)
            }
        }
        #expect(try await Self.anHourLater(house) == ["2000": 1])
        #expect(try await Self.present(house) == standing + ["500"])
        #expect(try await house.runs().count == 1)
    }

    @Test("When more are missing than one look asks for, the next look goes on behind them")
    func turns() async throws {
        let house = try await Self.inTwoProjects(), count = AsanaStream.absencesCheckedMax + 20
        house.asana.state.withLock { state in
            for task in 0..<count { state.tasks["\(1_000 + task)"] = AsanaProject.Task(project: "200") }
        }
        _ = try await Self.anHourLater(house)
        house.asana.state.withLock { $0.goneProjects = ["200"] }
        for _ in 0..<2 { #expect(try await Self.anHourLater(house).isEmpty) }
        #expect(try await Self.anHourLater(house).count == AsanaStream.absencesCheckedMax)
        #expect(try await Self.anHourLater(house).count == count + 1, "501 stands there too")
    }

    @Test("A task whose earlier run a restore forgot starts again, under a key that no run has")
    func forgotten() async throws {
        let house = try await AsanaHouse()
        let agent = try #require(house.parts.catalog.agent("jessie"))
        // The task's second run was found again by its session; of the first one nothing is left.
        let found = NewRun(
            agent: "jessie", agentVersion: "1.0.0", configHash: agent.hash, triggerSource: .webhook,
            requestedBy: "asana", dedupeKey: "jessie/asana/500/2", taskID: "500", taskTool: .asana)
        let earlier = try await RunDesk(database: house.parts.database, doors: house.parts.doors).start(found)
        try await house.end(earlier)
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        try await house.sweep()
        let new = try #require(try await house.runs().first { $0.id != earlier.id })
        #expect(new.taskID == "500")
        let key = try await house.parts.database.read { try RunStore(db: $0).dedupeKey(new.id) }
        #expect(key == "jessie/asana/500/3")
    }

    @Test("The alert of a project that could not be read closes when it reads again", arguments: [false, true])
    func readsAgain(isTokenLost: Bool) async throws {
        let house = try await AsanaHouse()
        try await house.sweep()
        house.asana.state.withLock { $0.goneProjects = ["100"] }
        for _ in 0..<3 { try await house.sweep() }
        #expect(try await house.bench.alerts().map(\.subject) == ["Asana project 100"])
        house.asana.state.withLock { state in
            state.goneProjects = []
            if isTokenLost { state.oldestToken = 40 }
        }
        try await house.sweep()
        #expect(try await house.bench.alerts().isEmpty)
    }

    @Test("With three of ten deliveries dropped everything is started once within five minutes", arguments: [1, 2, 3])
    func dropped(seed: UInt64) async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        try await house.sweep()
        var random = SplitMix(seed: seed)
        for task in 0..<60 {
            let event = AsanaProject.event(.assigned, "\(500 + task)", at: 500)
            house.asana.state.withLock { state in
                state.tasks["\(500 + task)"] = AsanaProject.Task()
                state.events.append(event)
            }
            guard random.next() % 10 >= 3 else { continue }
            _ = await house.send([event], hook)
        }
        for _ in 0..<2 {
            house.bench.clock.advance(milliseconds: 120_000)
            try await house.sweep()
            while try await house.look() > 0 {}
        }
        let runs = try await house.runs()
        #expect(runs.count == 60 && Set(runs.compactMap(\.taskID)).count == 60)
    }
}
