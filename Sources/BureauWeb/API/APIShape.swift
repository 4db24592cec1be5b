import BureauDomain
import Foundation

/// What a JSON value has to look like. The OpenAPI document is written from it and requests are checked against it, so
/// that the two cannot disagree.
indirect enum APIShape: Sendable {
    struct Field: Sendable {
        let name: String
        let shape: APIShape
        var isRequired = true
        var meaning = ""
    }

    /// Characters are Unicode scalars, as JSON Schema counts them. A pattern holds for the whole text.
    case text(ClosedRange<Int>, pattern: String?)
    case choice([String])
    case whole(ClosedRange<Int>)
    case amount(ClosedRange<Double>)
    case flag
    /// RFC 3339, UTC.
    case time
    case any
    case list(APIShape, most: Int)
    case nullable(APIShape)
    /// Without further members unless it is open.
    case object([Field], isOpen: Bool)
    /// One of `APISchemas.all`.
    case named(String)

    static func line(_ characters: ClosedRange<Int>) -> APIShape { .text(characters, pattern: nil) }
    /// One line as somebody types it: no control characters.
    static func plain(_ characters: ClosedRange<Int>) -> APIShape {
        let count = "{\(characters.lowerBound),\(characters.upperBound)}"
        return .text(characters, pattern: "^[^\\u0000-\\u001F\\u007F]\(count)$")
    }
    /// What an answer says; it has no length that anybody has to keep.
    static let words = APIShape.text(0...Int(Int32.max), pattern: nil)
    static let count = APIShape.whole(0...(1 << 53))
    static let id = APIShape.text(26...26, pattern: "^[0-9A-HJKMNP-TV-Z]{26}$")
    static let slug = APIShape.text(1...64, pattern: "^[a-z0-9-]{1,64}$")
    static let month = APIShape.text(7...7, pattern: "^20[0-9]{2}-(0[1-9]|1[0-2])$")
    static let cursor = APIShape.text(1...200, pattern: "^[A-Za-z0-9_-]{1,200}$")
}

extension APIShape {
    /// As JSON Schema 2020-12 has it, which OpenAPI 3.1 takes.
    var schema: JSONValue {
        switch self {
        case .text(let characters, let pattern): Self.textSchema(characters, pattern)
        case .choice(let names): ["type": "string", "enum": .array(names.map { .string($0) })]
        case .whole(let range):
            [
                "type": "integer", "minimum": .number(JSONNumber(range.lowerBound)),
                "maximum": .number(JSONNumber(range.upperBound)),
            ]
        case .amount(let range):
            [
                "type": "number", "minimum": JSONNumber(range.lowerBound).map { .number($0) } ?? 0,
                "maximum": JSONNumber(range.upperBound).map { .number($0) } ?? 0,
            ]
        case .flag: ["type": "boolean"]
        case .time: ["type": "string", "format": "date-time"]
        case .any: .object(JSONObject())
        case .list(let shape, let most):
            ["type": "array", "items": shape.schema, "maxItems": .number(JSONNumber(most))]
        case .nullable(let shape): ["anyOf": [shape.schema, ["type": "null"]]]
        case .object(let fields, let isOpen): Self.objectSchema(fields, isOpen)
        case .named(let name): ["$ref": .string("#/components/schemas/\(name)")]
        }
    }

    private static func textSchema(_ characters: ClosedRange<Int>, _ pattern: String?) -> JSONValue {
        var schema = JSONObject([("type", "string")])
        if characters.lowerBound > 0 { schema["minLength"] = .number(JSONNumber(characters.lowerBound)) }
        if characters.upperBound < Int(Int32.max) { schema["maxLength"] = .number(JSONNumber(characters.upperBound)) }
        if let pattern { schema["pattern"] = .string(pattern) }
        return .object(schema)
    }

    private static func objectSchema(_ fields: [Field], _ isOpen: Bool) -> JSONValue {
        let members = fields.map { field in
            var schema = field.shape.schema.object ?? JSONObject()
            // A reference stands alone.
            if !field.meaning.isEmpty, schema["$ref"] == nil { schema["description"] = .string(field.meaning) }
            return (field.name, JSONValue.object(schema))
        }
        var schema = JSONObject([("type", "object"), ("properties", .object(JSONObject(members)))])
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        if !isOpen { schema["additionalProperties"] = false }
        return .object(schema)
    }
}

extension APIShape {
    /// What is wrong with `value`, in a sentence that begins with its place; nil when it fits.
    func complaint(_ value: JSONValue, at place: String) -> String? {
        func wants(_ what: String) -> String { "\(place) is \(what), not \(value.kindName)" }
        switch self {
        case .any: return nil
        case .named(let name): return APISchemas.all[name]?.complaint(value, at: place)
        case .nullable(let shape): return value == .null ? nil : shape.complaint(value, at: place)
        case .flag: return value.bool == nil ? wants("true or false") : nil
        case .time: return value.string == nil ? wants("a time") : nil
        case .choice(let names):
            return value.string.map(names.contains) ?? false
                ? nil : "\(place) is one of \(names.joined(separator: ", "))"
        case .whole(let range):
            return value.int.map(range.contains) ?? false
                ? nil : "\(place) is a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .amount(let range):
            return value.number?.double.map(range.contains) ?? false
                ? nil : "\(place) is a number from \(range.lowerBound) to \(range.upperBound)"
        case .text(let characters, let pattern):
            guard let text = value.string else { return wants("a text") }
            guard characters.contains(text.unicodeScalars.count) else {
                return "\(place) has \(characters.lowerBound) to \(characters.upperBound) characters"
            }
            guard let pattern, text.range(of: pattern, options: .regularExpression) != text.startIndex..<text.endIndex
            else { return nil }
            return "\(place) does not look like one: it fits \(pattern)"
        case .list(let shape, let most):
            guard let items = value.array else { return wants("a list") }
            guard items.count <= most else { return "\(place) has at most \(most) entries" }
            return items.enumerated().lazy.compactMap { shape.complaint($1, at: "\(place)[\($0)]") }.first
        case .object(let fields, let isOpen):
            guard let object = value.object else { return wants("an object") }
            return Self.complaint(object, fields, isOpen, at: place)
        }
    }

    private static func complaint(_ object: JSONObject, _ fields: [Field], _ isOpen: Bool, at place: String) -> String?
    {
        let names = fields.map(\.name)
        if !isOpen, let stray = object.keys.first(where: { !names.contains($0) }) {
            let known = names.isEmpty ? "there is none" : "there are \(names.joined(separator: ", "))"
            return "\(place) has no member \"\(stray.prefix(40))\"; \(known)"
        }
        for field in fields {
            if let value = object[field.name] {
                if let complaint = field.shape.complaint(value, at: "\(place).\(field.name)") { return complaint }
            } else if field.isRequired {
                return "\(place).\(field.name) is missing"
            }
        }
        return nil
    }
}
