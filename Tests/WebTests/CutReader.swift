import Foundation

@testable import BureauWeb

/// A browser's reader of a run's stream on a network that breaks all the time: a connection ends after any number of
/// bytes, what had come by half is lost, and the next one begins after the last event that had come whole.
struct CutReader: Sendable {
    /// Silence for so long is a break of the connection too, and the next one goes on.
    private static let silentSecondsMax = 10
    let port: Int
    let path: String
    var headers: [String: String]
    /// Of every event that was handed on, in order.
    private(set) var events: [(id: String, data: String)] = []

    init(port: Int, run: String, _ browser: Browser) {
        (self.port, path, headers) = (port, "/runs/\(run)/stream", browser.cookie)
        headers["Accept"] = "text/event-stream"
        headers["Accept-Encoding"] = "gzip, zstd"
    }

    /// One connection, cut after `bytesMax` or once it has brought `mark`, which is the newest there is.
    mutating func read(bytesMax: Int, until mark: String) async throws {
        var headers = headers
        if let last = events.last { headers["Last-Event-ID"] = last.id }
        let (port, request) = (port, LiveReader.request(path, headers))
        var text = EventStreamText()
        text.take(try await Self.bytes(port, request, bytesMax, mark))
        while let event = text.next() {
            let event = StreamedEvent(event)
            if let id = event.id { events.append((id, event.data)) }
        }
    }

    /// On a thread of its own: tasks' threads must not wait.
    private static func bytes(_ port: Int, _ request: String, _ bytesMax: Int, _ mark: String) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { done in
            Thread.detachNewThread {
                done.resume(
                    with: Result {
                        let socket = try RawSocket(port: port, waitSeconds: silentSecondsMax)
                        try socket.send(request)
                        var bytes: [UInt8] = []
                        while bytes.count < bytesMax, let piece = socket.receive() {
                            bytes += piece
                            if String(decoding: bytes, as: UTF8.self).contains(mark),
                                bytes.suffix(4) == [10, 10, 13, 10]
                            {
                                break
                            }
                        }
                        return Array(bytes.prefix(bytesMax))
                    })
            }
        }
    }
}
