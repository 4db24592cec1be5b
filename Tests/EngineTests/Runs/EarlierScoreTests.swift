import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("The score a result is compared with")
struct EarlierScoreTests {
    @Test("Of several earlier results the last one with a score is compared with, and none of a later run")
    func lastScore() async throws {
        let bench = try await Bench()
        try await bench.earlier(daysAgo: 200, score: 40)
        try await bench.earlier(daysAgo: 100, score: 65)
        try await bench.earlier(daysAgo: 50, score: nil)
        let run = try await bench.run()
        try await bench.earlier(daysAgo: 0, score: 90)
        let found = try await bench.database.read { try EarlierScore.find(before: run, $0) }
        #expect(found == EarlierScore(score: 65, outOf: 100, at: bench.clock.now - 100 * 86_400_000))
    }
}
