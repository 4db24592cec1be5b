import BureauDomain
import BureauEngine
import Hummingbird

/// What happened in a run, in order: its own steps, and what its session said and did.
struct TimelineView: Sendable {
    let house: WebHouse
    let run: RunRecord
    static let shownMax = 200, textShown = 400

    /// Where a reader is: the last own event, and a place in the session's log. "12.34567" as an event id.
    struct Place: Hashable, Sendable, CustomStringConvertible {
        var seq: Int64
        var offset: UInt64
        var description: String { "\(seq).\(offset)" }

        init(seq: Int64, offset: UInt64) { (self.seq, self.offset) = (seq, offset) }

        init?(_ text: String) {
            let parts = text.split(separator: ".")
            guard parts.count == 2, let seq = Int64(parts[0]), let offset = UInt64(parts[1]), seq >= 0 else {
                return nil
            }
            (self.seq, self.offset) = (seq, offset)
        }
    }

    var log: SessionLogReader? {
        run.sessionID.map { SessionLogReader(folder: house.settings.sessionLogFolder, session: $0) }
    }

    func page(_ web: WebRequest) async throws -> Timeline {
        let showsAll = web.query("show") == "everything", before = web.query("before").flatMap { UInt64($0) }
        let own = before == nil ? try await house.runs.newestEvents(run.id, limit: Self.shownMax) : []
        let piece = log?.newest(before: before, atMost: Self.shownMax) { showsAll || $0.isKey }
        let lines = piece?.lines ?? []
        let shown =
            (own.map { (at: $0.at, line: nil, entry: entry($0)) }
            + lines.map { (at: $0.at ?? 0, line: Optional($0), entry: entry($0)) })
            .sorted { $0.at < $1.at }.suffix(Self.shownMax)
        let entries = shown.map(\.entry)
        let oldest = shown.lazy.compactMap(\.line).map(\.start).min()
        // Lines that had to give way to the run's own events come with the earlier ones.
        let isWhole = shown.count == own.count + lines.count
        let earlier = (isWhole ? piece?.start : oldest ?? piece?.end).flatMap { $0 > 0 ? $0 : nil }
        let address = "/runs/\(run.id)/"
        let place = Place(seq: own.last?.seq ?? 0, offset: piece?.end ?? 0)
        let isLive = before == nil && !run.state.isFinal
        return Timeline(
            entries: entries,
            views: [
                Link(word: "Key events", address: address + "#timeline", isCurrent: !showsAll),
                Link(word: "Everything", address: address + "?show=everything#timeline", isCurrent: showsAll),
            ],
            count: "\(entries.count) shown of \(run.eventsCount) session events",
            earlier: earlier.map { "\(address)?before=\($0)\(showsAll ? "&show=everything" : "")#timeline" },
            newest: before == nil ? nil : address + "#timeline",
            stream: isLive ? "/runs/\(run.id)/stream?from=\(place)&state=\(run.state.rawValue)" : nil,
            isLog: isLive && !showsAll, hasEntries: !entries.isEmpty)
    }

    func entry(_ event: RunEvent) -> Timeline.Entry {
        let state = RunState(rawValue: event.kind)
        let chip = state.map(RunWords.chip)
        return Timeline.Entry(
            time: house.clock.time(event.at), iso: PageClock.iso(event.at), glyph: chip?.glyph ?? "●",
            kind: state?.word ?? event.kind.replacing("_", with: " ").capitalizedFirst, text: event.detail,
            tone: chip?.tone ?? "idle", anchor: "s\(event.seq)")
    }

    func entry(_ line: SessionLine) -> Timeline.Entry {
        let (glyph, kind, tone) =
            switch line.kind {
            case .message: ("✎", "Message", "info")
            case .tool: ("⚙", "Tool", "idle")
            case .result: ("↩", "Result", "idle")
            case .trouble: ("⚠", "Trouble", "bad")
            case .status: ("·", "Session", "idle")
            case .thread: ("⇄", "Sub-agent", "info")
            }
        let isLong = line.text.count > Self.textShown
        return Timeline.Entry(
            time: line.at.map(house.clock.time) ?? "", iso: line.at.map(PageClock.iso), glyph: glyph, kind: kind,
            text: isLong ? line.text.prefix(Self.textShown) + "…" : line.text, tone: tone,
            more: isLong ? line.text : nil, anchor: "e\(line.end)")
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
