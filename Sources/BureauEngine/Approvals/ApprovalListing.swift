package import BureauDomain
import BureauStorage

/// Which questions a list shows, newest first, and to whom.
package struct ApprovalListing: Sendable, Hashable {
    package var state: ApprovalState?
    package var run: String?
    /// Clients that may be seen; nil for all.
    package var visible: Set<String>?
    /// Cursor: only those before this id in the list.
    package var before: String?
    package var limit = 50

    package init(visible: Set<String>?) { self.visible = visible }
}

/// A list's conditions, put together.
struct Conditions {
    private(set) var text: [String] = []
    private(set) var values: [any SQLBindable] = []

    mutating func add(_ condition: String, _ more: [any SQLBindable] = []) {
        text.append(condition)
        values += more
    }

    /// Rows whose client may be seen, or that have none.
    mutating func add(visible: Set<String>?, of table: String = "run") {
        guard let visible else { return }
        let marks = Array(repeating: "?", count: visible.count).joined(separator: ", ")
        add("(\(table).client_slug IS NULL OR \(table).client_slug IN (\(marks)))", visible.sorted())
    }

    /// Equalities of which only the first that is asked for may find the rows by its index; a plus sign keeps the
    /// indexes of the others out, of which one might hold half of everything.
    mutating func add(foundBy equalities: [(column: String, value: String?)]) {
        let asked = equalities.compactMap { one in one.value.map { (one.column, $0) } }
        for (place, (column, value)) in asked.enumerated() {
            add("\(place == 0 ? "" : "+")\(column) = ?", [value])
        }
    }

    var clause: String { text.isEmpty ? "" : "WHERE " + text.joined(separator: " AND ") }
}

extension ApprovalDesk {
    package func list(_ listing: ApprovalListing) async throws -> [ApprovalRecord] {
        var conditions = Conditions()
        if let state = listing.state { conditions.add("approval.state = ?", [state.rawValue]) }
        if let run = listing.run { conditions.add("approval.run_id = ?", [run]) }
        if let before = listing.before { conditions.add("approval.id < ?", [before]) }
        conditions.add(visible: listing.visible)
        return try await database.query(
            """
            SELECT \(ApprovalStore.whole) FROM approval JOIN run ON run.id = approval.run_id \(conditions.clause)
            ORDER BY approval.id DESC LIMIT ?
            """, conditions.values + [min(max(listing.limit, 1), 1_000)]
        ).map(ApprovalStore.decode)
    }
}

extension AlertDesk {
    /// Newest first. Those about no run are everybody's.
    package func list(isAll: Bool, visible: Set<String>?, before: String?, limit: Int) async throws -> [AlertRecord] {
        var conditions = Conditions()
        if !isAll { conditions.add("alert.state = 'open'") }
        if let before { conditions.add("alert.id < ?", [before]) }
        conditions.add(visible: visible)
        return try await database.query(
            """
            SELECT alert.* FROM alert LEFT JOIN run ON run.id = alert.run_id \(conditions.clause)
            ORDER BY alert.id DESC LIMIT ?
            """, conditions.values + [min(max(limit, 1), 1_000)]
        ).map(AlertRecord.init)
    }
}

extension SignalDesk {
    /// Newest first. Those that made no run are everybody's.
    package func list(
        verdict: String?, agent: String?, visible: Set<String>?, before: String?, limit: Int
    ) async throws -> [SignalRecord] {
        var conditions = Conditions()
        if let verdict { conditions.add("signal.verdict = ?", [verdict]) }
        if let agent { conditions.add("signal.agent = ?", [agent]) }
        if let before { conditions.add("signal.id < ?", [before]) }
        conditions.add(visible: visible)
        let columns = SignalStore.columns.split(separator: ",").map { "signal.\($0.filter { !$0.isWhitespace })" }
        return try await database.query(
            """
            SELECT \(columns.joined(separator: ", ")) FROM signal LEFT JOIN run ON run.id = signal.run_id
            \(conditions.clause) ORDER BY signal.id DESC LIMIT ?
            """, conditions.values + [min(max(limit, 1), 1_000)]
        ).map(SignalRecord.init)
    }
}

extension ArtifactDesk {
    static let batchesMax = 20

    /// One page for somebody who sees some clients alone, and the id where the next begins; nil at the end.
    package func list(_ filter: ArtifactFilter, visible: Set<String>?) async throws -> (
        found: [ArtifactRecord], next: String?
    ) {
        let wanted = filter.limit
        var (filter, found, seen) = (filter, [ArtifactRecord](), 0)
        filter.limit = min(wanted + 1, ArtifactFilter.limitMax)
        while true {
            let batch = try await list(filter)
            seen += 1
            for artifact in batch {
                guard visible == nil || artifact.clientSlug.map({ visible?.contains($0) ?? true }) ?? true else {
                    continue
                }
                if found.count == wanted { return (found, found.last?.id) }
                found.append(artifact)
            }
            guard batch.count == filter.limit, let last = batch.last?.id else { return (found, nil) }
            guard seen < Self.batchesMax else { return (found, last) }
            filter.before = last
        }
    }
}
