import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// `GET /runs/:id/stream`: what happens in a run, as it happens. Each event's id is a place, so a reader who comes back
/// with `Last-Event-ID` goes on after it.
struct RunStreams: Sendable {
    let house: WebHouse
    private let open = StreamCount()
    static let streamsMax = 500, lookMilliseconds: Int64 = 200, heartbeatMilliseconds: Int64 = 15_000
    static let eventsPerLookMax = 200

    init(house: WebHouse) { self.house = house }

    var routes: [Route] {
        var route = Route.page("/runs/:id/stream", .viewer, .run) { try await stream($0) }
        route.isUnattended = true
        return [route]
    }

    private func stream(_ web: WebRequest) async throws -> Response {
        let run = try web.theRun(), person = try web.signedIn().person
        let place =
            [web.head.headers[.lastEventID], web.query("from")].lazy.compactMap { $0 }
            .compactMap(TimelinePlace.init).first ?? TimelinePlace(seq: 0, offset: 0)
        let seen = web.query("state").flatMap(RunState.init(rawValue:)) ?? run.state
        let follower = Follower(
            house: house, run: run, place: place, state: seen, show: TimelineShow(web),
            mayListen: listening(SessionCookie(site: house.site).read(web.head)))
        guard web.query("once") != "yes" else {
            let frames = try await follower.look()
            return Response(
                status: .ok, headers: LiveStreams.headers,
                body: .init(byteBuffer: ByteBuffer(string: LiveStreams.hello + frames)))
        }
        guard open.enter(max: Self.streamsMax, of: person.id, each: LiveStreams.streamsPerPersonMax) else {
            return StreamCount.refusal(web)
        }
        let body = web.head.body
        return Response(
            status: .ok, headers: LiveStreams.headers,
            body: .init { [open, house] writer in
                defer { open.leave(of: person.id) }
                let frames = AsyncStream<String> { await Reader.serving(person, of: house) { await follower.next() } }
                try await body.consumeWithCancellationOnInboundClose { _ in
                    // A proxy may hold the head back until the first byte of the body.
                    try await writer.write(ByteBuffer(string: LiveStreams.hello))
                    for await frame in frames.cancelOnGracefulShutdown() {
                        try await writer.write(ByteBuffer(string: frame))
                    }
                }
                try await writer.finish(nil)
            })
    }

    /// Whether whoever opened the stream is still signed in and still sees the client: both may end while it is open.
    private func listening(_ token: String?) -> @Sendable (String?) async -> Bool {
        { [house] client in
            guard let token, let person = try? await house.signIn.stillSignedIn(session: token) else { return false }
            return person.maySee(client: client)
        }
    }
}

/// Looks at a run again and again, and tells what is new since the place it stands at.
actor Follower {
    private let house: WebHouse
    private var run: RunRecord
    private var place: TimelinePlace
    private var state: RunState
    private var isOver = false
    private var spokeAt: Int64, askedAt: Int64
    private let show: TimelineShow
    private let heartbeatMilliseconds: Int64
    private let mayListen: @Sendable (String?) async -> Bool

    init(
        house: WebHouse, run: RunRecord, place: TimelinePlace, state: RunState, show: TimelineShow,
        heartbeatMilliseconds: Int64 = RunStreams.heartbeatMilliseconds,
        mayListen: @escaping @Sendable (String?) async -> Bool
    ) {
        (self.house, self.run, self.place, self.state) = (house, run, place, state)
        (self.show, self.mayListen) = (show, mayListen)
        self.heartbeatMilliseconds = heartbeatMilliseconds
        (spokeAt, askedAt) = (house.doors.now(), house.doors.now())
    }

    /// The next frames, after some waiting: a comment when nothing happens for long, nil when the run is over.
    func next() async -> String? {
        while !isOver, !Task.isCancelled {
            // However much there is to tell, nobody listens for longer than this without being asked who they are.
            if house.doors.now() - askedAt >= heartbeatMilliseconds {
                askedAt = house.doors.now()
                guard await mayListen(run.clientSlug) else { return nil }
            }
            guard let frames = try? await look() else { return nil }
            if !frames.isEmpty {
                spokeAt = house.doors.now()
                return frames
            }
            if house.doors.now() - spokeAt >= heartbeatMilliseconds {
                spokeAt = house.doors.now()
                return ": still here\n\n"
            }
            guard (try? await house.doors.sleep(.milliseconds(RunStreams.lookMilliseconds))) != nil else { return nil }
        }
        return nil
    }

    /// What there is to tell now.
    func look() async throws -> String {
        var frames = ""
        run = try await house.runs.find(run.id)
        let view = TimelineView(house: house, run: run, show: show)
        for event in try await house.runs.events(run.id, after: place.seq).prefix(RunStreams.eventsPerLookMax) {
            place.seq = event.seq
            if show.hasOwn { frames += frame("entry", view.entry(event)) }
        }
        if let (lines, end) = view.log?.read(after: place.offset) {
            for line in lines where show.shows(line) {
                place.offset = line.end
                frames += frame("entry", view.entry(line), now: TimelineView.doing(line))
            }
            place.offset = max(place.offset, end)
        }
        if run.state != state {
            state = run.state
            frames += "event: state\nid: \(place)\ndata: {\"status\":\"\(state.rawValue)\"}\n\n"
        }
        if run.state.isFinal, frames.isEmpty {
            isOver = true
            frames += "event: end\nid: \(place)\ndata: {\"status\":\"\(state.rawValue)\"}\n\n"
        }
        return frames
    }

    private func frame(_ name: String, _ entry: Timeline.Entry, now: String? = nil) -> String {
        let html = ViewLibrary.shared.render(entry, "entry")
        var members: [(String, JSONValue)] = [("html", .string(html)), ("text", .string(entry.text))]
        if let now { members.append(("now", .string(now))) }
        let data = JSONValue.object(JSONObject(members)).compact
        return "event: \(name)\nid: \(place)\ndata: \(data)\n\n"
    }
}
