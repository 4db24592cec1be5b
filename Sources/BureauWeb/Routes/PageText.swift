import Mustache

/// What pages do with text, byte by byte. Mustache's own looks at what people call a character: a quote with an accent
/// on it is one, and no quote, though a browser ends the attribute there. It also looks each up in a table.
struct PageText: MustacheContentType {
    /// How a view says that its texts are of this kind. On a line of its own, it leaves no mark.
    static let pragma = "{{% CONTENT_TYPE: \(name) }}\n"
    static let name = "page"

    func escapeText(_ text: String) -> String {
        var whole = text
        let escaped = whole.withUTF8 { bytes -> [UInt8]? in
            guard bytes.contains(where: { Self.escape($0) != nil }) else { return nil }
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count + bytes.count / 8)
            for byte in bytes {
                if let escape = Self.escape(byte) {
                    result.append(contentsOf: escape.utf8)
                } else {
                    result.append(byte)
                }
            }
            return result
        }
        return escaped.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    private static func escape(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
