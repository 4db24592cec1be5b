import BureauDomain
import BureauEngine
import Hummingbird

/// What tools have sent: each delivery with its verdict, and a way to take it in once more.
struct SignalPages: Sendable {
    let house: WebHouse
    var clock: PageClock { house.clock }
    static let place = "/system/webhooks", pageRows = 50
    static let verdicts = ["run", "duplicate", "ignored", "parked", "refused"]

    var routes: [Route] {
        [
            .page(Self.place, .engineer) { try await list($0) },
            .page(Self.place + ".csv", .engineer) { try await csv($0) },
            .page(Self.place + "/:id", .engineer) { web in
                try await show(try await SignalReplay(house: house).find(web), web)
            },
            .page(Self.place + "/:id/replay", .engineer) { try await askToReplay($0) },
            .action(Self.place + "/:id/replay", .engineer) { try await replay($0) },
        ]
    }

    private func list(_ web: WebRequest) async throws -> Response {
        let found = try await house.signals.list(
            verdict: web.query("verdict"), agent: web.query("agent"), visible: try web.signedIn().person.clients,
            before: web.query("before"), limit: Self.pageRows + 1)
        let signals = found.prefix(Self.pageRows)
        let isNarrowed = web.query("verdict") != nil || web.query("agent") != nil
        var page = SystemFrame.page("Webhooks", web)
        page.blocks.append(
            Block(
                filters: Filters(
                    web, Self.place + "/",
                    [
                        .choice("verdict", "Verdict", Self.verdicts.map { ($0, $0.capitalizedFirst) }, web),
                        .choice("agent", "Agent", house.agentChoices, web),
                    ]),
                table: Table(
                    "Deliveries, newest first",
                    Table.columns(
                        "Verdict", "Received", "Source", "Agent", "Event", "From", "Why", "Known again by", "Run",
                        "Once more"),
                    signals.map(row), empty: isNarrowed ? "No webhooks match." : "No webhook has arrived.",
                    emptyLink: isNarrowed ? Link(word: "Clear filters", address: Self.place + "/") : nil,
                    csv: web.address(Self.place + ".csv", changing: ["before": nil]),
                    first: web.query("before") == nil
                        ? nil : web.address(Self.place + "/", changing: ["before": nil]),
                    next: found.count > Self.pageRows
                        ? web.address(Self.place + "/", changing: ["before": signals.last?.id]) : nil
                ).counted(web)))
        return try await house.page(page, web)
    }

    private func csv(_ web: WebRequest) async throws -> Response {
        let visible = try web.signedIn().person.clients
        let (verdict, agent, begin) = (web.query("verdict"), web.query("agent"), web.query("before"))
        let titles = ["delivery", "received_at", "source", "agent", "event", "from", "verdict", "why", "run", "key"]
        return try await CSV.download("webhooks.csv", titles) { [house] after in
            let found = try await house.signals.list(
                verdict: verdict, agent: agent, visible: visible, before: after ?? begin, limit: CSV.pageRows)
            let rows = found.map { signal in
                [
                    signal.id, PageClock.iso(signal.receivedAt), signal.source, signal.agent, signal.event ?? "",
                    signal.remoteAddress, signal.verdict, signal.reason, signal.runID ?? "",
                    signal.deliveryKey ?? "",
                ]
            }
            return (rows, found.count == CSV.pageRows ? found.last?.id : nil)
        }
    }

    private func row(_ signal: SignalRecord) -> [Table.Cell] {
        let project = Self.project(signal).map { ", project \($0)" } ?? ""
        let replay = Self.isReplayable(signal) ? Self.address(signal) + "replay" : nil
        return [
            Table.Cell(text: "", chip: Self.chip(signal.verdict)),
            Table.Cell(
                text: clock.moment(signal.receivedAt), address: Self.address(signal),
                iso: PageClock.iso(signal.receivedAt)),
            Table.Cell(text: Self.tool(signal) + project), Table.Cell(text: agent(signal)),
            Table.Cell(text: signal.event ?? ""), Table.Cell(text: signal.remoteAddress),
            Table.Cell(text: signal.reason),
            Table.Cell(text: signal.deliveryKey.map(Self.end) ?? "", isCode: signal.deliveryKey != nil),
            Table.Cell(
                text: signal.runID.map { String($0.prefix(10)) } ?? "", address: signal.runID.map { "/runs/\($0)/" }),
            Table.Cell(text: replay == nil ? "" : "Replay…", address: replay),
        ]
    }

    /// Where two keys differ: a whole one would make a row of seven lines, and stands on the delivery's own page.
    static func end(_ key: String) -> String { key.count > keyShown ? "…" + key.suffix(keyShown) : key }
    static let keyShown = 16

    /// A command from Slack is typed again, and nobody knows who sent what was refused.
    static func isReplayable(_ signal: SignalRecord) -> Bool {
        signal.verdict != "refused" && WorkToolKind(rawValue: signal.source) != nil
    }

    /// Whose webhook it is, where that is no agent's but a project's.
    private static func project(_ signal: SignalRecord) -> String? {
        let start = signal.source + "-"
        return signal.agent.hasPrefix(start) ? String(signal.agent.dropFirst(start.count)) : nil
    }

    private func agent(_ signal: SignalRecord) -> String {
        Self.project(signal) == nil ? house.agentName(signal.agent) : ""
    }

    static func address(_ signal: SignalRecord) -> String { "\(place)/\(signal.id)/" }

    static func tool(_ signal: SignalRecord) -> String {
        // Whoever sends what nobody can read is no tool that is known.
        if signal.agent.isEmpty, signal.source == WorkToolKind.clickUp.rawValue { return "Not known" }
        return WorkToolKind(rawValue: signal.source)?.label ?? signal.source.capitalizedFirst
    }

    private static func chip(_ verdict: String) -> Chip {
        switch verdict {
        case "run": Chip(glyph: "✓", word: "Run", tone: "ok")
        case "refused": Chip(glyph: "✕", word: "Refused", tone: "bad")
        case "parked": Chip(glyph: "!", word: "Parked", tone: "warn")
        default: Chip(glyph: "–", word: verdict.capitalizedFirst, tone: "idle")
        }
    }

    private func show(_ signal: SignalRecord, _ web: WebRequest) async throws -> Response {
        var page = SystemFrame.page("Delivery", web)
        page.chip = Self.chip(signal.verdict)
        page.lead = signal.reason
        page.crumbs = [
            Link(word: "System", address: "/system/"), Link(word: "Webhooks", address: Self.place + "/"),
            Link(word: String(signal.id.prefix(14))),
        ]
        let isKnown = signal.verdict != "refused", isReplayable = Self.isReplayable(signal)
        page.blocks.append(
            Block(
                facts: Facts([
                    Facts.Fact(name: "Delivery", value: signal.id, isCode: true, isCopied: true),
                    Facts.Fact(name: "Received", told: TimedText(signal.receivedAt, clock.absolute)),
                    Facts.Fact(name: "Source", value: Self.tool(signal)),
                    Facts.Fact(name: "Project", value: Self.project(signal) ?? "", isCode: true),
                    Facts.Fact(name: "Agent", value: agent(signal)),
                    Facts.Fact(name: "Event", value: signal.event ?? ""),
                    Facts.Fact(name: "From", value: signal.remoteAddress),
                    Facts.Fact(name: "Known again by", value: signal.deliveryKey ?? "", isCode: true),
                    Facts.Fact(name: "Size", value: "\(signal.bodyBytes) bytes"),
                    Facts.Fact(
                        name: "Run", value: signal.runID ?? "", address: signal.runID.map { "/runs/\($0)/" }),
                ]),
                emptyText: isKnown ? nil : "A refused delivery is not taken in again: nobody knows who sent it.",
                forms: isReplayable
                    ? [Form(action: Self.address(signal) + "replay", verb: "Replay…", tone: "", style: "form row")] : []
            ))
        if let body = try await house.signals.shownBody(signal) {
            page.blocks.append(Block(disclosure: Disclosure(summary: "What was sent", body: body)))
        }
        return try await house.page(page, web)
    }

    private func replay(_ web: WebRequest) async throws -> Response {
        let signals = SignalReplay(house: house)
        guard ConfirmPage.isConfirmed(web) else {
            return .seeOther(Self.address(try await signals.replayable(web)) + "replay")
        }
        let outcome = try await signals.take(web, reason: ConfirmPage.reason(web))
        return try await house.done(
            "Taken in once more: \(outcome.verdict)\(outcome.reason.isEmpty ? "" : ", \(outcome.reason)").",
            outcome.runID.map { "/runs/\($0)/" } ?? Self.address(outcome.signal), web)
    }
}
