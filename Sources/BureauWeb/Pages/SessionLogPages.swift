import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird
import NIOCore

/// The session's log behind a run's timeline: one event of it in full, and all of it to take away.
struct SessionLogPages: Sendable {
    let house: WebHouse
    private let open = StreamCount()
    static let downloadsMax = 8

    init(house: WebHouse) { self.house = house }

    static func log(_ run: RunRecord) -> String { "/runs/\(run.id)/events.jsonl" }
    static func address(_ run: RunRecord, _ line: SessionLine) -> String { "/runs/\(run.id)/events/\(line.start)" }

    var routes: [Route] {
        [
            .page("/runs/:id/events.jsonl", .viewer, .run) { try download(try $0.theRun()) },
            .page("/runs/:id/events/:place", .viewer, .run) { try await event($0) },
        ]
    }

    private func download(_ run: RunRecord) throws -> Response {
        guard let session = run.sessionID,
            let export = SessionLogExport(folder: house.settings.sessionLogFolder, session: session)
        else { throw SessionLogState(house: house, run: run).refusal }
        guard open.enter(max: Self.downloadsMax) else { throw PageProblem.busy(seconds: 5) }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/jsonl; charset=utf-8",
                .contentDisposition: "attachment; filename=\"run-\(run.id).jsonl\"",
            ],
            body: .init { [open] writer in
                defer { open.leave() }
                var export = export
                while let lines = export.next() { try await writer.write(ByteBuffer(bytes: lines)) }
                try await writer.finish(nil)
            })
    }

    private func event(_ web: WebRequest) async throws -> Response {
        let run = try web.theRun(), words = house.words(run)
        let state = SessionLogState(house: house, run: run)
        guard state.isHere else { throw state.refusal }
        guard let place = UInt64(web.parameter("place")), let log = TimelineView(house: house, run: run).log,
            let (line, json) = log.whole(at: place)
        else {
            throw PageProblem.unprocessable(
                "No event begins there, or it is longer than \(SessionLogReader.wholeBytesMax / 1_024) KiB.",
                fix: "Download the event log from the run's page: it has every event whole.")
        }
        let kind = TimelineView.words(line.kind)
        var page = Page(title: "\(kind.word) of a run", heading: kind.word)
        page.lead = words.title
        page.crumbs = [
            Link(word: "Runs", address: "/runs/"), Link(word: "run \(run.id.prefix(10))", address: words.address),
            Link(word: "Event"),
        ]
        let anchor = TimelineAnchor.line(line.end)
        page.links = [
            Link(
                word: "See it in the timeline", address: "\(words.address)?event=\(anchor)&show=everything#\(anchor)",
                style: "button")
        ]
        page.blocks = [
            Block(
                facts: Facts([
                    line.at.map {
                        Facts.Fact(name: "At", value: "\(house.clock.absolute($0)) (\(house.clock.time($0)))")
                    }
                ]), disclosure: Disclosure(summary: "Text", body: line.text, isOpen: true)),
            Block(
                text: "As the service sent it, without credentials.",
                disclosure: Disclosure(summary: "JSON", body: json)),
        ]
        return try await house.page(page, web)
    }
}
