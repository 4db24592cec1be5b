import BureauDomain
import BureauStorage

/// Which part of the queue is meant.
package struct QueueFilter: Sendable, Hashable {
    /// Whole ids, or their first characters (at least six).
    package var ids: [String] = []
    package var agent: String?
    package var client: String?
    package var cause: String?
    /// Clients that may be seen; nil for all. What has no client is everybody's.
    package var visible: Set<String>?
    package var limit = 100
    /// Only what was set aside before this.
    package var before: Place?

    /// Where one dead letter stands in the list.
    package struct Place: Sendable, Hashable, CustomStringConvertible {
        let parkedAt: Int64, id: String
        package init(_ letter: DeadLetter) { (parkedAt, id) = (letter.parkedAt, letter.id) }
        /// As `description` tells it.
        package init?(_ text: String) {
            let parts = text.split(separator: "-", maxSplits: 1)
            guard parts.count == 2, let parkedAt = Int64(parts[0]) else { return nil }
            (self.parkedAt, id) = (parkedAt, String(parts[1]))
        }
        package var description: String { "\(parkedAt)-\(id)" }
    }

    package init() {}
    package static let limitMax = 10_000
}

extension QueueFilter {
    /// A further condition on a column of clients, with its values; nothing for whoever sees all of them.
    func seen(_ column: String) -> (text: String, values: [any SQLBindable]) {
        guard let visible else { return ("", []) }
        let marks = Array(repeating: "?", count: visible.count).joined(separator: ", ")
        return (" AND (\(column) IS NULL OR \(column) IN (\(marks)))", visible.sorted())
    }

    /// The same for the ids that are meant, so that a limit counts these alone; "~" sorts behind all that is in an id.
    func named(_ column: String) -> (text: String, values: [any SQLBindable]) {
        guard !ids.isEmpty else { return ("", []) }
        let long = ids.filter { $0.count >= 6 }.map { JSONValue.string($0.uppercased()) }
        let text = """
             AND EXISTS (SELECT 1 FROM json_each(?) AS meant
                WHERE \(column) BETWEEN meant.value AND meant.value || '~')
            """
        return (text, [JSONValue.array(long).compact])
    }
}
