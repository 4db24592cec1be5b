import Foundation

/// Puts a run's payload together from whatever source has the fields: a task, a client's record, a file.
package enum PayloadAssembly: Hashable, Sendable {
    /// Required fields first, then the optional ones that were there, each in the config's order.
    case complete(JSONObject)
    /// The required names without a value, in the config's order. A value that is absent, null, empty, only spaces,
    /// or a list of such is no value.
    case missing([String])

    /// Fields whose value is a list however it was written: one entry a line (bullets and numbers are dropped), or,
    /// on a single line, separated by commas.
    package static let listFields: Set<String> = [
        "service_area_cities", "seed_keywords", "competitors", "priority_services_ranked", "business_usps",
    ]

    package static func assemble(
        required: [String], optional: [String], lookup: (String) -> JSONValue?
    ) -> PayloadAssembly {
        var payload = JSONObject()
        var missing: [String] = []
        for name in required {
            if let value = lookup(name).flatMap({ normalized($0, isList: listFields.contains(name)) }) {
                payload[name] = value
            } else {
                missing.append(name)
            }
        }
        guard missing.isEmpty else { return .missing(missing) }
        for name in optional {
            payload[name] = lookup(name).flatMap { normalized($0, isList: listFields.contains(name)) }
        }
        return .complete(payload)
    }

    /// The value without what only looks like one; nil when nothing is left.
    private static func normalized(_ value: JSONValue, isList: Bool) -> JSONValue? {
        switch value {
        case .null: return nil
        case .bool, .number: return isList ? .array([value]) : value
        case .object(let object): return object.isEmpty ? nil : value
        case .array(let items):
            let kept = items.compactMap { normalized($0, isList: false) }
            return kept.isEmpty ? nil : .array(kept)
        case .string(let text):
            if isList {
                let entries = entries(text)
                return entries.isEmpty ? nil : .array(entries.map(JSONValue.string))
            }
            let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
            return trimmed.isEmpty ? nil : .string(trimmed)
        }
    }

    /// "Columbus, OH\nDublin, OH" is two entries; "ceramic coating, detailing" is two as well.
    static func entries(_ text: String) -> [String] {
        let lines = text.split(whereSeparator: \.isNewline).map(withoutBullet).filter { !$0.isEmpty }
        guard lines.count == 1, let line = lines.first else { return lines }
        return line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// "- city", "• city", "1. city" and "2) city" are all "city"; "24 hour service" stays.
    private static func withoutBullet(_ line: Substring) -> String {
        let text = line.trimmingCharacters(in: .whitespaces)
        var rest = text[...]
        if let first = rest.first, "-*•–".contains(first) {
            rest = rest.dropFirst()
        } else {
            let number = rest.prefix { $0.isASCII && $0.isNumber }
            let mark = rest.dropFirst(number.count).first
            guard 1...3 ~= number.count, mark == "." || mark == ")" else { return text }
            rest = rest.dropFirst(number.count + 1)
        }
        guard rest.isEmpty || rest.first == " " || rest.first == "\t" else { return text }
        return rest.trimmingCharacters(in: .whitespaces)
    }
}
