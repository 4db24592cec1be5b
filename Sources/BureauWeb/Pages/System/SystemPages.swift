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
            .page("/system/alerts", .engineer) { try await alerts($0) },
            .action("/system/alerts/:id/resolve", .engineer) { try await resolve($0) },
            .page("/system/settings", .engineer) { try await settings($0) },
            .page("/system/audit-log", .engineer) { try await audit($0) },
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
                    Facts.Fact(name: "Started", value: clock.absolute(house.status.startedAt)),
                    Facts.Fact(name: "Connections", value: await connections(), address: "/system/connections/"),
                    Facts.Fact(name: "Plain figures", value: "/metrics and /health", address: "/health"),
                ])))
        return try await house.page(page, web)
    }

    /// What the last look at them found.
    private func connections() async -> String {
        guard let outcome = await house.checkup?.last(.everything) else { return "not looked at since the start" }
        let wrong = outcome.lines.filter { $0.status == .fail || $0.status == .warn }
        let found =
            wrong.isEmpty ? "all well" : wrong.prefix(5).map { "\($0.name): \($0.detail)" }.joined(separator: "; ")
        return "\(found) (\(clock.moment(outcome.endedAt)))"
    }

    private func alerts(_ web: WebRequest) async throws -> Response {
        let isAll = web.query("all") == "yes"
        let found = try await house.alerts.list(
            isAll: isAll, visible: try web.signedIn().person.clients, before: web.query("before"),
            limit: Self.listedMax)
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
        if found.count == Self.listedMax {
            let older = web.address("/system/alerts/", changing: ["before": found.last?.id])
            page.blocks.append(Block(links: [Link(word: "Older ones", address: older)]))
        }
        return try await house.page(page, web)
    }

    private func resolve(_ web: WebRequest) async throws -> Response {
        let (actor, id) = (try web.actor(), web.parameter("id").uppercased())
        let found = try await house.alerts.find(id).first { $0.id == id }
        guard let found, try await maySee(found, web) else { throw PageProblem.notFound }
        let isNew = try await house.alerts.resolve(id, by: actor.name)
        if isNew {
            let after = try await house.alerts.find(id).first ?? found
            try await house.audit.note(actor, alert: found, after: after)
        }
        return try await house.done(
            isNew ? "Resolved. The same cause opens a new one." : "It was resolved already.", "/system/alerts/", web)
    }

    private func maySee(_ alert: AlertRecord, _ web: WebRequest) async throws -> Bool {
        guard let run = alert.runID else { return true }
        return try web.signedIn().person.maySee(client: try await house.runs.find(run).clientSlug)
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
