/// Custom field values are written in one shape and read back in another; this is the step between.
enum ClickUpFieldValue {
    /// The value as it will be read. Throws what ClickUp answers when the value does not fit the field's type.
    static func stored(_ value: JSON, for field: ClickUpField) throws(ClickUpRefusal) -> JSON {
        switch (field.type, value) {
        case (_, .null): return value
        case ("short_text", .string), ("text", .string), ("email", .string), ("phone", .string): return value
        case ("url", .string(let text)) where text.hasPrefix("http://") || text.hasPrefix("https://"): return value
        // Numbers come back as strings.
        case ("number", .int(let number)): return .string(String(number))
        case ("number", .double(let number)): return .string(String(number))
        case ("date", .int(let milliseconds)): return .string(String(milliseconds))
        case ("checkbox", .bool): return value
        case ("drop_down", .string(let optionID)):
            // Written as an option's id, read as its place in the list.
            guard let option = field.options.first(where: { $0.id == optionID }) else { throw unfit(field) }
            return .int(option.orderindex)
        case ("labels", .array(let ids)):
            let known = Set(field.options.map(\.id))
            guard ids.allSatisfy({ $0.string.map(known.contains) ?? false }) else { throw unfit(field) }
            return value
        case ("location", .object(let members)):
            guard members["location"]?["lat"] != nil, members["location"]?["lng"] != nil,
                members["formatted_address"]?.string != nil
            else { throw unfit(field) }
            return value
        default: throw unfit(field)
        }
    }

    /// Text for a person, for the board page.
    static func text(_ value: JSON?, of field: ClickUpField) -> String {
        switch (field.type, value) {
        case (_, nil), (_, .null): ""
        case ("drop_down", .int(let index)): field.options.first { $0.orderindex == Int(index) }?.name ?? "?"
        case ("labels", .array(let ids)):
            ids.compactMap { id in field.options.first { $0.id == id.string }?.name }.joined(separator: ", ")
        case ("location", let place?): place["formatted_address"]?.string ?? ""
        case ("date", .string(let milliseconds)):
            Int(milliseconds).map { String(SandboxClock.readable(milliseconds: $0).prefix(10)) } ?? milliseconds
        case (_, .string(let text)): text
        case (_, .bool(let flag)): flag ? "yes" : "no"
        case (_, let other?): other.text
        }
    }

    private static func unfit(_ field: ClickUpField) -> ClickUpRefusal {
        ClickUpRefusal(status: 400, message: "Value does not fit the field \(field.name)", code: "FIELD_011")
    }
}
