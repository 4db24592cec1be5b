import Foundation

/// Reads fields whose type vendors do not keep to: a number may come as text and text as a number, and a field of
/// another shape counts as absent.
extension KeyedDecodingContainer {
    func lenient<T: Decodable>(_ type: T.Type, _ key: Key) -> T? {
        guard contains(key) else { return nil }
        return try? decode(type, forKey: key)
    }

    func text(_ key: Key) -> String? {
        if let text = lenient(String.self, key) { return text }
        if let number = lenient(Int64.self, key) { return String(number) }
        return lenient(Decimal.self, key).map { "\($0)" }
    }

    func integer(_ key: Key) -> Int64? {
        if let number = lenient(Int64.self, key) { return number }
        if let text = lenient(String.self, key) { return Int64(text) }
        return lenient(Double.self, key).flatMap { Int64(exactly: $0.rounded()) }
    }

    func double(_ key: Key) -> Double? {
        lenient(Double.self, key) ?? lenient(String.self, key).flatMap(Double.init)
    }

    func flag(_ key: Key) -> Bool? {
        lenient(Bool.self, key) ?? lenient(String.self, key).flatMap { Bool($0.lowercased()) }
    }

    /// The elements that have the expected shape; others are left out.
    func list<T: Decodable>(_ type: T.Type, _ key: Key) -> [T]? {
        lenient([Tolerated<T>].self, key)?.compactMap(\.value)
    }
}

private struct Tolerated<T: Decodable>: Decodable {
    let value: T?
    init(from decoder: any Decoder) { value = try? T(from: decoder) }
}

/// Encodes request bodies; keys are sorted so that the same request always has the same bytes.
enum RequestJSON {
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    static func bytes(_ value: some Encodable, _ request: VendorRequest) throws(VendorError) -> [UInt8] {
        do {
            return Array(try encoder.encode(value))
        } catch {
            // Only a number that is not finite gets here; nothing has been sent.
            throw request.failure(.rejected(status: 0, code: "unencodable"), "the request cannot be written as JSON")
        }
    }
}
