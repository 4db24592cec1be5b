import BureauDomain
import BureauStorage

/// The score of the last result of the same agent that the same client was given.
struct EarlierScore: Hashable, Sendable {
    let score: Int
    let outOf: Int
    /// When its run began, milliseconds UTC.
    let at: Int64

    /// So many of the client's newest runs are looked at, whichever agent's: what is older is compared with no more.
    static let runsMax = 500

    /// Nil for a run without a client, and where none of those runs has delivered a score.
    static func find(before run: RunRecord, _ db: any Connection) throws -> EarlierScore? {
        guard let client = run.clientSlug else { return nil }
        let row = try db.first(
            """
            SELECT summary, began FROM (
                SELECT id, agent, state, summary, coalesce(started_at, accepted_at) AS began FROM run
                WHERE client_slug = ? AND id < ? ORDER BY id DESC LIMIT ?) AS newest
            WHERE agent = ? AND state IN ('done', 'done_with_problems')
              AND json_extract(summary, '$.score') IS NOT NULL
            ORDER BY id DESC LIMIT 1
            """, [client, run.id, runsMax, run.agent])
        guard let row, let summary = try? JSONText.decode(StoredSummary.self, row.text("summary")),
            let score = summary.score
        else { return nil }
        return EarlierScore(score: score, outOf: summary.outOf, at: try row.integer("began"))
    }
}
