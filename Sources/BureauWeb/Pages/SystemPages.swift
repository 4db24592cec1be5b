import BureauDomain
import BureauEngine
import Hummingbird

/// How the server itself is: for engineers and admins.
struct SystemPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let listedMax = 100

    var routes: [Route] {
        [
            .page("/system", .engineer) { try await overview($0) },
            .page("/system/webhooks", .engineer) { try await webhooks($0) },
            .page("/system/alerts", .engineer) { try await alerts($0) },
            .action("/system/alerts/:id/resolve", .engineer) { try await resolve($0) },
            .page("/system/queue", .engineer) { try await queue($0) },
            .page("/system/settings", .engineer) { try await settings($0) },
            .page("/system/audit-log", .admin) { try await audit($0) },
        ]
    }

    private func page(_ heading: String, _ web: WebRequest) -> Page {
        var page = Page(title: heading, heading: heading)
        let places = [
            ("Overview", "/system/"), ("Webhooks", "/system/webhooks/"), ("Alerts", "/system/alerts/"),
            ("Queue", "/system/queue/"), ("Settings in effect", "/system/settings/"), ("Audit log", "/system/audit-log/"),
        ]
        let isAdmin = web.visitor?.person.role == .admin
        page.blocks = [
            Block(
                tabs: Tabs(
                    label: "System",
                    tabs: places.filter { isAdmin || $0.1 != "/system/audit-log/" }.map {
                        Link(word: $0.0, address: $0.1, isCurrent: web.head.uri.path + "/" == $0.1 || web.head.uri.path == $0.1)
                    }))
        ]
        return page
    }

    private func overview(_ web: WebRequest) async throws -> Response {
        let health = await house.status.health(), figures = try await house.queue.figures()
        let newest = try await house.signals.list(limit: 1).first, open = try await house.alerts.list()
        var page = page("System", web)
        page.chip = health.isWell ? Chip(glyph: "●", word: "Healthy", tone: "ok") : Chip(glyph: "✕", word: "Failing", tone: "bad")
        page.blocks.append(
            Block(
                cards: Cards(cards: [
                    .init(label: "Last webhook", value: newest.map { clock.moment($0.receivedAt) } ?? "none yet", note: newest?.verdict),
                    .init(label: "Waiting in the queue", value: "\(figures.waiting)", note: "longest: \(Words.duration(.milliseconds(figures.oldestMilliseconds)))"),
                    .init(label: "In work", value: "\(figures.inWork)", note: "\(figures.awaitingApproval) wait for approval"),
                    .init(label: "Set aside", value: "\(figures.parked)", note: "dead letters"),
                    .init(label: "Open alerts", value: "\(open.count)"),
                ])))
        page.blocks.append(
            Block(
                facts: Facts([
                    .init(name: "Version", value: house.site.version),
                    .init(name: "Agents loaded", value: house.catalog.agents.map(\.config.name).joined(separator: ", ")),
                    .init(name: "Problems in agent files", value: "\(house.catalog.problems.count)", address: "/agents/"),
                    .init(name: "Dispatch", value: house.settings.isDispatchPaused ? "paused" : "on"),
                    .init(name: "Plain figures", value: "/metrics and /health", address: "/health"),
                ])))
        return try await house.page(page, web)
    }

    private func webhooks(_ web: WebRequest) async throws -> Response {
        let signals = try await house.signals.list(limit: Self.listedMax, verdict: web.query("verdict"))
        var page = page("Webhooks", web)
        let verdicts = ["run", "duplicate", "ignored", "parked", "refused"]
        page.blocks.append(
            Block(
                filters: Filters(
                    action: "/system/webhooks/",
                    fields: [
                        Field("verdict", "Verdict", .options([.init(word: "Any", value: "")] + verdicts.map {
                            .init(word: $0.capitalizedFirst, value: $0, isOn: $0 == web.query("verdict"))
                        }))
                    ]),
                table: Table(
                    "The newest \(Self.listedMax) deliveries",
                    [.init(title: "Verdict"), .init(title: "Received"), .init(title: "Agent"), .init(title: "Event"), .init(title: "From"), .init(title: "Why"), .init(title: "Run")],
                    signals.map { signal in
                        [
                            .init(text: "", chip: Self.chip(signal.verdict)),
                            .init(text: clock.moment(signal.receivedAt), iso: PageClock.iso(signal.receivedAt)), .init(text: signal.agent),
                            .init(text: signal.event ?? ""), .init(text: signal.remoteAddress), .init(text: signal.reason),
                            .init(text: signal.runID.map { String($0.prefix(10)) } ?? "", address: signal.runID.map { "/runs/\($0)/" }),
                        ]
                    }, empty: "No webhook has arrived.", note: "Send one again: bureau webhooks replay ID")))
        return try await house.page(page, web)
    }

    private static func chip(_ verdict: String) -> Chip {
        switch verdict {
        case "run": Chip(glyph: "✓", word: "Run", tone: "ok")
        case "refused": Chip(glyph: "✕", word: "Refused", tone: "bad")
        case "parked": Chip(glyph: "!", word: "Parked", tone: "warn")
        default: Chip(glyph: "–", word: verdict.capitalizedFirst, tone: "idle")
        }
    }

    private func alerts(_ web: WebRequest) async throws -> Response {
        let isAll = web.query("all") == "yes"
        let found = try await house.alerts.list(isAll: isAll, limit: Self.listedMax)
        var page = page("Alerts", web)
        page.links = [isAll ? Link(word: "Only open ones", address: "/system/alerts/") : Link(word: "Resolved ones too", address: "/system/alerts/?all=yes")]
        if found.isEmpty { page.blocks.append(Block(emptyText: "No alert is open.")) }
        for alert in found {
            let title = alert.isOpen ? alert.sentence : "Resolved by \(alert.resolvedBy ?? "bureau"): \(alert.sentence)"
            page.blocks.append(
                Block(
                    callout: Callout(
                        tone: alert.isOpen ? "bad" : "idle", title: title,
                        text: "\(alert.cause.replacing("_", with: " ")) · since \(clock.absolute(alert.openedAt)) · seen \(alert.occurrences) times",
                        link: alert.runID.map { Link(word: "Open run", address: "/runs/\($0)/") }),
                    forms: alert.isOpen ? [Form(action: "/system/alerts/\(alert.id)/resolve", verb: "Resolve", tone: "", style: "form row")] : []))
        }
        return try await house.page(page, web)
    }

    private func resolve(_ web: WebRequest) async throws -> Response {
        let (actor, id) = (try web.actor(), web.parameter("id").uppercased())
        guard try await house.alerts.find(id).count == 1 else { throw PageProblem.notFound }
        let isNew = try await house.alerts.resolve(id, by: actor.name)
        if isNew { try await house.audit.note(actor, "alert resolved", "alert \(id)") }
        return try await house.done(isNew ? "Resolved. The same cause opens a new one." : "It was resolved already.", "/system/alerts/", web)
    }

    private func queue(_ web: WebRequest) async throws -> Response {
        let figures = try await house.queue.figures()
        var filter = QueueFilter()
        filter.limit = Self.listedMax
        let waiting = try await house.queue.waiting(filter), parked = try await house.queue.parked(filter)
        var page = page("Queue", web)
        page.blocks += [
            Block(
                heading: "By client and agent",
                table: Table(
                    "Runs that wait or are in work",
                    [.init(title: "Client"), .init(title: "Agent"), .init(title: "Waiting", isNumber: true), .init(title: "In work", isNumber: true), .init(title: "Since")],
                    figures.lines.map { line in
                        [
                            .init(text: line.client ?? "none"), .init(text: line.agent), .init(text: "\(line.waiting)"),
                            .init(text: "\(line.inWork)"), .init(text: line.oldestAt.map(clock.moment) ?? ""),
                        ]
                    }, empty: "The queue is empty.")),
            Block(heading: "Waiting", table: RunWords.table("Those that have waited longest first", waiting, clock, empty: "Nobody waits.")),
            Block(
                heading: "Set aside",
                table: Table(
                    "Dead letters: work that goes on only when somebody says so",
                    [.init(title: "Kind"), .init(title: "What"), .init(title: "Agent"), .init(title: "Client"), .init(title: "Since"), .init(title: "Run")],
                    parked.map { letter in
                        [
                            .init(text: letter.kind.rawValue), .init(text: letter.sentence), .init(text: letter.agent ?? ""), .init(text: letter.client ?? ""),
                            .init(text: clock.moment(letter.parkedAt)), .init(text: letter.runID.map { String($0.prefix(10)) } ?? "", address: letter.runID.map { "/runs/\($0)/" }),
                        ]
                    }, empty: "Nothing was set aside.", note: "Try again: bureau queue redrive. Dismiss: bureau queue drop.")),
        ]
        return try await house.page(page, web)
    }

    private func settings(_ web: WebRequest) async throws -> Response {
        var page = page("Settings in effect", web)
        page.lead = "Secrets are never shown; here they are \"set\" or missing."
        page.blocks.append(
            Block(
                table: Table(
                    "Variables this server was started with",
                    [.init(title: "Variable"), .init(title: "Value"), .init(title: "From")],
                    house.site.settings.map { [.init(text: $0.name), .init(text: $0.value), .init(text: $0.origin)] },
                    empty: "Nothing is set; every default holds.")))
        return try await house.page(page, web)
    }

    private func audit(_ web: WebRequest) async throws -> Response {
        let found = try await house.audit.list(subject: web.query("subject"), before: web.query("before"), limit: 51)
        let entries = found.prefix(50)
        var page = page("Audit log", web)
        page.blocks.append(
            Block(
                table: Table(
                    "Who changed what, newest first",
                    [.init(title: "When"), .init(title: "Who"), .init(title: "What"), .init(title: "Subject"), .init(title: "Before"), .init(title: "After"), .init(title: "From")],
                    entries.map { entry in
                        [
                            .init(text: clock.absolute(entry.at), iso: PageClock.iso(entry.at)), .init(text: entry.actor.name), .init(text: entry.action),
                            .init(text: entry.subject, address: "/system/audit-log/?subject=" + WebRequest.escaped(entry.subject)),
                            .init(text: entry.before ?? ""), .init(text: entry.after ?? ""),
                            .init(text: [entry.actor.surface, entry.actor.remoteAddress].filter { !$0.isEmpty }.joined(separator: " ")),
                        ]
                    }, empty: "Nothing was changed yet.", first: web.query("before") == nil ? nil : web.address("/system/audit-log/", changing: ["before": .some(nil)]),
                    next: found.count > 50 ? web.address("/system/audit-log/", changing: ["before": entries.last?.id]) : nil)))
        return try await house.page(page, web)
    }
}
