import Foundation

/// Custom field values are kept as they are written; here they are checked, and turned into what is read.
enum AsanaFieldValue {
    /// Nil clears the field.
    static func stored(_ value: JSON, for field: AsanaField, people: Set<String>) throws(AsanaRefusal) -> JSON? {
        let enabled = Set(field.options.filter(\.isEnabled).map(\.gid))
        switch (field.type, value) {
        case (_, .null): return nil
        case ("text", .string(let text)): return text.isEmpty ? nil : value
        case ("number", .int), ("number", .double): return value
        case ("number", .string(let text)):
            guard let number = Double(text), number.isFinite else { throw unfit(field) }
            return .double(number)
        case ("enum", .string(let gid)) where enabled.contains(gid): return value
        case ("multi_enum", .array(let gids)) where gids.allSatisfy({ enabled.contains($0.string ?? "") }):
            return gids.isEmpty ? nil : value
        case ("people", .array(let gids)) where gids.allSatisfy({ people.contains($0.string ?? "") }):
            return gids.isEmpty ? nil : value
        case ("date", .object(let members)):
            if let day = members["date"]?.string, members.count == 1, AsanaTime.isDay(day) { return value }
            if let time = members["date_time"]?.string, members.count == 1, AsanaTime.milliseconds(time) != nil {
                return value
            }
            throw unfit(field)
        default: throw unfit(field)
        }
    }

    private static func unfit(_ field: AsanaField) -> AsanaRefusal {
        .invalid("custom_fields: Value does not fit the \(field.type) field \(field.gid)")
    }

    /// Text for people.
    static func display(_ value: JSON?, of field: AsanaField, people: [AsanaPerson]) -> String? {
        switch (field.type, value) {
        case (_, nil): nil
        case ("text", .string(let text)): text
        case ("enum", .string(let gid)): field.options.first { $0.gid == gid }?.name
        case ("multi_enum", .array(let gids)):
            gids.compactMap { gid in field.options.first { $0.gid == gid.string }?.name }.joined(separator: ", ")
        case ("people", .array(let gids)):
            gids.compactMap { gid in people.first { $0.gid == gid.string }?.name }.joined(separator: ", ")
        case ("date", let date?): date["date"]?.string ?? date["date_time"]?.string
        case (_, let other?): other.text
        }
    }

    /// A field with its value, as a task gives it; without one as a project gives it.
    static func json(_ field: AsanaField, value: JSON?, isOnTask: Bool, people: [AsanaPerson]) -> JSON {
        let options = field.options.map(option)
        var members: [String: JSON] = [
            "gid": .string(field.gid), "resource_type": "custom_field", "name": .string(field.name),
            "resource_subtype": .string(field.type), "type": .string(field.type),
        ]
        if ["enum", "multi_enum"].contains(field.type) { members["enum_options"] = .array(options) }
        guard isOnTask else { return .object(members) }
        members["enabled"] = true
        members["display_value"] = JSON(display(value, of: field, people: people))
        switch field.type {
        case "text": members["text_value"] = value ?? .null
        case "number": members["number_value"] = value ?? .null
        case "enum": members["enum_value"] = field.options.first { $0.gid == value?.string }.map(option) ?? .null
        case "multi_enum":
            let chosen = Set((value?.array ?? []).compactMap(\.string))
            members["multi_enum_values"] = .array(field.options.filter { chosen.contains($0.gid) }.map(option))
        case "people":
            let chosen = Set((value?.array ?? []).compactMap(\.string))
            members["people_value"] = .array(people.filter { chosen.contains($0.gid) }.map(AsanaRender.person))
        case "date": members["date_value"] = value ?? .null
        default: break
        }
        return .object(members)
    }

    private static func option(_ option: AsanaOption) -> JSON {
        [
            "gid": .string(option.gid), "resource_type": "enum_option", "name": .string(option.name),
            "enabled": .bool(option.isEnabled), "color": .string(option.color),
        ]
    }
}
