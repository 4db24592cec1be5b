import BureauEngine

/// In which order a list is shown: one of the ways that it has, as the address says. The links in its head lead to the
/// others.
struct ListOrder {
    struct Way: Hashable {
        /// As the address says it; empty for the usual one.
        let name: String
        /// The title of the column it goes by.
        let column: String
        let isDescending: Bool
        /// Whether what its column shows is in this order: names are sorted by their short form.
        var isTold = true
    }

    let list: String, ways: [Way], way: Way
    /// Where on its page the list stands, beginning with #.
    var anchor = ""

    /// A way that the list does not have is its usual one.
    init(_ web: WebRequest, _ list: String, usual: Way, _ others: Way...) {
        let all = [usual] + others
        (self.list, ways) = (list, all)
        way = all.first { $0.name == web.query("order") } ?? usual
    }

    /// What its places go by in a cursor: those of one order are nowhere in another.
    func cursorName(_ name: String) -> String { way.name.isEmpty ? name : "\(name).\(way.name)" }

    /// What a form of filters has to bring along.
    var field: Field { Field("order", "", .hidden, value: way.name) }

    func columns(_ columns: [Table.Column], _ web: WebRequest) -> [Table.Column] {
        columns.map { column in
            let own = ways.filter { $0.column == column.title }
            guard let first = own.first else { return column }
            var column = column
            let isHere = way.column == column.title
            if isHere, way.isTold { column.sort = way.isDescending ? "descending" : "ascending" }
            let next = isHere ? own.first { $0 != way } ?? first : first
            guard next != way else { return column }
            let name: String? = next.name.isEmpty ? nil : next.name
            column.address = web.address(list, changing: ["order": name, "before": nil, "after": nil]) + anchor
            return column
        }
    }
}

/// Lists by their ids, which an index holds: `before` one of them the newest come first, `after` it the oldest.
extension ListOrder {
    static func byID(_ web: WebRequest, _ list: String, _ column: String) -> ListOrder {
        ListOrder(
            web, list, usual: Way(name: "", column: column, isDescending: true),
            Way(name: "oldest", column: column, isDescending: false))
    }

    static func runs(_ web: WebRequest) -> ListOrder { byID(web, "/runs/", RunWords.orderedBy) }

    var isOldestFirst: Bool { !way.isDescending }
    var words: String { way.isDescending ? "newest first" : "oldest first" }
    var firstWord: String { way.isDescending ? "Newest" : "Oldest" }
    var nextWord: String { way.isDescending ? "Older" : "Newer" }
    private var cursorName: String { way.isDescending ? "before" : "after" }

    func cursor(_ web: WebRequest) -> String? { web.query(cursorName) }

    /// To another page of the same order.
    func changes(cursor id: String?) -> [String: String?] {
        var changes: [String: String?] = ["before": nil, "after": nil]
        changes.updateValue(id, forKey: cursorName)
        return changes
    }

    func sort(_ listing: inout RunListing, _ web: WebRequest) { sort(&listing, from: cursor(web)) }

    /// Going on behind the run with this id.
    func sort(_ listing: inout RunListing, from id: String?) {
        listing.isOldestFirst = isOldestFirst
        (listing.before, listing.after) = isOldestFirst ? (nil, id) : (id, nil)
    }
}

/// Lists that are usually by name: another way goes on after a value and a name, and says which way that was.
extension ListOrder {
    private static let mark: Character = "~"

    var isUsual: Bool { way.name.isEmpty }

    func place(_ value: String, _ name: String) -> String {
        isUsual ? name : "\(way.name)\(Self.mark)\(value)\(Self.mark)\(name)"
    }

    /// Nil at the beginning, and for a place in another order.
    func place(at after: String?) -> (value: String, name: String)? {
        guard let after else { return nil }
        let parts = after.split(separator: Self.mark, maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard !isUsual else { return parts.count == 1 ? ("", after) : nil }
        return parts.count == 3 && parts[0] == way.name ? (parts[1], parts[2]) : nil
    }
}
