import BureauDomain
import BureauEngine

/// What a change changed: the members that differ, each as "role: viewer". All of them where only one side is known.
struct AuditWords {
    let before: String
    let after: String
    static let charactersMax = 400

    init(_ entry: AuditEntry) {
        let (old, new) = (Self.members(entry.before), Self.members(entry.after))
        before = Self.words(old, unlike: new)
        after = Self.words(new, unlike: old)
    }

    private static func words(_ value: JSONValue) -> String {
        if value == .null { return "none" }
        return value.array.map { $0.map(words).joined(separator: ", ") } ?? value.string ?? value.compact
    }

    private static func members(_ json: String?) -> JSONObject? {
        json.flatMap { try? JSONValue.parse(Array($0.utf8)).object }
    }

    private static func words(_ members: JSONObject?, unlike other: JSONObject?) -> String {
        let kept = (members?.members ?? []).filter { other == nil || other?[$0.key] != $0.value }
        let lines = kept.map { "\($0.key.replacing("_", with: " ")): \(words($0.value))" }
        return String(lines.joined(separator: ", ").prefix(charactersMax))
    }
}
