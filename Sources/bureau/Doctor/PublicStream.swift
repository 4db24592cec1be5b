import BureauVendors
import BureauWeb
import NIOCore

/// Whether live pages get their events as they happen: a stream opened through the public address, as a browser would.
/// A proxy that collects or compresses what it passes on lets small events through, and shows only with large ones.
struct PublicStream: Sendable {
    let settings: Settings
    static let name = "live pages"
    static let fix =
        "let the proxy pass text/event-stream on at once and uncompressed: flush_interval -1, and under encode the list "
        + "of kinds, as deploy/Caddyfile has them"
    static let bytesMax = 64 << 10, headSeconds: Double = 10

    /// When each event had come whole, and when the stream was over, counted from the question.
    struct Arrivals {
        var events: [Duration] = []
        var end = Duration.zero
        private var isAfterLine = false

        init(events: [Duration] = [], end: Duration = .zero) { (self.events, self.end) = (events, end) }

        /// An empty line ends an event.
        mutating func take(_ piece: ByteBuffer, at time: Duration) {
            for byte in piece.readableBytesView {
                let isLine = byte == UInt8(ascii: "\n")
                if isLine, isAfterLine { events.append(time) }
                isAfterLine = isLine
            }
        }
    }

    func finding(_ transport: some Transport) async -> Finding {
        guard let address = settings.site.publicURL else { return .skip(Self.name, "PUBLIC_URL is not set") }
        guard ServerLock.isHeld(settings) else {
            return .skip(Self.name, "no server runs on this data folder, so \(address) was not asked")
        }
        let request = VendorRequest(
            vendor: .clickUp, operation: "GET \(StreamProbe.path)", method: .get, url: address + StreamProbe.path,
            headers: ["Accept": "text/event-stream", "Accept-Encoding": "gzip"], timeoutSeconds: Self.headSeconds)
        let clock = ContinuousClock(), start = clock.now
        guard let stream = try? await transport.open(request) else {
            return .warn(
                Self.name, "\(address) does not answer this machine",
                fix: "check PUBLIC_URL, the name's address, the certificate and the proxy's log")
        }
        if stream.status == 429 { return .skip(Self.name, "asked too often; try again in a minute") }
        guard stream.status == 200, stream.headers["content-type"]?.hasPrefix("text/event-stream") == true else {
            return .fail(
                Self.name, "\(address)\(StreamProbe.path) answers \(stream.status) and no stream",
                fix: "set PUBLIC_URL to the address of this server, and let the proxy pass every path on")
        }
        if let encoding = stream.headers["content-encoding"] {
            return .fail(
                Self.name, "the proxy at \(address) compresses live events (\(encoding)) and so holds them back",
                fix: Self.fix)
        }
        var arrivals = Arrivals(), bytes = 0
        do {
            for try await piece in stream {
                bytes += piece.readableBytes
                guard bytes <= Self.bytesMax else { break }
                arrivals.take(piece, at: clock.now - start)
            }
        } catch {
            return .fail(Self.name, "the stream through \(address) broke off", fix: Self.fix)
        }
        arrivals.end = clock.now - start
        return Self.finding(address, arrivals)
    }

    /// Half the time between events, and between the last and the end, is left to the network.
    static func finding(_ address: String, _ seen: Arrivals) -> Finding {
        let gap = Duration.milliseconds(StreamProbe.gapMilliseconds)
        guard seen.events.count == StreamProbe.events, let first = seen.events.first, let second = seen.events.last
        else {
            return .fail(
                name, "\(seen.events.count) of \(StreamProbe.events) events came through \(address)", fix: fix)
        }
        if seen.end - second < gap / 2 {
            return .fail(name, "events come through \(address) only when the stream ends", fix: fix)
        }
        if second - first < gap / 2 {
            return .fail(name, "events come through \(address) together, not one by one", fix: fix)
        }
        let late = second - first - gap
        if late > gap {
            return .fail(
                name, "an event came through \(address) \(Int(late / .milliseconds(1))) ms late", fix: fix)
        }
        return .ok(name, "events come through \(address) as they are written")
    }
}
