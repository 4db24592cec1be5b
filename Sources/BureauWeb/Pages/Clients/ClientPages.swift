import BureauDomain
import BureauEngine
import Hummingbird

/// The clients, each with how ready it is.
struct ClientPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }

    var routes: [Route] {
        [
            .page("/clients", .viewer) { try await list($0) },
            .page("/clients.json", .viewer) { try await json($0) },
            .page("/clients.csv", .viewer) { try await csv($0) },
        ]
    }

    static let pageRows = 100

    /// What the list is searched for, in names and slugs.
    static func text(_ web: WebRequest) -> String? {
        web.query("text").map { $0[...].trimmed }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func order(_ web: WebRequest) -> ClientOrder { ClientOrder(web) }

    private func list(_ web: WebRequest, problem: String? = nil) async throws -> Response {
        let person = try web.signedIn().person
        let isArchived = web.query("view") == "archived"
        let clients = try await Self.order(web).page(house, web, isArchived: isArchived),
            owners = try await house.clients.owners()
        let agents = house.catalog.agents.map(\.config), shown = clients.prefix(Self.pageRows)
        let runs = try await house.runs.newest(ofClients: shown.map(\.record.slug))
        func leading(after place: String?) -> String { web.address("/clients/", changing: ["after": place]) }
        let next = clients.count > shown.count ? try await Self.order(web).place(of: shown.last, house) : nil
        var page = Page(title: "Clients", heading: "Clients")
        page.lead = "What each client's record has for the agents, computed as you look."
        page.blocks = [
            Block(tabs: tabs(web), filters: filters(web)),
            Block(
                table: table(
                    shown.map { row($0, owners[$0.record.slug], runs[$0.record.slug], agents) },
                    empty: empty(web, isArchived: isArchived),
                    clear: Self.text(web).map { _ in web.address("/clients/", changing: ["text": nil, "after": nil]) },
                    csv: web.address("/clients.csv", changing: ["after": nil]),
                    first: web.query("after") == nil ? nil : leading(after: nil),
                    next: next.map { leading(after: $0) }, web
                ).counted(web)),
        ]
        if person.role >= .admin { page.blocks.append(Self.creation) }
        return try await house.page(page, web)
    }

    /// What is searched for stays when the other view is chosen.
    private func tabs(_ web: WebRequest) -> Tabs {
        func tab(_ word: String, _ view: String?) -> Link {
            Link(
                word: word, address: web.address("/clients/", changing: ["view": view, "after": nil]),
                isCurrent: web.query("view") == view)
        }
        return Tabs(label: "Views", tabs: [tab("In work", nil), tab("Archived", "archived")])
    }

    private func filters(_ web: WebRequest) -> Filters {
        var filters = Filters(
            web, "/clients/",
            [
                Field("view", "", .hidden, value: web.query("view") ?? ""), Self.order(web).order.field,
                Field("text", "Name or slug", .line(type: "search"), value: web.query("text") ?? ""),
            ])
        filters.verb = "Find"
        return filters
    }

    private func empty(_ web: WebRequest, isArchived: Bool) -> String {
        if Self.text(web) != nil { return "No clients match." }
        return isArchived ? "No client is archived." : "No clients yet. An admin creates one with a name and a slug."
    }

    private func table(
        _ rows: [[Table.Cell]], empty: String, clear: String?, csv: String, first: String?, next: String?,
        _ web: WebRequest
    ) -> Table {
        let order = Self.order(web)
        let columns = Table.columns("Client", "Readiness", "Ready for", "Owner", "Last run", "Changed")
        var table = Table(
            "Clients you see, \(order.words)", order.order.columns(columns, web), rows, empty: empty,
            emptyLink: clear.map { Link(word: "Clear filters", address: $0) }, note: order.note, csv: csv, first: first,
            next: next)
        (table.firstWord, table.nextWord) = ("First", "Next")
        return table
    }

    private func row(
        _ client: ClientStanding, _ owners: [String]?, _ run: RunRecord?, _ agents: [AgentConfig]
    ) -> [Table.Cell] {
        let readiness = ClientReadiness(client.record, isArchived: client.isArchived, agents: agents)
        return [
            Table.Cell(text: client.record.name, address: "/clients/\(client.record.slug)/"),
            Table.Cell(text: "", chip: Self.chip(readiness, client.isArchived)),
            Table.Cell(text: "\(readiness.readyAgents) of \(agents.count) agents"),
            Table.Cell(text: owners?.joined(separator: ", ") ?? "nobody"),
            Table.Cell(
                text: run.map { clock.moment($0.acceptedAt) } ?? "none", address: run.map { "/runs/\($0.id)/" },
                iso: run.map { PageClock.iso($0.acceptedAt) }),
            Table.Cell(text: clock.moment(client.updatedAt), iso: PageClock.iso(client.updatedAt)),
        ]
    }

    private static var creation: Block {
        Block(
            id: "create", heading: "Create a client",
            text: "A name and a slug are enough. The client's page then says what else the agents want to know.",
            forms: [
                Form(
                    action: "/clients", verb: "Create client",
                    fields: [
                        Field("name", "Name", hint: "As people write it.", isRequired: true),
                        Field(
                            "slug", "Slug", hint: "Lower-case letters, digits and hyphens. It stays for good.",
                            isRequired: true),
                    ])
            ])
    }

    static func chip(_ readiness: ClientReadiness, _ isArchived: Bool) -> Chip {
        if isArchived { return Chip(glyph: "–", word: "Archived", tone: "idle") }
        let word = "\(readiness.known) of \(readiness.needed)"
        return readiness.isReady
            ? Chip(glyph: "✓", word: "Ready: \(word)", tone: "ok") : Chip(glyph: "!", word: word, tone: "warn")
    }

    private func json(_ web: WebRequest) async throws -> Response {
        let agents = house.catalog.agents.map(\.config)
        let isArchived = web.query("view").map { $0 == "archived" }
        let order = Self.order(web), choice = try ClientOrder.Choice(web, isArchived: isArchived)
        let list = order.order.cursorName("clients")
        let place = try APICursor.place(web, of: list, or: web.query("after"))
        let found = try await order.page(house, choice, after: place, limit: Self.pageRows + 1),
            shown = found.prefix(Self.pageRows)
        let clients = shown.map { client -> JSONValue in
            let readiness = ClientReadiness(client.record, isArchived: client.isArchived, agents: agents)
            return .object(
                JSONObject([
                    ("slug", .string(client.record.slug)), ("name", .string(client.record.name)),
                    ("archived", .bool(client.isArchived)), ("readiness", readiness.document),
                ]))
        }
        let next = found.count > shown.count ? try await order.place(of: shown.last, house) : nil
        return RunPages.json(clients, next: next, of: list)
    }

    /// All of a view's, in the page's own order.
    private func csv(_ web: WebRequest) async throws -> Response {
        let order = Self.order(web), choice = try ClientOrder.Choice(web, isArchived: web.query("view") == "archived")
        let agents = house.catalog.agents.map(\.config), owners = try await house.clients.owners()
        let titles = [
            "client", "name", "archived", "facts_known", "facts_needed", "agents_ready", "owners", "changed_at",
        ]
        return try await CSV.download("clients.csv", titles) { [house] after in
            let found = try await order.page(house, choice, after: after, limit: CSV.pageRows)
            var rows = found.map { client in
                let readiness = ClientReadiness(client.record, isArchived: client.isArchived, agents: agents)
                return [
                    client.record.slug, client.record.name, client.isArchived ? "yes" : "no", "\(readiness.known)",
                    "\(readiness.needed)", "\(readiness.readyAgents)",
                    (owners[client.record.slug] ?? []).joined(separator: ", "), PageClock.iso(client.updatedAt),
                ]
            }
            guard found.count == CSV.pageRows else {
                if let cut = try await order.cut(house, choice) { rows.append([cut]) }
                return (rows, nil)
            }
            return (rows, try await order.place(of: found.last, house))
        }
    }
}

extension ClientReadiness {
    /// As programs read it.
    var document: JSONValue {
        .object(
            JSONObject([
                ("known", .number(JSONNumber(known))), ("needed", .number(JSONNumber(needed))),
                (
                    "missing",
                    .array(
                        lines.filter(\.isMissing).map { line in
                            .object(
                                JSONObject([
                                    ("field", .string(line.fact.field)), ("label", .string(line.fact.label)),
                                    ("needed_by", .array(line.neededBy.map { .string($0) })),
                                ]))
                        })
                ),
                (
                    "agents",
                    .array(
                        agents.map { agent in
                            .object(
                                JSONObject([
                                    ("agent", .string(agent.name)), ("ready", .bool(agent.readiness.isReady)),
                                    ("missing", .array(agent.readiness.missing.map { .string($0) })),
                                    ("blockers", .array(agent.readiness.blockers.map { .string($0) })),
                                ]))
                        })
                ),
            ]))
    }
}
