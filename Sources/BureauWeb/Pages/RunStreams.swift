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
    /// What was shown up to there; nil until something of a tool comes.
    private var tail: TimelineTail?
    /// Looked up once, when something comes that names them.
    private var asker: AskerWords?
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
        let own = try await house.runs.events(run.id, after: place.seq).prefix(RunStreams.eventsPerLookMax)
        if asker == nil, own.contains(where: { $0.kind == RunState.queued.rawValue }) {
            asker = try? await house.asker(run)
        }
        let view = TimelineView(house: house, run: run, show: show, asker: asker)
        let piece = view.log?.read(after: place.offset)
        let items = Self.inOrder(show.hasOwn ? Array(own) : [], (piece?.lines ?? []).filter(show.shows))
        if tail == nil, items.contains(where: { $0.line?.isOfTool == true }) { tail = try await seen(view) }
        for item in items {
            move(to: item)
            frames += frame(item, tail?.take(item) ?? TimelineTail.Step(), view)
        }
        place.seq = max(place.seq, own.last?.seq ?? 0)
        place.offset = max(place.offset, piece?.end ?? 0)
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

    /// Both histories in the order in which a page has them.
    private static func inOrder(_ own: [RunEvent], _ lines: [SessionLine]) -> [TimelineItem] {
        let sides = TimelineMerge(own: .init(times: own.map(\.at)), session: .init(times: lines.map(\.at)))
            .newest(atMost: own.count + lines.count)
        var (owns, rest) = (own[...], lines[...])
        return sides.map { $0 == .own ? .own(owns.removeFirst()) : .line(rest.removeFirst()) }
    }

    private func move(to item: TimelineItem) {
        switch item {
        case .own(let event): place.seq = event.seq
        case .line(let line): place.offset = line.end
        }
    }

    /// The newest that were shown before the place it stands at, looked through once: what comes may answer them.
    private func seen(_ view: TimelineView) async throws -> TimelineTail {
        guard place.seq > 0 || place.offset > 0 else { return TimelineTail(isCut: false) }
        let here = TimelinePlace(seq: place.seq == .max ? .max : place.seq + 1, offset: place.offset)
        let own =
            show.hasOwn
            ? try await house.runs.newestEvents(run.id, before: here.seq, limit: TimelinePage.itemsMax) : []
        let page = TimelinePage(own: own, log: view.log, before: here, isSearch: false) {
            $0.line.map(show.shows) ?? true
        }
        var tail = TimelineTail(isCut: page.earlier != nil)
        for item in page.items { _ = tail.take(item) }
        return tail
    }

    /// `head` is the line that a row is folded into, `since` the first of the rows that are.
    private func frame(_ item: TimelineItem, _ step: TimelineTail.Step, _ view: TimelineView) -> String {
        let entry = view.entry(item, took: step.took)
        let html = ViewLibrary.shared.render(entry, "entry")
        var members: [(String, JSONValue)] = [("html", .string(html)), ("text", .string(entry.text))]
        if let line = item.line { members.append(("now", .string(TimelineView.doing(line)))) }
        if show == .key, let group = step.group {
            members.append(("since", .string("\(TimelineAnchor.line(group.first.end))")))
            members.append(("head", .string(ViewLibrary.shared.render(view.head(group), "entry"))))
        }
        let data = JSONValue.object(JSONObject(members)).compact
        return "event: entry\nid: \(place)\ndata: \(data)\n\n"
    }
}
