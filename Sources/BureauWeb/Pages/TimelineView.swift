import BureauDomain
import BureauEngine
import Hummingbird

/// What happened in a run, in order: its own steps, and what its session said and did.
struct TimelineView: Sendable {
    let house: WebHouse
    let run: RunRecord
    var show = TimelineShow.key
    /// Nil where nobody has looked up who they are.
    var asker: AskerWords?
    static let textShown = 400
    /// Shown after the one event an address names.
    static let afterEventMax = 20

    var log: SessionLogReader? {
        run.sessionID.map {
            SessionLogReader(folder: house.settings.sessionLogFolder, session: $0, as: show.form)
        }
    }

    /// `own` are the run's newest events.
    func page(_ web: WebRequest, own newest: [RunEvent]) async throws -> Timeline {
        let text = web.query("text"), target = web.query("event").flatMap(TimelineAnchor.init)
        let before = try await place(web, target)
        let own =
            before == nil
            ? newest.suffix(TimelinePage.itemsMax)
            : try await house.runs.newestEvents(
                run.id, before: before?.seq ?? .max, limit: TimelinePage.itemsMax)[...]
        let page = TimelinePage(
            own: Array(own), log: log, before: before, isSearch: text != nil || show == .tools
        ) { isShown($0, text) }
        let isLive = before == nil && text == nil && !run.state.isFinal
        let all = show.query.map { "&show=\($0)" } ?? ""
        let unreadable = page.unreadableCount
        return Timeline(
            entries: entries(page, showing: target), views: views(web), search: search(web),
            count: "\(page.items.count) shown of \(run.eventsCount) session events",
            earlier: page.earlier.map { address(web, ["before": "\($0)"]) },
            newest: before == nil ? nil : address(web, ["before": nil]),
            stream: isLive ? "/runs/\(run.id)/stream?from=\(page.end)&state=\(run.state.rawValue)\(all)" : nil,
            reload: isLive ? reload(web) : nil, isLog: isLive && show == .key, hasEntries: !page.items.isEmpty,
            problem: unreadable == 0
                ? nil
                : "\(unreadable) \(unreadable == 1 ? "line" : "lines") of the log here cannot be read as events. "
                    + "The event log to download has them as they are.",
            doing: isLive ? doing(page.items) : nil)
    }

    private func isShown(_ item: TimelineItem, _ text: String?) -> Bool {
        switch item {
        case .own(let event):
            show.hasOwn && (text.map { holds($0, "\(event.kind) \(event.detail) \(told(event))") } ?? true)
        case .line(let line): show.shows(line) && (text.map { holds($0, line.text) } ?? true)
        }
    }

    private func holds(_ text: String, _ line: String) -> Bool { line.lowercased().contains(text.lowercased()) }

    /// What the page ends before; nil for the newest. An event the address names has a few after it.
    private func place(_ web: WebRequest, _ target: TimelineAnchor?) async throws -> TimelinePlace? {
        if let before = web.query("before").flatMap(TimelinePlace.init) { return before }
        guard let target else { return nil }
        var (end, moment, own) = (UInt64(0), Int64?.none, Int64(0))
        switch target {
        case .line(let place): end = place
        case .own(let seq):
            guard let event = try await house.runs.newestEvents(run.id, before: seq + 1, limit: 1).first else {
                return nil
            }
            (own, moment, end) = (event.seq, event.at, log?.end(at: event.at) ?? 0)
        }
        let after = log?.read(after: end).lines.filter(show.shows).prefix(Self.afterEventMax) ?? []
        guard let last = after.last else { return TimelinePlace(seq: .max, offset: end) }
        moment = after.compactMap(\.at).max() ?? moment
        guard let moment else { return TimelinePlace(seq: .max, offset: last.end) }
        let reached = try await house.runs.eventsEnd(run.id, at: moment)
        return TimelinePlace(seq: max(reached, own + 1), offset: last.end)
    }

    /// What it did last, and how long ago.
    private func doing(_ items: [TimelineItem]) -> String? {
        guard let line = items.last(where: { $0.line != nil })?.line else { return nil }
        return Self.doing(line) + (line.at.map { " (\(house.clock.took($0, nil)) ago)" } ?? "")
    }

    static func doing(_ line: SessionLine) -> String {
        let first = line.text.prefix { !$0.isNewline }, isLong = first.count > doingCharactersMax
        return "\(words(line.kind).word): \(isLong ? first.prefix(doingCharactersMax) + "…" : first)"
    }

    private static let doingCharactersMax = 140

    private func address(_ web: WebRequest, _ changes: [String: String?]) -> String {
        web.address("/runs/\(run.id)/", changing: changes.merging(["event": nil]) { one, _ in one }) + "#timeline"
    }

    private func views(_ web: WebRequest) -> [Link] {
        TimelineShow.allCases.map {
            Link(word: $0.word, address: address(web, ["show": $0.query, "before": nil]), isCurrent: $0 == show)
        }
    }

    private func reload(_ web: WebRequest) -> Link {
        web.query("refresh") == nil
            ? Link(
                word: "Reload every \(RunPage.refreshSeconds) s",
                address: address(web, ["refresh": "\(RunPage.refreshSeconds)"]))
            : Link(word: "Stop reloading", address: address(web, ["refresh": nil]))
    }

    private func search(_ web: WebRequest) -> Filters {
        let chips = web.query("text").map {
            [Link(word: "Text: \($0)", address: address(web, ["text": nil, "before": nil]))]
        }
        return Filters(
            action: "/runs/\(run.id)/#timeline",
            fields: [
                Field("text", "Text or tool", .line(type: "search"), value: web.query("text") ?? "", id: "find-text"),
                Field("show", "", .hidden, value: show.query ?? ""),
            ], chips: chips ?? [], verb: "Find")
    }
}
