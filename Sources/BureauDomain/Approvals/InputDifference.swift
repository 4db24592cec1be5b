/// One member of a call's input that is another one than in the version before.
package struct InputDifference: Hashable, Sendable {
    package let name: String
    /// Nil where there was none.
    package let before: JSONValue?
    /// Nil where there is none any more.
    package let after: JSONValue?

    /// What stands for the whole of an input that has no members.
    static let whole = "input"

    /// In the order of the newer one; what it has no more comes last. The order of members and the spelling of numbers
    /// make no difference.
    package static func between(_ old: String, _ new: String) -> [InputDifference] {
        let before = read(old), after = read(new)
        guard let was = before.object, let now = after.object else {
            return before.canonical == after.canonical
                ? [] : [InputDifference(name: whole, before: before, after: after)]
        }
        let changed = now.members.filter { was[$0.key]?.canonical != $0.value.canonical }
        let gone = was.members.filter { now[$0.key] == nil }
        return changed.map { InputDifference(name: $0.key, before: was[$0.key], after: $0.value) }
            + gone.map { InputDifference(name: $0.key, before: $0.value, after: nil) }
    }

    private static func read(_ input: String) -> JSONValue {
        (try? JSONValue.parse(Array(input.utf8))) ?? .string(input)
    }
}
