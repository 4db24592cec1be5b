import BureauDomain
import BureauEngine
import Foundation

/// What a change changed: the members that differ, each as "role: viewer". All of them where only one side is known.
struct AuditWords {
    let before: String
    let after: String
    static let charactersMax = 400
    /// Differs with every change, and the row says when that was.
    static let noise = "updated_at"
    private static let momentBytesMax = 30

    /// With a clock as people read it; without one moments stay as they are kept, for programs.
    init(_ entry: AuditEntry, in clock: PageClock? = nil) {
        let (old, new) = (Self.members(entry.before), Self.members(entry.after))
        before = Self.words(old, unlike: new, clock)
        after = Self.words(new, unlike: old, clock)
    }

    private static func words(_ value: JSONValue) -> String {
        if value == .null { return "none" }
        return value.array.map { $0.map(words).joined(separator: ", ") } ?? value.string ?? value.compact
    }

    private static func members(_ json: String?) -> JSONObject? {
        json.flatMap { try? JSONValue.parse(Array($0.utf8)).object }
    }

    private static func words(_ members: JSONObject?, unlike other: JSONObject?, _ clock: PageClock?) -> String {
        var changed = JSONObject()
        for member in members?.members ?? [] where other == nil || other?[member.key] != member.value {
            changed[member.key] = member.value
        }
        if let clock { changed = told(changed, clock) }
        let lines = changed.members.map { "\($0.key.replacing("_", with: " ")): \(words($0.value))" }
        return String(lines.joined(separator: ", ").prefix(charactersMax))
    }

    private static func told(_ object: JSONObject, _ clock: PageClock) -> JSONObject {
        JSONObject(object.members.filter { $0.key != noise }.map { ($0.key, told($0.value, clock)) })
    }

    /// With every moment in it as pages write it; JSON that is read is not deep enough to run out of stack.
    private static func told(_ value: JSONValue, _ clock: PageClock) -> JSONValue {
        switch value {
        case .string(let text): .string(moment(text).map(clock.absolute) ?? text)
        case .array(let items): .array(items.map { told($0, clock) })
        case .object(let object): .object(told(object, clock))
        case .null, .bool, .number: value
        }
    }

    /// Milliseconds of "2026-11-22T18:05:30.901Z", with or without fractions; nil for every other text.
    private static func moment(_ text: String) -> Int64? {
        guard text.utf8.count <= momentBytesMax, text.hasSuffix("Z"), text.contains("T") else { return nil }
        let styles = [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()]
        let date = styles.lazy.compactMap { try? Date(text, strategy: $0) }.first
        return date.map { Int64($0.timeIntervalSince1970 * 1_000) }
    }
}
