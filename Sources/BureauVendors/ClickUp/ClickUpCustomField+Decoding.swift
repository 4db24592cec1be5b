import Foundation

extension ClickUpCustomField: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, name, type, value
        case typeConfig = "type_config"
    }

    private struct TypeConfig: Decodable {
        let options: [Option]
        let currency: String?
        enum CodingKeys: String, CodingKey {
            case options
            case currency = "currency_type"
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            options = fields.list(Option.self, .options) ?? []
            currency = fields.text(.currency)
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        name = fields.text(.name) ?? ""
        type = fields.text(.type) ?? ""
        let config = fields.lenient(TypeConfig.self, .typeConfig)
        options = config?.options ?? []
        currency = type == "currency" ? config?.currency : nil
        value = ClickUpValue(fields.lenient(JSONValue.self, .value) ?? .null, type: type, options: options)
    }
}

extension ClickUpCustomField.Option: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, name, label
        case orderIndex = "orderindex"
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = fields.text(.id) ?? ""
        name = fields.text(.name) ?? fields.text(.label) ?? ""
        orderIndex = fields.text(.orderIndex)
    }
}

extension ClickUpValue {
    /// Reads a value by its field's type. ClickUp does not normalise values, so numbers may be text and text numbers.
    init(_ json: JSONValue, type: String, options: [ClickUpCustomField.Option]) {
        self =
            switch json {
            case .null: .none
            case .string(let text) where text.allSatisfy(\.isWhitespace): .none
            case .array(let items) where items.isEmpty: .none
            default: Self.known(json, type: type, options: options) ?? .raw(json)
            }
    }

    private static func known(_ json: JSONValue, type: String, options: [ClickUpCustomField.Option]) -> ClickUpValue? {
        switch type {
        case "short_text", "text", "url", "email", "phone": json.scalarText.map { .text($0) }
        case "number", "currency", "emoji": number(json).map { .number($0) }
        case "date":
            number(json).map { .date(Date(timeIntervalSince1970: NSDecimalNumber(decimal: $0).doubleValue / 1000)) }
        case "checkbox": flag(json).map { .flag($0) }
        case "drop_down": json.scalarText.flatMap { option($0, options) }.map { .options([$0]) }
        case "labels": list(json).map { .options($0.compactMap(\.scalarText).map { label($0, options) }) }
        case "users": list(json).map { .users($0.compactMap(user)) }
        case "tasks", "list_relationship": list(json).map { .tasks($0.compactMap(taskName)) }
        case "location": location(json)
        case "manual_progress", "automatic_progress": number(json["current"] ?? json).map { .number($0) }
        default: nil
        }
    }

    private static func number(_ json: JSONValue) -> Decimal? {
        switch json {
        case .number(let number): number
        case .string(let text):
            text.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
                ? Decimal(string: text, locale: nil) : nil
        case .null, .bool, .array, .object: nil
        }
    }

    private static func flag(_ json: JSONValue) -> Bool? {
        if case .bool(let flag) = json { return flag }
        return json.scalarText.flatMap { Bool($0.lowercased()) }
    }

    private static func list(_ json: JSONValue) -> [JSONValue]? {
        if case .array(let items) = json { items } else { nil }
    }

    /// Tasks carry the option's order index; webhooks, and some older tasks, its id.
    private static func option(_ value: String, _ options: [ClickUpCustomField.Option]) -> String? {
        (options.first { $0.orderIndex == value } ?? options.first { $0.id == value })?.name
    }

    /// A label that was deleted from the field since keeps its id, so that it does not vanish without a trace.
    private static func label(_ id: String, _ options: [ClickUpCustomField.Option]) -> String {
        options.first { $0.id == id }?.name ?? id
    }

    private static func user(_ json: JSONValue) -> ClickUpUser? {
        (try? JSONEncoder().encode(json)).flatMap { try? JSONDecoder().decode(ClickUpUser.self, from: $0) }
    }

    private static func taskName(_ json: JSONValue) -> String? {
        json["name"]?.scalarText ?? json["id"]?.scalarText ?? json.scalarText
    }

    private static func location(_ json: JSONValue) -> ClickUpValue? {
        let latitude = json["location"]?["lat"].flatMap(number)
        let longitude = json["location"]?["lng"].flatMap(number)
        let address = json["formatted_address"]?.scalarText
        guard address != nil || latitude != nil else { return nil }
        func double(_ number: Decimal?) -> Double? { number.map { NSDecimalNumber(decimal: $0).doubleValue } }
        return .location(address: address, latitude: double(latitude), longitude: double(longitude))
    }
}
