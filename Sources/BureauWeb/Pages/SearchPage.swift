import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// The search that jumps where one thing is meant, and lists what else has it in its name.
struct SearchPage: Sendable {
    let house: WebHouse
    static let listedMax = 50

    var routes: [Route] { [.page("/search", .viewer) { try await search($0) }] }

    private func search(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person
        let asked = web.asked.first { $0.name == "q" }?.value ?? ""
        let written = String(asked.prefix(SearchJump.writtenCharactersMax))
        let jump = SearchJump(house: house, person: person, authority: web.head.head.authority)
        if let place = try await jump.address(written) { return .seeOther(place) }
        let text = written.filter { !$0.isWhitespace }
        var listing = RunListing(visible: person.clients)
        listing.task = SearchJump.task(written)
        let runs = text.isEmpty ? [] : try await house.runs.list(listing)
        if runs.count == 1, let run = runs.first { return .seeOther("/runs/\(run.id)/") }
        let agents = agents(text), names = try await clients(text, person)
        let reports = text.isEmpty ? [] : try await reports(written, person)
        var page = Page(title: "Search", heading: "Search")
        page.lead = web.query("q").map { "For \"\($0)\"" }
        page.blocks = [
            list(
                "Clients",
                names.map { Items.Item(title: $0.name, address: "/clients/\($0.slug)/", meta: TimedText($0.slug)) },
                empty: "No client has it in its name or short name."),
            list(
                "Agents",
                agents.map {
                    Items.Item(
                        title: $0.config.displayName, address: "/agents/\($0.config.name)/",
                        meta: TimedText($0.config.name))
                }, empty: "No agent has it in its name."),
            list("Reports", reports, empty: "No report has it in its title, client or kind."),
            Block(
                heading: "Runs",
                table: RunWords.table(
                    "Runs of this task", runs, house,
                    empty:
                        "No run, task or agent is called so. Write a run's first six characters, a whole task id, or a name."
                )),
        ]
        return try await house.page(page, web)
    }

    /// The newest with each of these words.
    private func reports(_ written: String, _ person: PersonRecord) async throws -> [Items.Item] {
        var filter = ArtifactFilter(text: written, limit: Self.listedMax)
        filter.visible = person.clients
        return try await house.reports.list(filter).map { report in
            let words = house.words(report)
            let meta = [words.client, words.period, "version \(report.version)"].filter { !$0.isEmpty }
            return Items.Item(
                chip: words.chip, title: words.title, address: words.address,
                meta: TimedText(meta.joined(separator: " · ")))
        }
    }

    private func list(_ heading: String, _ items: [Items.Item], empty: String) -> Block {
        Block(
            heading: heading,
            text: items.count > Self.listedMax
                ? "The first \(Self.listedMax) of \(items.count): write more of the name." : nil,
            items: items.isEmpty ? nil : Items(items: Array(items.prefix(Self.listedMax))),
            emptyText: items.isEmpty ? empty : nil)
    }

    /// Those with this in what people call them, or in their short names.
    private func agents(_ text: String) -> [LoadedAgent] {
        let wanted = text.lowercased()
        guard !wanted.isEmpty else { return [] }
        return house.catalog.agents.filter {
            SearchJump.plain($0.config.displayName).contains(wanted) || $0.config.name.contains(wanted)
        }
    }

    private func clients(_ text: String, _ person: PersonRecord) async throws -> [(slug: String, name: String)] {
        let wanted = text.lowercased()
        guard !wanted.isEmpty else { return [] }
        return try await house.clients.names().filter { slug, name in
            person.maySee(client: slug) && (SearchJump.plain(name).contains(wanted) || slug.contains(wanted))
        }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
