/// Puts a call's address together. Ids are escaped, so none can climb out of its path segment.
enum VendorURL {
    /// `base` may have a path of its own (`http://127.0.0.1:8080/clickup/api/v2`), with or without a final slash.
    static func join(_ base: String, _ segments: [String], _ query: [(String, String)] = []) -> String {
        var url = base
        while url.hasSuffix("/") { url.removeLast() }
        for segment in segments { url += "/" + escaped(segment) }
        return query.isEmpty ? url : url + "?" + form(query)
    }

    /// `application/x-www-form-urlencoded`, also used for queries; a space becomes `%20`, which both accept.
    static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
    }

    private static let hex = Array("0123456789ABCDEF".utf8)

    static func escaped(_ text: String) -> String {
        // A lone dot or two would be taken for a step in the path.
        if text == "." { return "%2E" }
        if text == ".." { return "%2E%2E" }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
