/// What comes over a connection that streams events, piece by piece: the head, the chunks, then each event once it has
/// come whole. What has come by half stays here, and is gone with the connection.
struct EventStreamText {
    private var bytes: [UInt8] = []
    private var text = ""
    private(set) var head = ""

    mutating func take(_ piece: [UInt8]) {
        bytes += piece
        takeHead()
        while takeChunk() {}
    }

    /// The next event, with its id and data; nil until one is there.
    mutating func next() -> String? {
        guard let end = text.range(of: "\n\n") else { return nil }
        let event = String(text[..<end.lowerBound])
        text.removeSubrange(..<end.upperBound)
        return event
    }

    private mutating func takeHead() {
        guard head.isEmpty, let end = Self.find([13, 10, 13, 10], in: bytes) else { return }
        head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        bytes.removeFirst(end + 4)
    }

    /// Bodies without a length come as chunks: a size in hexadecimal, that many bytes, a line end.
    private mutating func takeChunk() -> Bool {
        guard !head.isEmpty, let line = Self.find([13, 10], in: bytes),
            let size = Int(String(decoding: bytes[..<line], as: UTF8.self), radix: 16),
            bytes.count >= line + 2 + size + 2
        else { return false }
        text += String(decoding: bytes[(line + 2)..<(line + 2 + size)], as: UTF8.self)
        bytes.removeFirst(line + 2 + size + 2)
        return size > 0
    }

    private static func find(_ mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        return (0...(bytes.count - mark.count)).first { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }
}

/// One event of a stream, as a browser hands it on.
struct StreamedEvent {
    /// Nil for a comment, which is no event.
    let id: String?
    let data: String

    init(_ text: String) {
        func field(_ name: String) -> String? {
            text.split(separator: "\n").first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        (id, data) = (field("id"), field("data") ?? "")
    }
}
