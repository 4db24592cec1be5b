import Foundation

/// A stream of events as a browser reads it: the head first, then each event when it has come whole. Ends with the
/// connection, or when nothing comes for `RawSocket.waitSecondsMax`.
struct LiveReader {
    private var pieces: AsyncStream<[UInt8]>.AsyncIterator
    private var bytes: [UInt8] = []
    private var text = ""
    private(set) var head = ""

    init(port: Int, path: String, headers: [String: String]) {
        let lines = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
        let request = "GET \(path) HTTP/1.1\r\nHost: bureau.example.com\r\n\(lines)\r\n"
        let stream = AsyncStream<[UInt8]> { continuation in
            // A thread of its own: tasks' threads must not wait.
            Thread.detachNewThread {
                defer { continuation.finish() }
                guard let socket = try? RawSocket(port: port) else { return }
                try? socket.send(request)
                while let piece = socket.receive() {
                    if case .terminated = continuation.yield(piece) { return }
                }
            }
        }
        pieces = stream.makeAsyncIterator()
    }

    /// The next event, with its id and data; nil when the stream is over.
    mutating func next() async -> String? {
        while true {
            if let end = text.range(of: "\n\n") {
                let event = String(text[..<end.lowerBound])
                text.removeSubrange(..<end.upperBound)
                return event
            }
            guard let piece = await pieces.next(isolation: #isolation) else { return nil }
            bytes += piece
            takeHead()
            while takeChunk() {}
        }
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
        return (0...(bytes.count - mark.count)).first { Array(bytes[$0..<($0 + mark.count)]) == mark }
    }
}
