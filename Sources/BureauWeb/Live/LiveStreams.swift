import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// `GET /stream`: what changes in lists and counts while a page is open. One stream serves every tab of a browser. Each
/// event's id is a place, so whoever comes back with `Last-Event-ID` goes on after it. With `?once=yes` it tells what there
/// is and ends, for browsers that hold no stream open.
struct LiveStreams: Sendable {
    let house: WebHouse
    private let open = StreamCount()
    static let streamsMax = 500, streamsPerPersonMax = 20
    static let lookMilliseconds: Int64 = 100, restMilliseconds: Int64 = 400, heartbeatMilliseconds: Int64 = 15_000

    init(house: WebHouse) { self.house = house }

    var routes: [Route] {
        var route = Route.page("/stream", .viewer) { try await stream($0) }
        route.isUnattended = true
        return [route]
    }

    static let headers: HTTPFields = [
        .contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no",
    ]
    static let hello = "retry: 2000\n: hello\n\n"

    private func stream(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person
        let place =
            [web.head.headers[.lastEventID], web.query("from")].lazy.compactMap { $0 }.compactMap(ChangePlace.init)
            .first
        let follower = LiveFollower(
            house: house, person: person, place: place,
            mayListen: listener(SessionCookie(site: house.site).read(web.head)))
        guard web.query("once") != "yes" else {
            let frames = try await follower.look()
            return Response(
                status: .ok, headers: Self.headers, body: .init(byteBuffer: ByteBuffer(string: Self.hello + frames)))
        }
        guard open.enter(max: Self.streamsMax, of: person.id, each: Self.streamsPerPersonMax) else {
            return StreamCount.refusal(web)
        }
        let body = web.head.body
        return Response(
            status: .ok, headers: Self.headers,
            body: .init { [open, house] writer in
                defer { open.leave(of: person.id) }
                let frames = AsyncStream<String> {
                    await Reader.serving(person, of: house) { await follower.next() }
                }
                try await body.consumeWithCancellationOnInboundClose { _ in
                    // A proxy may hold the head back until the first byte of the body.
                    try await writer.write(ByteBuffer(string: Self.hello))
                    for await frame in frames.cancelOnGracefulShutdown() {
                        try await writer.write(ByteBuffer(string: frame))
                    }
                }
                try await writer.finish(nil)
            })
    }

    /// Whoever opened the stream, while they are still signed in: what they may see may change while it is open.
    private func listener(_ token: String?) -> @Sendable () async -> PersonRecord? {
        { [house] in
            guard let token else { return nil }
            return try? await house.signIn.stillSignedIn(session: token)
        }
    }
}
