package import BureauDomain
import BureauStorage

/// What a run's session has used, and what the service itself says it costs.
package struct RunUsage: Sendable, Hashable {
    package let usage: SessionUsage
    /// Everything included, where the service gave a figure.
    package let listed: MicroUSD?
}

/// The SQL of the `run_usage` table.
struct RunUsageStore {
    let db: any Connection

    func find(_ runID: String) throws -> RunUsage? {
        try db.query("SELECT * FROM run_usage WHERE run_id = ?", [runID]).first.map { row in
            RunUsage(
                usage: SessionUsage(
                    inputTokens: try row.integer("input_tokens"), outputTokens: try row.integer("output_tokens"),
                    cacheReadTokens: try row.integer("cache_read_tokens"),
                    cacheWrite5mTokens: try row.integer("cache_write_5m_tokens"),
                    cacheWrite1hTokens: try row.integer("cache_write_1h_tokens"),
                    cacheWriteUnsplitTokens: try row.integer("cache_write_other_tokens"),
                    webSearches: try row.integer("web_searches"), activeMilliseconds: try row.integer("active_ms")),
                listed: try row.integerIfAny("listed_micro_usd").map(MicroUSD.init(rawValue:)))
        }
    }

    /// Keeps the fuller of what is known and what is told now.
    func save(_ told: SessionUsage, listed: MicroUSD?, run runID: String) throws {
        let known = try find(runID)
        let usage = known.map { Self.fuller($0.usage, told) } ?? told
        let now = RunUsage(usage: usage, listed: [known?.listed, listed].compactMap(\.self).max())
        guard now != known, known != nil || usage != SessionUsage() || listed != nil else { return }
        try db.execute(
            """
            INSERT OR REPLACE INTO run_usage (run_id, input_tokens, output_tokens, cache_read_tokens,
                cache_write_5m_tokens, cache_write_1h_tokens, cache_write_other_tokens, web_searches, active_ms,
                listed_micro_usd)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                runID, max(0, usage.inputTokens), max(0, usage.outputTokens), max(0, usage.cacheReadTokens),
                max(0, usage.cacheWrite5mTokens), max(0, usage.cacheWrite1hTokens),
                max(0, usage.cacheWriteUnsplitTokens), max(0, usage.webSearches), max(0, usage.activeMilliseconds),
                now.listed?.rawValue,
            ])
    }

    /// Tokens go whole: kinds from two readings would be counted twice. Requests tell nothing of searches and running
    /// time, nor how long what they cached is kept.
    private static func fuller(_ known: SessionUsage, _ told: SessionUsage) -> SessionUsage {
        let isToldApart =
            told.tokens == known.tokens && told.cacheWriteUnsplitTokens < known.cacheWriteUnsplitTokens
        var usage = told.tokens > known.tokens || isToldApart ? told : known
        usage.webSearches = max(known.webSearches, told.webSearches)
        usage.activeMilliseconds = max(known.activeMilliseconds, told.activeMilliseconds)
        return usage
    }
}
