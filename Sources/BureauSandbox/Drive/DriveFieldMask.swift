/// The `fields` parameter: `id,name,capabilities(canAddChildren),files/id,*`. Applied to a whole answer.
struct DriveFieldMask {
    indirect enum Node { case all, some([String: Node]) }
    let root: Node

    /// - Parameter known: the members the answer can have, by the path they hang from ("" for the top). A path that is
    ///   not listed takes any member.
    init(_ text: String, known: [String: Set<String>]) throws(DriveRefusal) {
        var rest = text[...]
        root = try Self.list(&rest, path: "", known: known)
        guard rest.isEmpty else { throw Self.wrong(text) }
    }

    private static func wrong(_ text: some StringProtocol) -> DriveRefusal {
        .badParameter("Invalid field selection \(text)", at: "fields")
    }

    private static func list(
        _ rest: inout Substring, path: String, known: [String: Set<String>]
    ) throws(DriveRefusal) -> Node {
        var members: [String: Node] = [:], isAll = false
        repeat {
            if rest.first == "," { rest = rest.dropFirst() }
            let name = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "*" })
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, name == "*" || known[path]?.contains(name) ?? true else {
                throw wrong(name.isEmpty ? String(rest) : name)
            }
            let below = path.isEmpty ? name : "\(path)/\(name)"
            var node = Node.all
            if rest.first == "(" {
                rest = rest.dropFirst()
                node = try list(&rest, path: below, known: known)
                guard rest.first == ")" else { throw wrong(rest) }
                rest = rest.dropFirst()
            } else if rest.first == "/" {
                rest = rest.dropFirst()
                node = try single(&rest, path: below, known: known)
            }
            if name == "*" { isAll = true } else { members[name] = merged(members[name], node) }
        } while rest.first == ","
        return isAll ? .all : .some(members)
    }

    /// The one member after a slash.
    private static func single(
        _ rest: inout Substring, path: String, known: [String: Set<String>]
    ) throws(DriveRefusal) -> Node {
        let end = rest.firstIndex { $0 == "," || $0 == ")" } ?? rest.endIndex
        var piece = rest[..<end]
        // A parenthesis that opens inside the piece belongs to it.
        if piece.contains("("), let close = rest.firstIndex(of: ")") { piece = rest[...close] }
        rest = rest[piece.endIndex...]
        return try list(&piece, path: path, known: known)
    }

    private static func merged(_ old: Node?, _ new: Node) -> Node {
        guard case .some(let left)? = old, case .some(let right) = new else { return old == nil ? new : .all }
        return .some(left.merging(right) { merged($0, $1) })
    }

    func applied(to json: JSON) -> JSON { Self.apply(root, json) }

    private static func apply(_ node: Node, _ json: JSON) -> JSON {
        guard case .some(let members) = node else { return json }
        switch json {
        case .object(let object):
            return .object(
                Dictionary(
                    uniqueKeysWithValues: members.compactMap { name, node in
                        object[name].map { (name, apply(node, $0)) }
                    }))
        case .array(let items): return .array(items.map { apply(node, $0) })
        case .null, .bool, .int, .double, .string: return json
        }
    }
}
