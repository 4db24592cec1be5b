import BureauDomain
import BureauStorage

/// How far somebody knows what has happened to runs: the last of all runs' events, and the newest run.
///
/// Nothing is written for it: events have a number in the order they were written, runs have their ids.
package struct ChangePlace: Sendable, Hashable, CustomStringConvertible {
    package let event: Int64
    package let run: String

    init(event: Int64, run: String) { (self.event, self.run) = (event, run) }

    /// As pages carry it, "123-1763726400000": of the newest run only its time, for it may be one the reader must not know.
    package var description: String { "\(event)-\(ULID.milliseconds(run) ?? 0)" }

    /// Whoever comes back may be told of the newest run once more.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let event = Int64(parts[0]), event >= 0, let milliseconds = Int64(parts[1]),
            (0..<(1 << 47)).contains(milliseconds)
        else { return nil }
        self.init(event: event, run: ULID.floor(milliseconds: milliseconds))
    }

    /// Whether whoever stands here knows all that somebody there knows.
    package func hasPassed(_ other: ChangePlace) -> Bool { event >= other.event && run >= other.run }
}

extension RunDesk {
    package static let changedMax = 200
    /// Whoever is further behind is told that much has changed, and not what.
    package static let behindMax: Int64 = 2_000
    package static let progressMax = 500

    package func changePlace() async throws -> ChangePlace {
        try await database.read { try Self.place($0) }
    }

    private static func place(_ db: any Connection) throws -> ChangePlace {
        // Rows are numbered as they are written. PostgreSQL has no such number of its own: it gets a column.
        ChangePlace(
            event: try db.first("SELECT coalesce(max(rowid), 0) AS n FROM run_event")?.integer("n") ?? 0,
            run: try db.first("SELECT coalesce(max(id), '') AS id FROM run")?.text("id") ?? "")
    }

    /// The runs that something has happened to since, each once, and how far that is. Nil when it is too much to tell, or
    /// when the events have been numbered anew: then the newest place is all there is to know.
    package func changed(since place: ChangePlace) async throws -> (ids: [String], place: ChangePlace)? {
        try await database.read { db in
            let newest = try Self.place(db)
            guard newest.event >= place.event, newest.event - place.event <= Self.behindMax else { return nil }
            let events = try db.query(
                "SELECT rowid AS n, run_id FROM run_event WHERE rowid > ? ORDER BY rowid LIMIT ?",
                [place.event, Self.changedMax])
            let runs = try db.query(
                "SELECT id FROM run WHERE id > ? ORDER BY id LIMIT ?", [place.run, Self.changedMax])
            let ids = Set(try events.map { try $0.text("run_id") } + runs.map { try $0.text("id") })
            return (
                ids.sorted(),
                ChangePlace(
                    event: try events.last?.integer("n") ?? place.event, run: try runs.last?.text("id") ?? place.run)
            )
        }
    }

    /// How far the runs at work are, in a line each that changes when they get further. That is no event of theirs.
    package func progress() async throws -> [String: String] {
        let rows = try await database.query(
            """
            SELECT id, spent_micro_usd, coalesce(last_event, '') AS last FROM run
            WHERE (state || '') IN ('starting', 'running', 'revising', 'collecting', 'delivering') LIMIT ?
            """, [Self.progressMax])
        return Dictionary(
            try rows.map { (try $0.text("id"), "\(try $0.integer("spent_micro_usd")) \(try $0.text("last"))") },
            uniquingKeysWith: { $1 })
    }

    /// Whether a search has more runs before it than it looks through.
    package func isSearchCut(_ listing: RunListing) async throws -> Bool {
        guard listing.isWide else { return false }
        return try await !database.query(
            "SELECT 1 AS one FROM run_text LIMIT 1 OFFSET ?", [RunListing.searchedMax]
        ).isEmpty
    }
}
