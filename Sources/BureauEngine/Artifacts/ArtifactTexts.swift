import BureauDomain
import BureauStorage

/// The words each report is found by (`artifact_text`): its title, its client and its kind, none of which ever changes.
///
/// Registering a report costs nothing more: whoever asks brings the words up to date first, as with those of runs.
struct ArtifactTexts: Sendable {
    let database: any Database
    static let batchReportsMax = 2_000, batchesMax = 50, charactersMax = 400

    /// At most `batchesMax` batches: a database that was filled by other means is taken in over several.
    func bringUpToDate() async throws {
        for _ in 0..<Self.batchesMax {
            guard try await database.read({ try Self.isBehind($0) }) else { return }
            try await database.write { try Self.takeBatch($0) }
        }
    }

    private static let columns = "SELECT id, title, client_slug, client_name, kind FROM artifact"

    private static func isBehind(_ db: any Connection) throws -> Bool {
        try db.first("SELECT 1 AS one FROM artifact WHERE id > ? LIMIT 1", [newest(db)]) != nil
    }

    private static func newest(_ db: any Connection) throws -> String {
        try db.first("SELECT coalesce(max(artifact_id), '') AS id FROM artifact_text")?.text("id") ?? ""
    }

    private static func takeBatch(_ db: any Connection) throws {
        let reports = try db.query("\(columns) WHERE id > ? ORDER BY id LIMIT ?", [newest(db), batchReportsMax])
        for report in reports { try take(report, db) }
    }

    /// In the transaction that writes a report. Its id was made before: when a later one's words are taken already, this
    /// one's would never be.
    static func takeLate(run: String, round: Int, _ db: any Connection) throws {
        let late = try db.first(
            """
            \(columns) WHERE run_id = ? AND round = ?
                AND EXISTS (SELECT 1 FROM artifact_text WHERE artifact_id > artifact.id)
            """, [run, round])
        if let late { try take(late, db) }
    }

    private static func take(_ report: Row, _ db: any Connection) throws {
        let shown = [
            try report.text("title"), try report.textIfAny("client_slug"), try report.textIfAny("client_name"),
            try report.text("kind"),
        ].compactMap(\.self)
        let words = Outgoing.clean(shown.joined(separator: "\n")).prefix(charactersMax)
        try db.execute(
            "INSERT INTO artifact_text (artifact_id, words) VALUES (?, ?) ON CONFLICT (artifact_id) DO NOTHING",
            [try report.text("id"), RunWordsSearch.folded(String(words))])
    }
}
