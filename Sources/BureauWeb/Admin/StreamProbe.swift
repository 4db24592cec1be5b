import BureauEngine
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// `GET /health/stream`: two events of the size real ones have, some time apart, and the end as long after the second.
/// Whoever asks through the public address learns whether the proxy passes events on as they are written. It tells nothing
/// of anybody, so nobody has to sign in.
package struct StreamProbe: Sendable {
    let doors: Doors
    private let asked = MinuteCount()
    package static let path = "/health/stream"
    package static let events = 2, gapMilliseconds: Int64 = 1_000
    static let eventBytes = 2_048, perMinuteMax = 30

    init(doors: Doors) { self.doors = doors }

    var routes: [Route] { [.open(.get, Self.path, .probe) { answer($0) }] }

    private func answer(_ web: WebRequest) -> Response {
        guard asked.enter(web.remoteAddress, max: Self.perMinuteMax, now: doors.now()) else {
            return Response(
                status: .tooManyRequests,
                headers: [.contentType: "text/plain; charset=utf-8", .retryAfter: "60"],
                body: .init(byteBuffer: ByteBuffer(string: "asked too often; try again in a minute\n")))
        }
        let body = web.head.body
        return Response(
            status: .ok, headers: LiveStreams.headers,
            body: .init { [doors] writer in
                try await body.consumeWithCancellationOnInboundClose { _ in
                    for number in 1...Self.events {
                        try await writer.write(ByteBuffer(string: Self.event(number)))
                        try await doors.sleep(.milliseconds(Self.gapMilliseconds))
                    }
                }
                try await writer.finish(nil)
            })
    }

    private static func event(_ number: Int) -> String {
        "event: probe\nid: \(number)\ndata: \(String(repeating: "x", count: eventBytes))\n\n"
    }
}

/// How often each address asked for something within the minute, so that one of them shuts out nobody else.
final class MinuteCount: Sendable {
    static let addressesMax = 200
    private let counted = Mutex<(minute: Int64, counts: [String: Int])>((0, [:]))

    /// False when this one did `max` times already, or so many others did that no more are counted.
    func enter(_ address: String, max: Int, now: Int64) -> Bool {
        counted.withLock { counted in
            let minute = now / 60_000
            if counted.minute != minute { counted = (minute, [:]) }
            let count = counted.counts[address] ?? 0
            guard count < max, count > 0 || counted.counts.count < Self.addressesMax else { return false }
            counted.counts[address] = count + 1
            return true
        }
    }
}
