/// Splits a multipart body (RFC 2046) into its parts. Strict about boundaries and CRLF, as the vendors are.
struct Multipart: Sendable {
    struct Part: Sendable {
        /// Header names in lower case.
        let headers: [String: String]
        let body: [UInt8]

        /// A parameter of the part's Content-Disposition, for example `name` or `filename`.
        func disposition(_ parameter: String) -> String? {
            headers["content-disposition"].flatMap { Multipart.parameter(parameter, of: $0) }
        }
    }

    let parts: [Part]

    /// Nil when the content type has no boundary, or the body does not follow it to the closing delimiter.
    init?(contentType: String, body: [UInt8], partsMax: Int = 32) {
        guard let boundary = Multipart.parameter("boundary", of: contentType), !boundary.isEmpty else { return nil }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter has no line end before it; giving it one makes all delimiters alike.
        let bytes = [13, 10] + body
        guard var at = Multipart.find(delimiter, in: bytes[...], from: 0) else { return nil }
        var parts: [Part] = []
        while true {
            let afterDelimiter = at + delimiter.count
            if bytes[afterDelimiter...].starts(with: Array("--".utf8)) { break }
            guard bytes[afterDelimiter...].starts(with: [13, 10]), parts.count < partsMax,
                let next = Multipart.find(delimiter, in: bytes[...], from: afterDelimiter),
                let part = Multipart.part(bytes[(afterDelimiter + 2)..<next])
            else { return nil }
            parts.append(part)
            at = next
        }
        self.parts = parts
    }

    private static func part(_ bytes: ArraySlice<UInt8>) -> Part? {
        let blankLine: [UInt8] = [13, 10, 13, 10]
        let start: Int, head: ArraySlice<UInt8>
        if bytes.starts(with: [13, 10]) {  // no headers at all
            (start, head) = (bytes.startIndex + 2, [])
        } else {
            guard let end = find(blankLine, in: bytes, from: bytes.startIndex) else { return nil }
            (start, head) = (end + blankLine.count, bytes[bytes.startIndex..<end])
        }
        var headers: [String: String] = [:]
        for line in String(decoding: head, as: UTF8.self).split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers[line[..<colon].lowercased()] = String(value)
        }
        return Part(headers: headers, body: Array(bytes[start...]))
    }

    /// `name="a \"b\""; filename=c` style parameters, quoted or bare.
    static func parameter(_ name: String, of header: String) -> String? {
        var rest = header.drop { $0 != ";" }.dropFirst()
        while !rest.isEmpty {
            let key = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(key.count)
            var value = ""
            if rest.first == "=" {
                rest = rest.dropFirst()
                if rest.first == "\"" {
                    (value, rest) = quoted(rest.dropFirst())
                } else {
                    value = String(rest.prefix { $0 != ";" })
                    rest = rest.dropFirst(value.count)
                }
            }
            rest = rest.drop { $0 != ";" }.dropFirst()
            if key.filter({ !$0.isWhitespace }).lowercased() == name {
                return value
            }
        }
        return nil
    }

    private static func quoted(_ text: Substring) -> (value: String, rest: Substring) {
        var value = "", rest = text
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let escaped = rest.popFirst() {
                value.append(escaped)
            } else {
                value.append(character)
            }
        }
        return (value, rest)
    }

    private static func find(_ needle: [UInt8], in bytes: ArraySlice<UInt8>, from: Int) -> Int? {
        bytes.withUnsafeBufferPointer { hay in
            var at = from - bytes.startIndex
            while at <= hay.count - needle.count {
                if hay[at] == needle[0], hay[at..<(at + needle.count)].elementsEqual(needle) {
                    return at + bytes.startIndex
                }
                at += 1
            }
            return nil
        }
    }
}
