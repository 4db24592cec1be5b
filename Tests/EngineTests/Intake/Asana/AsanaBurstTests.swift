import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Bursts of Asana's events")
struct AsanaBurstTests {
    @Test("A burst that lasts for minutes, and goes on while the task is fetched, is one fetch each five seconds")
    func longBurst() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        var fetchedAt: [Int64] = [], fetches = 0
        for tick in 0..<600 {
            _ = await house.send([AsanaProject.event(.renamed, "500", at: Int64(tick))], hook)
            let now = house.bench.clock.now
            let due = try await house.parts.database.read { try AsanaHintStore(db: $0).due(now: now, limit: 5) }
            // The event that comes in while the task is fetched.
            if !due.isEmpty { house.asana.whileFetching.withLock { $0 = { _ = await house.sendRenamed(tick, hook) } } }
            try await house.looker.lookAtDue()
            let count = house.asana.state.withLock { $0.fetches["500"] ?? 0 }
            if count > fetches { fetchedAt.append(now) }
            fetches = count
            house.bench.clock.advance(milliseconds: 200)
        }
        #expect(fetches == fetchedAt.count && fetches >= 20, "two minutes")
        #expect(zip(fetchedAt, fetchedAt.dropFirst()).allSatisfy { $1 - $0 >= AsanaHintStore.waitMillisecondsMax })
    }

    @Test("A task that may not be asked for yet is left alone, whatever else happens on it")
    func limited() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { state in
            state.tasks["500"] = AsanaProject.Task()
            state.limitedSeconds = 120
        }
        house.asana.whileFetching.withLock { $0 = { _ = await house.sendRenamed(1, hook) } }
        _ = await house.send([AsanaProject.event(.assigned, "500", at: 500)], hook)
        try await house.look()
        for second in 0..<19 {
            _ = await house.send([AsanaProject.event(.renamed, "500", at: 600 + Int64(second))], hook)
            try await house.look()
        }
        #expect(house.asana.state.withLock { $0.fetches["500"] } == 1, "within 114 of 120 seconds")
        house.asana.state.withLock { $0.limitedSeconds = nil }
        for _ in 0..<2 { try await house.look() }
        #expect(house.asana.state.withLock { $0.fetches["500"] } == 2)
        #expect(try await house.runs().count == 1)
        #expect(try await house.signals().allSatisfy { $0.verdict == "run" })
    }

    @Test("10,000 events in bursts on 100 tasks: at most one fetch a task and burst, whatever their order")
    func bursts() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { state in
            for task in 0..<100 {
                state.tasks["\(500 + task)"] = AsanaProject.Task(section: task % 2 == 0 ? "Intake" : "Done")
            }
        }
        var random = SplitMix(seed: 7), burstsOfTask: [String: Int] = [:], sent = 0
        let kinds: [AsanaProject.Happening] = [.assigned, .renamed, .moved, .comment]
        while sent < 10_000 {
            // A burst: up to 500 events over up to 20 bodies on any of the tasks, then silence.
            var events: [String] = [], touched: Set<String> = []
            for _ in 0..<min(500, 10_000 - sent) {
                let task = "\(500 + Int(random.next() % 100))"
                let kind = kinds[Int(random.next() % 4)]
                if case .comment = kind {} else { touched.insert(task) }
                events.append(AsanaProject.event(kind, task, at: Int64(sent), story: "\(sent)"))
                sent += 1
            }
            for start in stride(from: 0, to: events.count, by: 25) {
                #expect(await house.send(Array(events[start..<min(start + 25, events.count)]), hook) == .ok)
                house.bench.clock.advance(milliseconds: 20)
            }
            for task in touched { burstsOfTask[task, default: 0] += 1 }
            house.bench.clock.advance(milliseconds: 6_000)
            while try await house.looker.lookAtDue() > 0 {}
        }
        let fetches = house.asana.state.withLock { $0.fetches }
        for (task, count) in fetches { #expect(count <= burstsOfTask[task] ?? 0, "\(task)") }
        #expect(fetches.count == 100)
        #expect(Set(try await house.runs().compactMap(\.taskID)).count == 50)
        #expect(try await house.runs().count == 50)
        #expect(try await house.signals().allSatisfy { $0.verdict != "parked" })
    }
}

/// Numbers that are the same for a seed.
struct SplitMix {
    var seed: UInt64
    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var mixed = seed
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
