/// Which members a request body may and must have, and of what kind. A stand-in refuses what its vendor's published
/// contract does not name: a misspelt member that a lenient vendor ignores is a bug on our side all the same.
struct BodyShape: Sendable {
    enum Kind: Sendable {
        case string, integer, number, boolean, array, object, any
        indirect case orNull(Kind)

        func accepts(_ value: JSON) -> Bool {
            switch (self, value) {
            case (.any, _), (.string, .string), (.integer, .int), (.number, .int), (.number, .double),
                (.boolean, .bool), (.array, .array), (.object, .object), (.orNull, .null):
                true
            case (.orNull(let kind), _): kind.accepts(value)
            case (.string, _), (.integer, _), (.number, _), (.boolean, _), (.array, _), (.object, _): false
            }
        }
    }

    let members: [String: Kind]
    var required: [String] = []

    /// The first thing wrong with `body`, as a short sentence, or nil. Members are looked at in sorted order.
    func problem(in body: JSON) -> String? {
        guard case .object(let object) = body else { return "the body must be a JSON object" }
        for name in required where object[name] == nil { return "\(name) is required" }
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            guard let kind = members[name] else { return "\(name) is not a known member" }
            guard kind.accepts(value) else { return "\(name) is invalid" }
        }
        return nil
    }
}
