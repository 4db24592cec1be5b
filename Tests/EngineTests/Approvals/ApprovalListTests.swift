import BureauDomain
import Testing

@testable import BureauEngine

@Suite("The list of questions")
struct ApprovalListTests {
    @Test("What ends first is listed first, and what was decided last leads the rest, whenever their runs began")
    func listed() async throws {
        let bench = try await Bench()
        let older = try await bench.run()
        bench.clock.advance(milliseconds: 1_000)
        let newer = try await bench.run()
        let now = bench.clock.now
        // Ends after so many minutes, and was decided after so many, where it was.
        let asked: [(run: RunRecord, event: String, ends: Int64, decided: Int64?)] = [
            (older, "soon", 10, nil), (newer, "late", 30, nil), (older, "last", 60, nil), (older, "newest", 90, 3),
            (newer, "first", 90, 1), (older, "second", 90, 2),
        ]
        try await bench.database.write { db in
            let store = ApprovalStore(db: db)
            for one in asked {
                let id = StepMark.approval(run: one.run.id, eventID: one.event)
                let new = NewApproval(
                    eventID: one.event, tool: "publish", input: "{}", inputHash: "x", effect: "It publishes.")
                let end = now + one.ends * 60_000
                _ = try store.ask(new, run: one.run.id, id: id, now: now, expiresAt: end)
                guard let minutes = one.decided else { continue }
                let at = now + minutes * 60_000
                _ = try store.decide(id, .denied, by: "ana", on: "cli", reason: "No.", now: at)
            }
        }
        // Which reports a list that is not read in the order of an index.
        let desk = ApprovalDesk(
            database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
        #expect(try await desk.list().map(\.eventID) == ["soon", "late", "last"])
        let all = try await desk.list(isAll: true).map(\.eventID)
        #expect(all == ["soon", "late", "last", "newest", "second", "first"])
        #expect(try await desk.list(isAll: true, limit: 4).map(\.eventID) == Array(all.prefix(4)))
    }
}
