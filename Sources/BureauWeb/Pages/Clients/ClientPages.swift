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
        ]
    }

    private func standings(_ web: WebRequest) async throws -> [ClientStanding] {
        let person = try web.signedIn().person
        return try await house.clients.standings().filter { person.maySee(client: $0.record.slug) }
    }

    private func list(_ web: WebRequest, problem: String? = nil) async throws -> Response {
        let person = try web.signedIn().person
        let clients = try await standings(web), owners = try await house.clients.owners()
        let agents = house.catalog.agents.map(\.config)
        let shown = clients.filter { $0.isArchived == (web.query("view") == "archived") }
        var page = Page(title: "Clients", heading: "Clients")
        page.lead = "What each client's record has for the agents, computed as you look."
        page.blocks = [
            Block(
                tabs: Tabs(
                    label: "Views",
                    tabs: [
                        Link(word: "In work", address: "/clients/", isCurrent: web.query("view") == nil),
                        Link(
                            word: "Archived", address: "/clients/?view=archived",
                            isCurrent: web.query("view") == "archived"),
                    ])),
            Block(
                table: Table(
                    "Clients you see, by slug",
                    Table.columns("Client", "Readiness", "Ready for", "Owner", "Changed"),
                    shown.map { client in
                        let readiness = ClientReadiness(client.record, isArchived: client.isArchived, agents: agents)
                        return [
                            Table.Cell(text: client.record.name, address: "/clients/\(client.record.slug)/"),
                            Table.Cell(text: "", chip: Self.chip(readiness, client.isArchived)),
                            Table.Cell(text: "\(readiness.readyAgents) of \(agents.count) agents"),
                            Table.Cell(text: owners[client.record.slug]?.joined(separator: ", ") ?? "nobody"),
                            Table.Cell(text: clock.moment(client.updatedAt), iso: PageClock.iso(client.updatedAt)),
                        ]
                    },
                    empty: web.query("view") == "archived"
                        ? "No client is archived." : "No clients yet. An admin creates one with a name and a slug.")),
        ]
        if person.role >= .admin { page.blocks.append(Self.creation) }
        return try await house.page(page, web)
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
        let clients = try await standings(web).map { client -> JSONValue in
            let readiness = ClientReadiness(client.record, isArchived: client.isArchived, agents: agents)
            return .object(
                JSONObject([
                    ("slug", .string(client.record.slug)), ("name", .string(client.record.name)),
                    ("archived", .bool(client.isArchived)), ("readiness", readiness.document),
                ]))
        }
        return RunPages.json(.object(JSONObject([("clients", .array(clients))])))
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
