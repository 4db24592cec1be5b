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

    private func page(_ heading: String, _ web: WebRequest) -> Page { SystemFrame.page(heading, web) }

    private func overview(_ web: WebRequest) async throws -> Response {
        let health = await house.status.health(), figures = try await house.queue.figures()
        let newest = try await house.signals.list(limit: 1).first, open = try await house.alerts.list()
        var page = page("System", web)
        page.chip =
            health.isWell
            ? Chip(glyph: "●", word: "Healthy", tone: "ok") : Chip(glyph: "✕", word: "Failing", tone: "bad")
        page.blocks.append(
            Block(
                cards: Cards(cards: [
                    Cards.Card(
                        label: "Last webhook", value: newest.map { clock.moment($0.receivedAt) } ?? "none yet",
                        note: newest?.verdict),
                    Cards.Card(
                        label: "Waiting in the queue", value: "\(figures.waiting)",
                        note: "longest: \(Words.duration(.milliseconds(figures.oldestMilliseconds)))"),
                    Cards.Card(
                        label: "In work", value: "\(figures.inWork)",
                        note: "\(figures.awaitingApproval) wait for approval"),
                    Cards.Card(label: "Set aside", value: "\(figures.parked)", note: "dead letters"),
                    Cards.Card(label: "Open alerts", value: "\(open.count)"),
                ])))
        page.blocks.append(
            Block(
                facts: Facts([
                    Facts.Fact(name: "Version", value: house.site.version),
                    Facts.Fact(
                        name: "Agents loaded",
                        value: house.catalog.agents.map(\.config.displayName).joined(separator: ", ")),
                    Facts.Fact(
                        name: "Problems in agent files", value: "\(house.catalog.problems.count)", address: "/agents/"),
                    Facts.Fact(name: "Dispatch", value: house.settings.isDispatchPaused ? "paused" : "on"),
                    Facts.Fact(name: "Plain figures", value: "/metrics and /health", address: "/health"),
                ])))
        return try await house.page(page, web)
    }

    private func webhooks(_ web: WebRequest) async throws -> Response {
        let signals = try await house.signals.list(
            verdict: web.query("verdict"), agent: nil, visible: try web.signedIn().person.clients, before: nil,
            limit: Self.listedMax)
        var page = page("Webhooks", web)
        let verdicts = ["run", "duplicate", "ignored", "parked", "refused"]
        page.blocks.append(
            Block(
                filters: Filters(
                    action: "/system/webhooks/",
                    fields: [
                        Field(
                            "verdict", "Verdict",
                            .options(
                                [Field.Option(word: "Any", value: "")]
                                    + verdicts.map {
                                        Field.Option(
                                            word: $0.capitalizedFirst, value: $0, isOn: $0 == web.query("verdict"))
                                    }))
                    ]),
                table: Table(
                    "The newest \(Self.listedMax) deliveries",
                    Table.columns("Verdict", "Received", "Agent", "Event", "From", "Why", "Run", "Delivery"),
                    signals.map { signal -> [Table.Cell] in
                        [
                            Table.Cell(text: "", chip: Self.chip(signal.verdict)),
                            Table.Cell(text: clock.moment(signal.receivedAt), iso: PageClock.iso(signal.receivedAt)),
                            Table.Cell(text: house.agentName(signal.agent)),
                            Table.Cell(text: signal.event ?? ""), Table.Cell(text: signal.remoteAddress),
                            Table.Cell(text: signal.reason),
                            Table.Cell(
                                text: signal.runID.map { String($0.prefix(10)) } ?? "",
                                address: signal.runID.map { "/runs/\($0)/" }),
                            Table.Cell(text: String(signal.id.prefix(14)), isCode: true),
                        ]
                    }, empty: "No webhook has arrived.", note: "Send one again: bureau webhooks replay DELIVERY")))
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
        let found = try await house.alerts.list(
            isAll: isAll, visible: try web.signedIn().person.clients, before: nil, limit: Self.listedMax)
        var page = page("Alerts", web)
        page.links = [
            isAll
                ? Link(word: "Only open ones", address: "/system/alerts/")
                : Link(word: "Resolved ones too", address: "/system/alerts/?all=yes")
        ]
        if found.isEmpty { page.blocks.append(Block(emptyText: "No alert is open.")) }
        for alert in found {
            let title = alert.isOpen ? alert.sentence : "Resolved by \(alert.resolvedBy ?? "bureau"): \(alert.sentence)"
            page.blocks.append(
                Block(
                    callout: Callout(
                        tone: alert.isOpen ? "bad" : "idle", title: title,
                        text:
                            "\(alert.cause.replacing("_", with: " ")) · since \(clock.absolute(alert.openedAt)) · seen \(alert.occurrences) times",
                        link: alert.runID.map { Link(word: "Open run", address: "/runs/\($0)/") }),
                    forms: alert.isOpen
                        ? [
                            Form(
                                action: "/system/alerts/\(alert.id)/resolve", verb: "Resolve", tone: "",
                                style: "form row")
                        ] : []))
        }
        return try await house.page(page, web)
    }

    private func resolve(_ web: WebRequest) async throws -> Response {
        let (actor, id) = (try web.actor(), web.parameter("id").uppercased())
        let found = try await house.alerts.find(id).first { $0.id == id }
        guard let found, try await maySee(found, web) else { throw PageProblem.notFound }
        let isNew = try await house.alerts.resolve(id, by: actor.name)
        if isNew { try await house.audit.note(actor, "alert resolved", "alert \(id)") }
        return try await house.done(
            isNew ? "Resolved. The same cause opens a new one." : "It was resolved already.", "/system/alerts/", web)
    }

    private func maySee(_ alert: AlertRecord, _ web: WebRequest) async throws -> Bool {
        guard let run = alert.runID else { return true }
        return try web.signedIn().person.maySee(client: try await house.runs.find(run).clientSlug)
    }

    private func queue(_ web: WebRequest) async throws -> Response {
        let figures = try await house.queue.figures()
        var filter = QueueFilter()
        filter.limit = Self.listedMax
        let clients = try await house.clients.names(with: figures.lines.compactMap(\.client))
        let person = try web.signedIn().person
        let waiting = try await house.queue.waiting(filter).filter { person.maySee(client: $0.clientSlug) }
        let parked = try await house.queue.parked(filter).filter { person.maySee(client: $0.client) }
        var page = page("Queue", web)
        page.blocks += [
            Block(
                heading: "By client and agent",
                table: Table(
                    "Runs that wait or are in work",
                    Table.columns("Client", "Agent", "#Waiting", "#In work", "#Ask for approval", "Since"),
                    figures.lines.filter { person.maySee(client: $0.client) }.map { line -> [Table.Cell] in
                        [
                            Table.Cell(text: line.client.map { clients[$0] ?? $0 } ?? "none"),
                            Table.Cell(text: house.agentName(line.agent)),
                            Table.Cell(text: "\(line.waiting)"),
                            Table.Cell(text: "\(line.inWork)"), Table.Cell(text: "\(line.awaitingApproval)"),
                            Table.Cell(text: line.oldestAt.map(clock.moment) ?? ""),
                        ]
                    }, empty: "The queue is empty.")),
            Block(
                heading: "Waiting",
                table: RunWords.table("Those that have waited longest first", waiting, house, empty: "Nobody waits.")),
            Block(
                heading: "Set aside",
                table: Table(
                    "Dead letters: work that goes on only when somebody says so",
                    Table.columns("Kind", "What", "Agent", "Client", "Since", "Run"),
                    parked.map { letter -> [Table.Cell] in
                        [
                            Table.Cell(text: letter.kind.rawValue), Table.Cell(text: letter.sentence),
                            Table.Cell(text: letter.agent.map(house.agentName) ?? ""),
                            Table.Cell(text: letter.client.map { clients[$0] ?? $0 } ?? ""),
                            Table.Cell(text: clock.moment(letter.parkedAt)),
                            Table.Cell(
                                text: letter.runID.map { String($0.prefix(10)) } ?? "",
                                address: letter.runID.map { "/runs/\($0)/" }),
                        ]
                    }, empty: "Nothing was set aside.",
                    note: "Try again: bureau queue redrive. Dismiss: bureau queue drop.")),
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
                    Table.columns("Variable", "Value", "From"),
                    house.site.settings.map {
                        [Table.Cell(text: $0.name), Table.Cell(text: $0.value), Table.Cell(text: $0.origin)]
                    },
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
                    Table.columns("When", "Who", "What", "Subject", "Before", "After", "From"),
                    entries.map { entry -> [Table.Cell] in
                        [
                            Table.Cell(text: clock.absolute(entry.at), iso: PageClock.iso(entry.at)),
                            Table.Cell(text: entry.actor.name), Table.Cell(text: entry.action),
                            Table.Cell(
                                text: entry.subject,
                                address: "/system/audit-log/?subject=" + WebRequest.escaped(entry.subject)),
                            Table.Cell(text: AuditWords(entry).before), Table.Cell(text: AuditWords(entry).after),
                            Table.Cell(
                                text: [entry.actor.surface, entry.actor.remoteAddress].filter { !$0.isEmpty }.joined(
                                    separator: " ")),
                        ]
                    }, empty: "Nothing was changed yet.",
                    first: web.query("before") == nil
                        ? nil : web.address("/system/audit-log/", changing: ["before": nil]),
                    next: found.count > 50
                        ? web.address("/system/audit-log/", changing: ["before": entries.last?.id]) : nil)))
        return try await house.page(page, web)
    }
}
