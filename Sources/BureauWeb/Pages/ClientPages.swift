import BureauDomain
import BureauEngine
import Hummingbird

/// The clients, and one of them with what each agent still needs to know.
struct ClientPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }

    var routes: [Route] {
        [
            .page("/clients", .viewer) { try await list($0) },
            .page("/clients/:slug", .viewer, .client) { try await show($0) },
        ]
    }

    private func list(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person
        let clients = try await house.clients.list().filter { person.maySee(client: $0.slug) }
        let agents = house.catalog.agents
        var page = Page(title: "Clients", heading: "Clients")
        page.blocks = [
            Block(
                table: Table(
                    "Clients you see, by slug",
                    Table.columns("Client", "Ready for", "#Facts known", "Contacts"),
                    clients.map { client in
                        let ready = agents.count { ClientDesk.missing($0.config, for: client).isEmpty }
                        return [
                            Table.Cell(text: client.name, address: "/clients/\(client.slug)/"),
                            Table.Cell(text: "", chip: Self.readiness(ready, of: agents.count)),
                            Table.Cell(text: "\(client.fields.members.count)"),
                            Table.Cell(text: client.contacts.map(\.name).joined(separator: ", ")),
                        ]
                    }, empty: "No clients yet. Add one: bureau clients add SLUG --name NAME"))
        ]
        return try await house.page(page, web)
    }

    private static func readiness(_ ready: Int, of all: Int) -> Chip {
        ready == all
            ? Chip(glyph: "✓", word: "\(ready) of \(all) agents", tone: "ok")
            : Chip(glyph: "!", word: "\(ready) of \(all) agents", tone: "warn")
    }

    private func show(_ web: WebRequest) async throws -> Response {
        guard let client = web.client else { throw PageProblem.notFound }
        let person = try web.signedIn().person
        var listing = RunListing(visible: person.clients)
        listing.client = client.slug
        listing.limit = 20
        let runs = try await house.runs.list(listing)
        var page = Page(title: client.name, heading: client.name)
        page.crumbs = [Link(word: "Clients", address: "/clients/"), Link(word: client.name)]
        page.links = [Link(word: "Its runs", address: "/runs/?client=\(client.slug)")]
        if person.role >= .operator {
            page.links.insert(
                Link(word: "Start a run", address: "/runs/new?client=\(client.slug)", style: "button primary"), at: 0)
        }
        page.blocks = [
            Block(
                heading: "Readiness",
                table: Table(
                    "Computed from the record as it is now",
                    Table.columns("Status", "Agent", "Missing"),
                    house.catalog.agents.map { agent in
                        let missing = ClientDesk.missing(agent.config, for: client)
                        return [
                            Table.Cell(
                                text: "",
                                chip: missing.isEmpty
                                    ? Chip(glyph: "✓", word: "Ready", tone: "ok")
                                    : Chip(glyph: "✕", word: "Not ready", tone: "warn")),
                            Table.Cell(text: agent.config.displayName, address: "/agents/\(agent.config.name)/"),
                            Table.Cell(text: missing.isEmpty ? "nothing" : missing.joined(separator: ", ")),
                        ]
                    }, empty: "No agents yet.",
                    note:
                        "Fill a gap with: bureau clients set \(client.slug) field=value. What a task brings counts too."
                )),
            Block(
                heading: "Context",
                facts: Facts(
                    [Facts.Fact(name: "Slug", value: client.slug, isCode: true)]
                        + client.fields.members.map {
                            Facts.Fact(name: $0.key.replacing("_", with: " "), value: Self.text($0.value))
                        }
                        + client.contacts.map {
                            Facts.Fact(
                                name: "Contact",
                                value: [$0.name, $0.email, $0.slack].compactMap { $0 }.joined(separator: ", "))
                        }
                        + [client.budget.map { Facts.Fact(name: "Monthly budget", value: "\($0.limit)") }])),
            Block(
                heading: "Last runs",
                table: RunWords.table("The newest runs for this client", runs, clock, empty: "No run yet.")),
        ]
        return try await house.page(page, web)
    }

    private static func text(_ value: JSONValue) -> String {
        if let list = value.array { return list.map { $0.string ?? $0.compact }.joined(separator: ", ") }
        return value.string ?? value.compact
    }
}
