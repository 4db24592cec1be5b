package import Foundation

/// A custom field of a List, or of a task with its value.
package struct ClickUpCustomField: Hashable, Sendable {
    package struct Option: Hashable, Sendable {
        package let id: String
        /// `name` of drop-downs, `label` of label fields.
        package let name: String
        /// Drop-down values are read as this number; documented both as number and as text.
        package let orderIndex: String?
    }

    package let id: String
    package let name: String
    /// ClickUp's own word: "short_text", "drop_down", …
    package let type: String
    package let options: [Option]
    package let currency: String?
    /// As read; `.null` when unset.
    package let value: ClickUpValue
}

/// A field's value as decoded from the API, by the field's type.
package enum ClickUpValue: Hashable, Sendable {
    case none
    case text(String)
    case number(Decimal)
    case flag(Bool)
    case date(Date)
    /// Chosen options' names: one for a drop-down, any number for labels.
    case options([String])
    case users([ClickUpUser])
    /// Linked tasks' names (ids where a name is missing).
    case tasks([String])
    case location(address: String?, latitude: Double?, longitude: Double?)
    /// A type or shape this client does not know, as received.
    case raw(JSONValue)
}

extension ClickUpCustomField {
    /// The value for people and prompts; nil when the field counts as missing: absent, null, empty or only white space.
    /// Dates are days, with the time only when there is one; numbers have no grouping. A day is the one where people are:
    /// `secondsEast` tells how far east of UTC at an instant in seconds.
    package func text(secondsEast: (Int) -> Int) -> String? {
        let text: String? =
            switch value {
            case .none: nil
            case .text(let text): text
            case .number(let number): currency.map { "\(number) \($0)" } ?? "\(number)"
            case .flag(let flag): flag ? "true" : "false"
            case .date(let date): Self.dateText(date, secondsEast)
            case .options(let names), .tasks(let names): names.joined(separator: ", ")
            case .users(let users): users.map(Self.userText).joined(separator: ", ")
            case .location(let address, let latitude, let longitude):
                address ?? latitude.flatMap { latitude in longitude.map { "\(latitude), \($0)" } }
            case .raw(let value): Self.rawText(value)
            }
        guard let trimmed = text?.trimmingCharacters(in: .whitespacesAndNewlines), !trimmed.isEmpty else { return nil }
        return trimmed
    }

    /// What writing these words takes: the words themselves, an option's id, numbers and flags as such, a day such as
    /// "2026-05-22". Several labels stand between commas. Nil when the field has no such option, or a type whose values
    /// words cannot give.
    package func input(_ words: String?) -> JSONValue? {
        guard let words else { return .null }
        switch type {
        case "drop_down": return option(words).map { .string($0) }
        case "labels": return labels(words).map { .array($0.map { .string($0) }) }
        case "date": return Self.date(words).map { .number(Decimal(Int64($0.timeIntervalSince1970 * 1_000))) }
        case "number", "currency": return Decimal(string: words, locale: nil).map { .number($0) }
        case "checkbox": return Bool(words.lowercased()).map { .bool($0) }
        case "short_text", "text", "url", "email", "phone": return .string(words)
        default: return nil
        }
    }

    /// Whether it says these words already; labels in any order.
    package func says(_ words: String?) -> Bool {
        guard let words else { return text == nil }
        switch (type, value) {
        case ("drop_down", .options(let names)):
            return option(words).map { names.compactMap(option).contains($0) } ?? false
        case ("labels", .options(let names)):
            return labels(words).map { Set($0) == Set(names.compactMap(option)) } ?? false
        case ("date", .date(let date)):
            return Self.date(words).map { Self.dateText($0) { _ in 0 } == Self.dateText(date) { _ in 0 } } ?? false
        default: return text == words
        }
    }

    private func option(_ words: String) -> String? {
        let wanted = ClickUpName.folded(words)
        return options.first { ClickUpName.folded($0.name) == wanted }?.id
    }

    /// One label may have a comma in its name. Nil when one of them is not there.
    private func labels(_ words: String) -> [String]? {
        if let only = option(words) { return [only] }
        let ids = words.split(separator: ",").map { option(String($0)) }
        return ids.isEmpty || ids.contains(nil) ? nil : ids.compactMap(\.self)
    }

    /// A day is written as its noon in UTC, which is the same day nearly everywhere.
    private static func date(_ words: String) -> Date? {
        if let day = try? Date(words, strategy: .iso8601.year().month().day()), words.utf8.count == 10 {
            return day.addingTimeInterval(12 * 3_600)
        }
        return try? Date(words, strategy: .iso8601)
    }

    private static func userText(_ user: ClickUpUser) -> String {
        switch (user.username, user.email) {
        case (let name?, let email?): "\(name) <\(email)>"
        case (let name?, nil): name
        case (nil, let email?): email
        case (nil, nil): String(user.id)
        }
    }

    /// A date without a time is stored as 04:00 in its writer's zone, so only the day is meant whenever the minutes
    /// are nought; showing a time there would invent one.
    private static func dateText(_ date: Date, _ secondsEast: (Int) -> Int) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        let east = secondsEast(seconds)
        guard (seconds + east) % 3600 == 0 else { return date.formatted(.iso8601) }
        return date.addingTimeInterval(Double(east)).formatted(.iso8601.year().month().day())
    }

    /// With days as in UTC.
    package var text: String? { text { _ in 0 } }

    private static func rawText(_ value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .array(let items) where items.isEmpty: nil
        case .object(let members) where members.isEmpty: nil
        case .string, .number: value.scalarText
        case .bool(let flag): flag ? "true" : "false"
        case .array, .object:
            (try? RequestJSON.encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}

extension ClickUpTask {
    /// `field` as text, or nil when the task does not have it or it counts as missing.
    package func text(of field: String) -> String? { self.field(field)?.text }
}
