import Hummingbird

/// What every call may say in its address: which fields, which page.
struct AsanaQuery: Sendable {
    static let itemsMax = 100, unpagedMax = 1_000
    let fields: FormFields, path: String
    let mask: AsanaFieldMask?
    private let limit: Int?, start: Int

    init(_ request: Request) throws(AsanaRefusal) {
        fields = FormFields(request.uri.query ?? "")
        path = String(request.uri.path.dropFirst(AsanaStandIn.base.count))
        if let named = fields["opt_fields"], !named.isEmpty {
            guard let mask = AsanaFieldMask(named) else { throw .invalid("opt_fields: Not a list of field names") }
            self.mask = mask
        } else {
            mask = nil
        }
        if let text = fields["limit"] {
            guard let limit = Int(text), (1...Self.itemsMax).contains(limit) else {
                throw .invalid("limit: Must be between 1 and \(Self.itemsMax)")
            }
            self.limit = limit
        } else {
            limit = nil
        }
        guard let offset = fields["offset"] else {
            start = 0
            return
        }
        // An offset belongs to the list it was given out for.
        let head = Self.head(path, fields)
        guard offset.hasPrefix(head), let start = Int(offset.dropFirst(head.count), radix: 16), limit != nil else {
            throw .invalid("offset: Your pagination token has expired or is not valid")
        }
        self.start = start
    }

    subscript(_ name: String) -> String? { fields[name] }

    private static func head(_ path: String, _ fields: FormFields) -> String {
        let filters = fields.pairs.filter { !["offset", "limit", "opt_fields", "opt_pretty"].contains($0.name) }
        let words = path + filters.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "&")
        return String(hexHMAC(Array(words.utf8), secret: "offset").prefix(24))
    }

    func one(_ whole: JSON, _ kind: AsanaKind, status: Int = 200) -> AsanaAnswer {
        AsanaAnswer(json: ["data": kind.one(whole, mask)], status: status)
    }

    /// Without a limit a long list is cut.
    func list<Item>(_ items: [Item], _ kind: AsanaKind, _ render: (Item) -> JSON) -> AsanaAnswer {
        let page = items.dropFirst(start).prefix(limit ?? Self.unpagedMax)
        var next: JSON = nil
        if let limit, start + limit < items.count {
            let offset = Self.head(path, fields) + String(start + limit, radix: 16)
            let kept = fields.pairs.filter { $0.name != "offset" }.map { ($0.name, $0.value) }
            let address = "\(path)?\(FormFields.encode(kept + [("offset", offset)]))"
            next = [
                "offset": .string(offset), "path": .string(address),
                "uri": .string("https://app.asana.com/api/1.0\(address)"),
            ]
        }
        let rendered = page.map { kind.listed(render($0), mask) }
        return AsanaAnswer(json: ["data": .array(rendered), "next_page": next])
    }
}
