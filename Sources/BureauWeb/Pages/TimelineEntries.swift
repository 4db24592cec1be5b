import BureauDomain
import BureauEngine

/// What happened, as lines of the page.
extension TimelineView {
    func entry(_ event: RunEvent) -> Timeline.Entry {
        let state = RunState(rawValue: event.kind)
        let chip = state.map { RunWords.chip($0) }
        let anchor = TimelineAnchor.own(event.seq)
        return Timeline.Entry(
            time: since(event.at), iso: PageClock.iso(event.at), glyph: chip?.glyph ?? "●",
            kind: state?.word ?? event.kind.replacing("_", with: " ").capitalizedFirst,
            text: show == .raw ? Self.json(event) : event.detail, tone: chip?.tone ?? "idle", anchor: "\(anchor)",
            moment: exactly(event.at), link: address(of: anchor))
    }

    func entry(_ line: SessionLine) -> Timeline.Entry {
        let (glyph, kind, tone) = Self.words(line.kind)
        let isLong = show != .raw && line.text.utf8.count > Self.textShown && line.text.count > Self.textShown
        let anchor = TimelineAnchor.line(line.end)
        return Timeline.Entry(
            time: line.at.map(since) ?? "no time", iso: line.at.map(PageClock.iso), glyph: glyph, kind: kind,
            text: isLong ? line.text.prefix(Self.textShown) + "…" : line.text, tone: tone,
            all: isLong || line.isCut ? SessionLogPages.address(run, line) : nil, anchor: "\(anchor)",
            moment: line.at.map(exactly), link: address(of: anchor, isKey: line.isKey))
    }

    /// "+12:04" since the run came, "+01:12:04" after an hour; of what is from before it, what the clock showed.
    static func since(_ run: RunRecord, _ at: Int64, _ clock: PageClock) -> String {
        guard at >= run.acceptedAt else { return clock.time(at) }
        let words = ZoneOffsets.clock(Int((at - run.acceptedAt) / 1_000))
        return "+\(words.hasPrefix("00:") ? String(words.dropFirst(3)) : words)"
    }

    private func since(_ at: Int64) -> String { Self.since(run, at, house.clock) }

    private func exactly(_ at: Int64) -> String { "\(house.clock.day(at)), \(house.clock.time(at))" }

    /// Calls of one tool in a row are one line that opens, where only what matters is asked for.
    func entries(_ items: [TimelineItem], showing target: TimelineAnchor?) -> [Timeline.Entry] {
        guard show == .key else { return items.map(entry) }
        return TimelineItem.groups(items).map { range in
            range.count == 1 ? entry(items[range.lowerBound]) : group(Array(items[range]), showing: target)
        }
    }

    private func entry(_ item: TimelineItem) -> Timeline.Entry {
        switch item {
        case .own(let event): entry(event)
        case .line(let line): entry(line)
        }
    }

    private func group(_ items: [TimelineItem], showing target: TimelineAnchor?) -> Timeline.Entry {
        let inside = items.map(entry)
        let calls = items.count { $0.tool != nil }
        // Without an end it would be counted up to now.
        let took = items.last?.at.map { house.clock.took(items.first?.at, $0) } ?? ""
        var entry = inside[0]
        entry.text = "\(items[0].tool ?? "") ×\(calls)" + (took.isEmpty ? "" : ", \(took)")
        (entry.anchor, entry.link, entry.all) = (nil, nil, nil)
        let isTarget = inside.contains { $0.anchor == target?.description }
        entry.group = Timeline.Group(entries: inside, isOpen: isTarget)
        return entry
    }

    private func address(of anchor: TimelineAnchor, isKey: Bool = true) -> String {
        let all = isKey ? "" : "&show=\(TimelineShow.everything.rawValue)"
        return "/runs/\(run.id)/?event=\(anchor)\(all)#\(anchor)"
    }

    private static func json(_ event: RunEvent) -> String {
        JSONValue.object(
            JSONObject([
                ("seq", .number(JSONNumber(event.seq))), ("at", .string(PageClock.iso(event.at))),
                ("kind", .string(event.kind)), ("detail", .string(event.detail)),
            ])
        ).compact
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
