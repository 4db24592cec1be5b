/// `opt_fields`: the paths a caller named. Only they come, and the gid.
struct AsanaFieldMask: Sendable {
    static let pathsMax = 200
    private var inner: [String: AsanaFieldMask] = [:]

    private init() {}

    /// Reads "name,assignee.name". Nil when there are more paths than a caller could mean, or one is empty.
    init?(_ text: String) {
        let paths = text.split(separator: ",", omittingEmptySubsequences: false)
        guard paths.count <= Self.pathsMax else { return nil }
        for path in paths {
            let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard names.allSatisfy({ !$0.isEmpty }), names.count <= 8 else { return nil }
            add(names[...])
        }
    }

    init(names: some Sequence<String>) { for name in names { inner[name] = AsanaFieldMask() } }

    private mutating func add(_ names: ArraySlice<String>) {
        guard let first = names.first else { return }
        inner[first, default: AsanaFieldMask()].add(names.dropFirst())
    }

    func applied(to json: JSON) -> JSON {
        switch json {
        case .array(let items): return .array(items.map(applied))
        case .object(let members):
            guard !inner.isEmpty else { return Self.compacted(members) }
            var picked: [String: JSON] = [:]
            picked["gid"] = members["gid"]
            for (name, mask) in inner { picked[name] = members[name].map(mask.applied) }
            return .object(picked)
        case .null, .bool, .int, .double, .string: return json
        }
    }

    /// A thing inside of another comes compact unless more of it was named.
    private static func compacted(_ members: [String: JSON]) -> JSON {
        var members = members
        if members["resource_type"]?.string == "user" { members["email"] = nil }
        return .object(members.mapValues { AsanaFieldMask().applied(to: $0) })
    }
}

/// What comes of a kind of thing when a caller names no fields.
struct AsanaKind: Sendable {
    /// In lists.
    let compact: [String]
    /// Only when they are named, even if one thing is asked for.
    var named: [String] = []

    static let plain = AsanaKind(compact: ["gid", "resource_type", "name"])
    static let task = AsanaKind(
        compact: ["gid", "resource_type", "name", "resource_subtype"], named: ["html_notes", "assigned_by"])
    static let story = AsanaKind(
        compact: ["gid", "resource_type", "created_at", "created_by", "resource_subtype", "text", "type"],
        named: ["html_text"])
    static let attachment = AsanaKind(compact: ["gid", "resource_type", "name", "resource_subtype"])
    static let webhook = AsanaKind(compact: ["gid", "resource_type", "active", "resource", "target"])
    static let setting = AsanaKind(
        compact: ["gid", "resource_type", "custom_field", "is_important", "parent", "project"])

    func one(_ whole: JSON, _ mask: AsanaFieldMask?) -> JSON {
        if let mask { return mask.applied(to: whole) }
        return AsanaFieldMask(names: (whole.object ?? [:]).keys.filter { !named.contains($0) }).applied(to: whole)
    }

    func listed(_ whole: JSON, _ mask: AsanaFieldMask?) -> JSON {
        (mask ?? AsanaFieldMask(names: compact)).applied(to: whole)
    }
}
