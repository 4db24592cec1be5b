import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("The watch on a task whose run waits for people")
struct TaskWatchTests {
    private static let inReview =
        Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)]

    @Test("A hint that comes during a look stands: it is looked again at once", arguments: [true, false])
    func hinted(lookFailed: Bool) async throws {
        let bench = try await Bench(isImpatient: false), run = try await bench.run(Self.inReview, task: "86a")
        let watch = try #require(try await bench.database.read { try TaskWatchStore(db: $0).find(run.id) })
        bench.clock.advance(milliseconds: 500)
        let now = bench.clock.now
        let due = try await bench.database.write { db in
            let store = TaskWatchStore(db: db)
            #expect(try store.hint(.clickUp, taskID: "86a", now: now) == [run.id])
            if lookFailed {
                try store.failed(watch, next: now + 60_000, "no answer")
            } else {
                try store.looked(watch, next: now + 60_000)
            }
            return try store.due(now: now, limit: 5).map(\.runID)
        }
        #expect(due == [run.id])
    }

    @Test("Without one the next look is when it was meant to be")
    func quiet() async throws {
        let bench = try await Bench(isImpatient: false), run = try await bench.run(Self.inReview, task: "86a")
        let now = bench.clock.now
        let due = try await bench.database.write { db in
            let store = TaskWatchStore(db: db)
            try store.looked(try #require(try store.find(run.id)), next: now + 60_000)
            return (try store.due(now: now, limit: 5).count, try store.due(now: now + 60_000, limit: 5).count)
        }
        #expect(due == (0, 1))
    }
}
