import BureauDomain
import BureauStorage
import Foundation

/// What people see of each run, kept beside it for looking through (`run_text`).
///
/// It follows the runs instead of being written with them: accepting a run costs nothing more, and whoever asks brings it
/// up to date first. What has changed is told by the runs' own events, in the order they were written.
struct RunTexts: Sendable {
    let database: any Database
    let doors: Doors
    static let batchRunsMax = 2_000, batchesMax = 50, charactersMax = 800
    private static let mark = "run_text_event"

    /// At most `batchesMax` batches: a database that was filled by other means is taken in over several.
    func bringUpToDate() async throws {
        for _ in 0..<Self.batchesMax {
            guard try await database.read({ try Self.isBehind($0) }) else { return }
            let now = doors.now()
            try await database.write { try Self.takeBatch($0, now: now) }
        }
    }

    private static func isBehind(_ db: any Connection) throws -> Bool {
        if try newestEvent(db) != marked(db) { return true }
        return try db.first("SELECT 1 AS one FROM run WHERE id > ? LIMIT 1", [newestText(db)]) != nil
    }

    /// Rows of events are numbered as they are written. PostgreSQL has no such number of its own: it gets a column.
    private static func newestEvent(_ db: any Connection) throws -> Int64 {
        try db.first("SELECT coalesce(max(rowid), 0) AS n FROM run_event")?.integer("n") ?? 0
    }

    private static func marked(_ db: any Connection) throws -> Int64 {
        try db.first("SELECT value FROM setting WHERE name = ?", [mark]).flatMap { Int64(try $0.text("value")) } ?? 0
    }

    private static func newestText(_ db: any Connection) throws -> String {
        try db.first("SELECT coalesce(max(run_id), '') AS id FROM run_text")?.text("id") ?? ""
    }

    private static func takeBatch(_ db: any Connection, now: Int64) throws {
        var from = try marked(db)
        // A restored or compacted database may have numbered its events anew.
        if try newestEvent(db) < from { from = 0 }
        let events = try db.query(
            "SELECT rowid AS n, run_id FROM run_event WHERE rowid > ? ORDER BY rowid LIMIT ?", [from, batchRunsMax])
        let new = try db.query(
            "SELECT id FROM run WHERE id > ? ORDER BY id LIMIT ?", [newestText(db), batchRunsMax])
        var names: [String: String] = [:]
        for id in Set(try events.map { try $0.text("run_id") } + new.map { try $0.text("id") }).sorted() {
            guard let run = try RunStore(db: db).find(id) else { continue }
            if names[run.configHash] == nil { names[run.configHash] = try agentName(run, db) }
            try db.execute(
                """
                INSERT INTO run_text (run_id, words) VALUES (?, ?)
                ON CONFLICT (run_id) DO UPDATE SET words = excluded.words
                """, [id, words(run, agent: names[run.configHash] ?? "")])
        }
        try SettingStore(db: db).put(mark, "\(try events.last?.integer("n") ?? from)", now: now)
    }

    private static func agentName(_ run: RunRecord, _ db: any Connection) throws -> String {
        let body = try db.first("SELECT body FROM agent_config WHERE sha256 = ?", [run.configHash])?.text("body")
        return body.flatMap { try? JSONValue.parse(Array($0.utf8)) }?["display_name"]?.string ?? ""
    }

    /// What would not be shown is not found either.
    private static func words(_ run: RunRecord, agent: String) -> String {
        let shown = [
            run.id, run.agent, agent, run.clientSlug, run.clientName, run.taskID, run.taskTitle, run.headline,
            run.cause?.sentence,
        ].compactMap(\.self)
        return RunWordsSearch.folded(String(Outgoing.clean(shown.joined(separator: "\n")).prefix(charactersMax)))
    }
}

/// A search as somebody typed it: words, each of which must be somewhere in what is seen of a run. Letters are compared
/// without their case and accents. There are no wildcards: every character means itself.
package struct RunWordsSearch: Sendable, Hashable {
    package static let charactersMax = 200
    static let wordsMax = 8
    let words: [String]

    /// Nil when there is nothing to look for.
    package init?(_ text: String?) {
        let folded = Self.folded(String((text ?? "").prefix(Self.charactersMax)))
        words = folded.split(whereSeparator: \.isWhitespace).prefix(Self.wordsMax).map(String.init)
        if words.isEmpty { return nil }
    }

    static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }

    /// All of them in what a column holds. PostgreSQL calls `instr` `strpos`.
    func contained(in column: String) -> String {
        words.map { _ in "instr(\(column), ?) > 0" }.joined(separator: " AND ")
    }

    /// On rows of `run` that something else has found.
    var condition: String {
        "EXISTS (SELECT 1 FROM run_text WHERE run_text.run_id = run.id AND \(direct))"
    }

    /// On rows of `run_text`, joined with `run`, where nothing else finds the rows.
    var direct: String { contained(in: "run_text.words") }
    var values: [any SQLBindable] { words }
}

extension RunDesk {
    var texts: RunTexts { RunTexts(database: database, doors: doors) }
}
