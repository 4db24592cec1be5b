import BureauStorage
import Testing

@testable import BureauEngine

@Suite("Feedback, a page at a time")
struct FeedbackPageTests {
    private static func id(_ number: Int) -> String {
        "01KAFB" + String(repeating: "0", count: 16) + "\(1_000 + number)"
    }

    private static let pages: [(run: Int?, after: Int, found: [Int])] = [
        (nil, 0, [1, 2, 3]), (nil, 3, [4, 5, 6]), (1, 0, [1, 3, 5]), (1, 3, [5]), (2, 0, [2, 4, 6]), (3, 0, []),
    ]

    @Test("Of everybody or of one run, in the order it was seen; a run's is found by the run", arguments: pages)
    func page(run: Int?, after: Int, found: [Int]) async throws {
        let bench = try await Bench()
        var runs: [String] = []
        for _ in 0..<3 { runs.append(try await bench.run().id) }
        let page = try await bench.database.engine.write { [runs] db in
            for number in 1...6 {
                try db.execute(
                    """
                    INSERT INTO feedback (id, tool, comment_id, run_id, round, text, text_sha256, written_at, seen_at,
                        class, confidence, reason, classifier, outcome)
                    VALUES (?, 'asana', ?, ?, 1, 'Good.', 'x', 1, 1, 'acceptance', 90, 'r', 'rules', 'noted')
                    """, [Self.id(number), "c\(number)", runs[(number + 1) % 2]])
            }
            return try FeedbackStore(db: db).page(after: Self.id(after), run: run.map { runs[$0 - 1] }, limit: 3)
        }
        #expect(page.map(\.id) == found.map(Self.id))
        let plan = try await bench.database.engine.query(
            "EXPLAIN QUERY PLAN " + FeedbackStore.pageOfRun, [runs[0], Self.id(after), 3])
        #expect(try plan.contains { try $0.text("detail").contains("feedback_run") })
    }
}
