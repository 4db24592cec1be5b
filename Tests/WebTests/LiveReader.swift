import Foundation

/// A stream of events as a browser reads it: the head first, then each event when it has come whole. Ends with the
/// connection, or when nothing comes for `RawSocket.waitSecondsMax`.
struct LiveReader {
    private var pieces: AsyncStream<[UInt8]>.AsyncIterator
    private var text = EventStreamText()
    var head: String { text.head }

    init(port: Int, path: String, headers: [String: String]) {
        let request = Self.request(path, headers)
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

    static func request(_ path: String, _ headers: [String: String]) -> String {
        let lines = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
        return "GET \(path) HTTP/1.1\r\nHost: bureau.example.com\r\n\(lines)\r\n"
    }

    /// The next that is no sign of life alone: a slow machine may be silent for long enough to get one.
    mutating func nextEvent() async -> String? {
        while let event = await next() {
            if !event.hasPrefix(":") { return event }
        }
        return nil
    }

    /// What comes next, an event with its id and data or a comment; nil when the stream is over.
    mutating func next() async -> String? {
        while true {
            if let event = text.next() { return event }
            guard let piece = await pieces.next(isolation: #isolation) else { return nil }
            text.take(piece)
        }
    }
}
