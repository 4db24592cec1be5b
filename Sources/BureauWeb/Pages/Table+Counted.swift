extension Table {
    /// How many rows stood before a page, in its address beside the cursor.
    static let placeName = "row"
    private static let placeMax = 10_000_000

    /// Says which rows of the list these are, and has the next page go on counting. `total` is what a count found that
    /// went no further than one past `countedMax`.
    func counted(_ web: WebRequest, total: Int? = nil, countedMax: Int = .max) -> Table {
        guard !rows.isEmpty else { return self }
        let isFurther = web.query("before") != nil || web.query("after") != nil
        let before = isFurther ? Int(web.query(Self.placeName) ?? "").map { min(max($0, 0), Self.placeMax) } : 0
        guard let before else { return self }
        var table = self
        let end = before + rows.count
        table.showing = "Showing \(before + 1)-\(end) of \(Self.all(end, next != nil, total, countedMax))"
        table.next = next.map { "\($0)\($0.contains("?") ? "&" : "?")\(Self.placeName)=\(end)" }
        return table
    }

    private static func all(_ end: Int, _ hasMore: Bool, _ total: Int?, _ countedMax: Int) -> String {
        guard hasMore else { return "\(end)" }
        if let total, total <= countedMax { return "\(max(total, end + 1))" }
        return "more than \(total == nil ? end : max(end, countedMax))"
    }
}
