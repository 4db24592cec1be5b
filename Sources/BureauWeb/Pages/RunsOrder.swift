import BureauEngine

/// In which order runs are listed. By their ids, which an index holds: any other order would walk through all there are.
enum RunsOrder: String {
    case newest = "", oldest

    init(_ web: WebRequest) { self = web.query("order").flatMap(Self.init(rawValue:)) ?? .newest }

    var caption: String { self == .newest ? "Runs, newest first" : "Runs, oldest first" }
    var firstWord: String { self == .newest ? "Newest" : "Oldest" }
    var nextWord: String { self == .newest ? "Older" : "Newer" }
    private var name: String { self == .newest ? "before" : "after" }

    func cursor(_ web: WebRequest) -> String? { web.query(name) }

    /// To another page of the same order.
    func changes(cursor id: String?) -> [String: String?] {
        var changes: [String: String?] = ["before": nil, "after": nil]
        changes.updateValue(id, forKey: name)
        return changes
    }

    func sort(_ listing: inout RunListing, _ web: WebRequest) {
        listing.isOldestFirst = self == .oldest
        (listing.before, listing.after) = self == .oldest ? (nil, cursor(web)) : (cursor(web), nil)
    }

    /// With a link at the moment runs were accepted, which turns the list around.
    func columns(_ web: WebRequest) -> [Table.Column] {
        RunWords.columns.map { column in
            guard column.title == RunWords.orderedBy else { return column }
            var column = column
            column.sort = self == .newest ? "descending" : "ascending"
            let turned = self == .newest ? Self.oldest.rawValue : nil
            column.address = web.address("/runs/", changing: ["order": turned, "before": nil, "after": nil])
            return column
        }
    }
}
