import Foundation

/// A custom field as it stands on one task. The gid is the field's own.
package struct AsanaCustomField: Hashable, Sendable, Decodable {
    package struct Option: Hashable, Sendable {
        package let gid: String
        package let name: String
        package let isEnabled: Bool
    }

    package let gid: String
    package let name: String
    /// "text", "number", "enum", "multi_enum", "date", "people", "reference", or one this client does not know.
    package let type: String
    package let options: [Option]
    /// Asana's own words for the value; nil when it is empty. Words for people, not for decisions.
    package let displayText: String?
    /// What reading it back gives in the words that `input` takes; nil when empty or of a type words cannot write.
    package let writtenText: String?

    private enum CodingKeys: String, CodingKey {
        case gid, name
        case type = "resource_subtype"
        case options = "enum_options"
        case display = "display_value"
        case text = "text_value"
        case number = "number_value"
        case choice = "enum_value"
        case choices = "multi_enum_values"
        case date = "date_value"
    }

    private struct DateValue: Decodable {
        let date: String?
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        gid = try fields.decode(String.self, forKey: .gid)
        name = fields.text(.name) ?? ""
        type = fields.text(.type) ?? ""
        options = fields.list(Option.self, .options) ?? []
        displayText = Self.filled(fields.text(.display))
        let written: String? =
            switch type {
            case "text": fields.text(.text)
            case "number": fields.lenient(Decimal.self, .number).map { "\($0)" }
            case "enum": fields.lenient(AsanaNamed.self, .choice)?.name
            case "multi_enum": fields.list(AsanaNamed.self, .choices)?.map(\.name).joined(separator: ", ")
            case "date": fields.lenient(DateValue.self, .date)?.date
            default: nil
            }
        writtenText = Self.filled(written)
    }

    private static func filled(_ text: String?) -> String? {
        guard let trimmed = text?.trimmingCharacters(in: .whitespacesAndNewlines), !trimmed.isEmpty else { return nil }
        return trimmed
    }
}

extension AsanaCustomField.Option: Decodable {
    private enum CodingKeys: String, CodingKey { case gid, name, enabled }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        gid = try fields.decode(String.self, forKey: .gid)
        name = fields.text(.name) ?? ""
        isEnabled = fields.flag(.enabled) ?? true
    }
}

extension AsanaCustomField {
    /// What writing these words takes; nil words clear the field. Nil when the field has no such option that is
    /// enabled, when the words are no number or day, or when words cannot give a value of its type.
    package func input(_ words: String?) -> JSONValue? {
        guard let words = Self.filled(words) else { return .null }
        switch type {
        case "text": return .string(words)
        case "number": return Self.number(words).map { .number($0) }
        case "enum": return option(words).map { .string($0.gid) }
        case "multi_enum":
            let names = words.split(separator: ",").map(String.init)
            let gids = names.compactMap { option($0)?.gid }
            return gids.count == names.count ? .array(gids.map { .string($0) }) : nil
        case "date": return Self.isDay(words) ? .object(["date": .string(words)]) : nil
        default: return nil
        }
    }

    /// Whether the field already says what these words would write.
    package func says(_ words: String?) -> Bool {
        guard let words = Self.filled(words), let written = writtenText else {
            return Self.filled(words) == nil && writtenText == nil
        }
        switch type {
        case "number": return Self.number(words) == Self.number(written)
        case "multi_enum": return Self.names(words) == Self.names(written)
        case "enum": return AsanaName.folded(words) == AsanaName.folded(written)
        default: return words == written
        }
    }

    private func option(_ name: String) -> Option? {
        let wanted = AsanaName.folded(name)
        return options.first { $0.isEnabled && AsanaName.folded($0.name) == wanted }
    }

    private static func names(_ words: String) -> Set<String> {
        Set(words.split(separator: ",").map { AsanaName.folded(String($0)) })
    }

    /// The whole of the words as a number; `Decimal` itself would take the beginning of "12 apples".
    private static func number(_ words: String) -> Decimal? {
        guard words.wholeMatch(of: /-?[0-9]{1,30}(\.[0-9]{1,6})?/) != nil else { return nil }
        return Decimal(string: words, locale: nil)
    }

    private static func isDay(_ words: String) -> Bool {
        guard words.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil else { return false }
        return (try? Date.ISO8601FormatStyle().year().month().day().parse(words)) != nil
    }
}
