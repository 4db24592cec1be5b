import BureauDomain
import BureauStorage

/// One thing a run was told of other work.
package struct DataAccess: Sendable, Hashable {
    package enum Way: String, Sendable { case kickoff, revision, tool }

    package let seq: Int64
    package let at: Int64
    package let round: Int
    package let way: String
    /// Nil when what was asked for is not there for this run.
    package let artifactID: String?
    /// "capsule", or a file and a part of it.
    package let part: String
    package let bytes: Int
    /// Why it was not told.
    package let refused: String?

    init(_ row: Row) throws {
        seq = try row.integer("seq")
        at = try row.integer("at")
        round = Int(try row.integer("round"))
        way = try row.text("way")
        artifactID = try row.textIfAny("artifact_id")
        part = try row.text("part")
        bytes = Int(try row.integer("bytes"))
        refused = try row.textIfAny("refused")
    }
}

/// The SQL of `agent_data_access`.
struct AccessLog {
    let db: any Connection

    struct Entry: Sendable {
        var way: DataAccess.Way
        var artifactID: String?
        var part: String
        var bytes: Int
        var callID: String?
        var refused: String?
    }

    /// Once for each call; entries without one are always new.
    func append(_ entry: Entry, run: RunRecord, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO agent_data_access (run_id, seq, at, round, way, call_id, artifact_id, part, bytes, refused)
            SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? FROM agent_data_access WHERE run_id = ?
            ON CONFLICT (run_id, call_id) DO NOTHING
            """,
            [
                run.id, now, run.round, entry.way.rawValue, entry.callID, entry.artifactID,
                String(entry.part.prefix(300)), entry.bytes, entry.refused.map { String($0.prefix(300)) }, run.id,
            ])
    }

    func list(run runID: String) throws -> [DataAccess] {
        try db.query("SELECT * FROM agent_data_access WHERE run_id = ? ORDER BY seq LIMIT 1000", [runID])
            .map(DataAccess.init)
    }

    /// How many calls of the run were answered or refused, besides `call`.
    func toolReads(run runID: String, besides call: String) throws -> Int {
        Int(
            try db.first(
                """
                SELECT count(*) AS n FROM agent_data_access WHERE run_id = ? AND way = 'tool' AND call_id <> ?
                """, [runID, call])?.integer("n") ?? 0)
    }
}
