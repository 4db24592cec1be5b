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
            .page("/system/settings.json", .engineer) { _ in settingsDocument },
        ]
    }

    private func page(_ heading: String, _ web: WebRequest) -> Page { SystemFrame.page(heading, web) }

    private func overview(_ web: WebRequest) async throws -> Response {
        let health = await house.status.health()
        let facts = try await house.part("How the intake, the runners and the store are", or: SystemFacts?.none) {
            try await house.system.look(today: clock.startOfToday)
        }
        let schedules = try await house.part("The schedules", or: [ScheduleRecord]?.none) {
            try await house.schedules.list()
        }
        let rows = SystemRows(
            house: house, facts: facts.value, schedules: schedules.value,
            checkup: await house.checkup?.last(.everything))
        var page = page("System", web)
        page.blocks += [facts.lost, schedules.lost].compactMap(\.self)
        if let intake = facts.value?.intake {
            let worst = schedules.lost == nil ? rows.worst : "bad"
            page.chip = chip(isWell: health.isWell, worst, intake)
            page.links = IntakePages.links(intake.mode)
        } else {
            page.chip = Chip(glyph: "✕", word: "Failing", tone: "bad")
        }
        page.blocks.append(Block(style: "rows", facts: Facts(rows.all)))
        return try await house.page(page, web)
    }

    private func chip(isWell: Bool, _ worst: String?, _ intake: IntakeStatus) -> Chip {
        if !isWell || worst == "bad" { return Chip(glyph: "✕", word: "Failing", tone: "bad") }
        if intake.mode != .open { return IntakePages.chip(intake) }
        return worst == nil
            ? Chip(glyph: "●", word: "Healthy", tone: "ok") : Chip(glyph: "!", word: "Needs a look", tone: "warn")
    }

    private func alerts(_ web: WebRequest) async throws -> Response {
        let isAll = web.query("all") == "yes"
        let found = try await house.alerts.list(
            isAll: isAll, visible: try web.signedIn().person.clients, before: web.query("before"),
            limit: Self.listedMax)
        let runs = try await house.runs.find(ids: found.compactMap(\.runID))
        var page = page("Alerts", web)
        page.links = [
            isAll
                ? Link(word: "Only open ones", address: "/system/alerts/")
                : Link(word: "Resolved ones too", address: "/system/alerts/?all=yes"),
            Link(word: "CSV", address: web.address("/system/alerts.csv", changing: ["before": nil])),
        ]
        if found.isEmpty {
            let none = isAll ? "There has been no alert." : "No alert is open."
            page.blocks.append(Block(emptyText: web.query("before") == nil ? none : "There are no older ones."))
        }
        for alert in found {
            let title = alert.isOpen ? alert.sentence : "Resolved by \(alert.resolvedBy ?? "bureau"): \(alert.sentence)"
            page.blocks.append(
                Block(
                    callout: Callout(
                        tone: alert.isOpen ? "bad" : "idle", title: title,
                        text: meta(alert, alert.runID.flatMap { runs[$0] }),
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

    /// What it is about, since when, and how often.
    private func meta(_ alert: AlertRecord, _ run: RunRecord?) -> String {
        let words = run.map { house.words($0) }
        let parts: [String?] = [
            words?.client, words?.agent, alert.cause.replacing("_", with: " "),
            "since \(clock.absolute(alert.openedAt))",
            alert.occurrences == 1 ? "seen once" : "seen \(alert.occurrences) times",
        ]
        return parts.compactMap(\.self).joined(separator: " · ")
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

    private var settingsDocument: Response {
        let items = house.site.settings.map { setting -> JSONValue in
            ["name": .string(setting.name), "value": .string(setting.value), "from": .string(setting.origin)]
        }
        return RunPages.json(["items": .array(items), "next": .null])
    }
}
