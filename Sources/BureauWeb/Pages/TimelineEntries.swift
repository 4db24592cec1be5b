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
            text: show == .raw ? Self.json(event) : told(event), tone: chip?.tone ?? "idle", anchor: "\(anchor)",
            moment: exactly(event.at), link: address(of: anchor))
    }

    func told(_ event: RunEvent) -> String {
        (asker ?? AskerWords(run.requestedBy, nil)).told(event, from: house.words(run).source)
    }

    func entry(_ line: SessionLine, took: Int64? = nil) -> Timeline.Entry {
        let (glyph, kind, tone) = Self.words(line.kind)
        let isLong = show != .raw && line.text.utf8.count > Self.textShown && line.text.count > Self.textShown
        let anchor = TimelineAnchor.line(line.end)
        let after = show == .raw ? nil : took.map(Self.took)
        return Timeline.Entry(
            time: line.at.map(since) ?? "no time", iso: line.at.map(PageClock.iso), glyph: glyph, kind: kind,
            text: isLong ? line.text.prefix(Self.textShown) + "…" : line.text, tone: tone,
            took: after,
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
    func entries(_ page: TimelinePage, showing target: TimelineAnchor?) -> [Timeline.Entry] {
        let items = page.items
        var (tail, steps) = (TimelineTail(isCut: page.earlier != nil), [TimelineTail.Step]())
        for item in items { steps.append(tail.take(item)) }
        let rows = zip(items, steps).map { item, step in entry(item, took: step.took) }
        guard show == .key else { return rows }
        return TimelineItem.groups(items).map { range -> Timeline.Entry in
            guard range.count > 1, let group = steps[range.upperBound - 1].group else { return rows[range.lowerBound] }
            let inside = Array(rows[range])
            return head(group, inside, isOpen: inside.contains { $0.anchor == target?.description })
        }
    }

    func entry(_ item: TimelineItem, took: Int64?) -> Timeline.Entry {
        switch item {
        case .own(let event): entry(event)
        case .line(let line): entry(line, took: took)
        }
    }

    /// The one line that calls are folded into.
    func head(_ group: TimelineStretch, _ inside: [Timeline.Entry] = [], isOpen: Bool = false) -> Timeline.Entry {
        var head = entry(group.first)
        let took = group.took.map { ", \(Self.took($0))" } ?? ""
        head.text = "\(group.tool) ×\(group.calls)\(group.isCut ? "+" : "")\(took)"
        (head.anchor, head.link, head.all) = (nil, nil, nil)
        head.group = Timeline.Group(entries: inside, isOpen: isOpen)
        return head
    }

    /// "2.1s" while tenths matter, then as times are told elsewhere.
    static func took(_ milliseconds: Int64) -> String {
        guard milliseconds < 10_000 else { return Words.duration(.milliseconds(milliseconds)) }
        return milliseconds < 100 ? "<0.1s" : "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100)s"
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
