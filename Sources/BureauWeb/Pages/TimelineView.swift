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

    /// `own` are the run's newest events.
    func page(_ web: WebRequest, own newest: [RunEvent]) async throws -> Timeline {
        let showsAll = web.query("show") == "everything", text = web.query("text")
        let before = web.query("before").flatMap { UInt64($0) }
        let own = (before == nil ? newest : []).filter { event in
            text.map { holds($0, "\(event.kind) \(event.detail)") } ?? true
        }
        let piece = found(text, before) { showsAll || $0.isKey }
        let lines = piece?.lines ?? []
        let shown =
            (own.map { (at: $0.at, line: nil, entry: entry($0)) }
            + lines.map { (at: $0.at ?? 0, line: Optional($0), entry: entry($0)) })
            .sorted { $0.at < $1.at }.suffix(Self.shownMax)
        let oldest = shown.lazy.compactMap(\.line).map(\.start).min()
        // Lines that had to give way to the run's own events come with the earlier ones.
        let isWhole = shown.count == own.count + lines.count
        let earlier = (isWhole ? piece?.start : oldest ?? piece?.end).flatMap { $0 > 0 ? $0 : nil }
        let place = Place(seq: newest.last?.seq ?? 0, offset: piece?.end ?? 0)
        let isLive = before == nil && text == nil && !run.state.isFinal
        let all = showsAll ? "&show=everything" : ""
        return Timeline(
            entries: shown.map(\.entry),
            views: [
                Link(word: "Key events", address: address(web, ["show": nil]), isCurrent: !showsAll),
                Link(word: "Everything", address: address(web, ["show": "everything"]), isCurrent: showsAll),
            ], search: search(web, showsAll), count: "\(shown.count) shown of \(run.eventsCount) session events",
            earlier: earlier.map { address(web, ["before": "\($0)"]) },
            newest: before == nil ? nil : address(web, ["before": nil]),
            stream: isLive ? "/runs/\(run.id)/stream?from=\(place)&state=\(run.state.rawValue)\(all)" : nil,
            reload: isLive ? reload(web) : nil, isLog: isLive && !showsAll, hasEntries: !shown.isEmpty)
    }

    private func address(_ web: WebRequest, _ changes: [String: String?]) -> String {
        web.address("/runs/\(run.id)/", changing: changes.merging(["event": nil]) { one, _ in one }) + "#timeline"
    }

    private func reload(_ web: WebRequest) -> Link {
        web.query("refresh") == nil
            ? Link(
                word: "Reload every \(RunPage.refreshSeconds) s",
                address: address(web, ["refresh": "\(RunPage.refreshSeconds)"]))
            : Link(word: "Stop reloading", address: address(web, ["refresh": nil]))
    }

    private func search(_ web: WebRequest, _ showsAll: Bool) -> Filters {
        let chips = web.query("text").map {
            [Link(word: "Text: \($0)", address: address(web, ["text": nil, "before": nil]))]
        }
        return Filters(
            action: "/runs/\(run.id)/#timeline",
            fields: [
                Field("text", "Text or tool", .line(type: "search"), value: web.query("text") ?? "", id: "find-text"),
                Field("show", "", .hidden, value: showsAll ? "everything" : ""),
            ], chips: chips ?? [], verb: "Find")
    }

    private func found(_ text: String?, _ before: UInt64?, _ isShown: (SessionLine) -> Bool) -> (
        lines: [SessionLine], start: UInt64, end: UInt64
    )? {
        guard let text else { return log?.newest(before: before, atMost: Self.shownMax, where: isShown) }
        return log?.search(before: before, atMost: Self.shownMax) { isShown($0) && holds(text, $0.text) }
    }

    private func holds(_ text: String, _ line: String) -> Bool { line.lowercased().contains(text.lowercased()) }

    func entry(_ event: RunEvent) -> Timeline.Entry {
        let state = RunState(rawValue: event.kind)
        let chip = state.map(RunWords.chip)
        return Timeline.Entry(
            time: house.clock.time(event.at), iso: PageClock.iso(event.at), glyph: chip?.glyph ?? "●",
            kind: state?.word ?? event.kind.replacing("_", with: " ").capitalizedFirst, text: event.detail,
            tone: chip?.tone ?? "idle", anchor: "s\(event.seq)", moment: house.clock.absolute(event.at))
    }

    func entry(_ line: SessionLine) -> Timeline.Entry {
        let (glyph, kind, tone) = Self.words(line.kind)
        let isLong = line.text.count > Self.textShown
        return Timeline.Entry(
            time: line.at.map(house.clock.time) ?? "", iso: line.at.map(PageClock.iso), glyph: glyph, kind: kind,
            text: isLong ? line.text.prefix(Self.textShown) + "…" : line.text, tone: tone,
            all: isLong || line.isCut ? SessionLogPages.address(run, line) : nil, anchor: "e\(line.end)",
            moment: line.at.map(house.clock.absolute))
    }

    static func words(_ kind: SessionLine.Kind) -> (glyph: String, word: String, tone: String) {
        switch kind {
        case .message: ("✎", "Message", "info")
        case .tool: ("⚙", "Tool", "idle")
        case .result: ("↩", "Result", "idle")
        case .trouble: ("⚠", "Trouble", "bad")
        case .status: ("·", "Session", "idle")
        case .thread: ("⇄", "Sub-agent", "info")
        }
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
