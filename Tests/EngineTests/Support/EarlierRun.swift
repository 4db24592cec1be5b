import BureauDomain
import BureauStorage

@testable import BureauEngine

extension Bench {
    /// A run of the same agent for the same client that began so many days ago, with what its report said.
    func earlier(
        daysAgo days: Int64, score: Int?, outOf: Int = 100, state: RunState = .done, agent: String = "sentinel"
    ) async throws {
        let id = try await self.run().id, at = clock.now - days * 86_400_000
        let endedAt: Int64? = state.isFinal ? at : nil
        let summary = try JSONText.encode(StoredSummary(ReportSummary(score: score, outOf: outOf, priorities: [])))
        try await database.write { db in
            _ = try db.execute(
                """
                UPDATE run SET state = ?, agent = ?, summary = ?, started_at = ?, ended_at = ?,
                    cause_sentence = 'It ended.', session_id = 'sesn_of_' || id
                WHERE id = ?
                """, [state.rawValue, agent, summary, at, endedAt, id])
        }
    }
}
