extension JSON {
    /// A copy without the members whose value is nil, to build objects with optional members.
    static func compact(_ members: [String: JSON?]) -> JSON { .object(members.compactMapValues { $0 }) }

    /// A number as text, or null: the shape of most numbers in ClickUp's answers.
    static func text(_ value: (some LosslessStringConvertible)?) -> JSON { value.map { .string(String($0)) } ?? .null }

    /// The integer, or the integer in the string.
    var looseInt: Int? { int ?? string.flatMap { Int($0) } }
}
