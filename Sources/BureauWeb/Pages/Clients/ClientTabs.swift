import BureauDomain
import BureauEngine
import Hummingbird

/// One client, under four tabs. Everybody may look; admins change.
struct ClientTabs: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }

    enum Tab: String, CaseIterable {
        case overview, sources, context, users, activity
        var word: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
    }

    var routes: [Route] {
        [
            .page("/clients/:slug", .viewer, .client) { try await show(.overview, $0) },
            .page("/clients/:slug/sources", .viewer, .client) { try await show(.sources, $0) },
            .page("/clients/:slug/context", .viewer, .client) { try await show(.context, $0) },
            .page("/clients/:slug/users", .viewer, .client) { try await show(.users, $0) },
            .page("/clients/:slug/activity", .viewer, .client) { try await show(.activity, $0) },
            .page("/clients/:slug/activity.json", .viewer, .client) { try await activityData($0) },
            .page("/clients/:slug/data.json", .viewer, .client) { web in
                let view = try await view(web)
                return RunPages.json(
                    .object(
                        JSONObject([
                            ("client", view.profile.record.json), ("archived", .bool(view.profile.standing.isArchived)),
                            ("readiness", view.readiness.document),
                        ])))
            },
        ]
    }

    static func address(_ slug: String, _ tab: Tab) -> String {
        tab == .overview ? "/clients/\(slug)/" : "/clients/\(slug)/\(tab.rawValue)/"
    }

    private func view(_ web: WebRequest) async throws -> ClientView {
        guard let profile = try await house.clients.profile(try web.theClient().slug) else {
            throw PageProblem.notFound
        }
        return ClientView(
            profile: profile,
            readiness: ClientReadiness(
                profile.record, isArchived: profile.standing.isArchived, agents: house.catalog.agents.map(\.config)),
            mayEdit: try web.signedIn().person.role >= .admin, clock: clock,
            check: await house.checkup?.last(.client(profile.record.slug)))
    }

    private func show(_ tab: Tab, _ web: WebRequest) async throws -> Response {
        let view = try await view(web), slug = view.slug, person = try web.signedIn().person
        let name = view.profile.record.name
        var page = Page(
            title: tab == .overview ? name : "\(name): \(tab.rawValue)", heading: name,
            chip: ClientPages.chip(view.readiness, view.profile.standing.isArchived))
        page.crumbs = [
            Link(word: "Clients", address: "/clients/"),
            Link(word: name, address: tab == .overview ? nil : "/clients/\(slug)/"),
        ]
        if tab != .overview { page.crumbs.append(Link(word: tab.word)) }
        page.links = links(tab, slug, web)
        if person.role >= .operator, !view.profile.standing.isArchived {
            page.links.insert(
                Link(word: "Start a run", address: "/runs/new?client=\(slug)", style: "button primary"), at: 0)
        }
        page.blocks = view.archived() + [Self.tabs(slug, tab)]
        page.blocks += try await blocks(tab, view, person, web)
        return try await house.page(page, web)
    }

    private func links(_ tab: Tab, _ slug: String, _ web: WebRequest) -> [Link] {
        [
            Link(word: "Its runs", address: "/runs/?client=\(slug)"),
            Link(word: "Its reports", address: "/reports/?client=\(slug)"),
            Link(
                word: "JSON",
                address: tab == .activity
                    ? web.address("/clients/\(slug)/activity.json", changing: [:]) : "/clients/\(slug)/data.json"),
        ]
    }

    private static func tabs(_ slug: String, _ current: Tab) -> Block {
        let links = Tab.allCases.map { Link(word: $0.word, address: address(slug, $0), isCurrent: $0 == current) }
        return Block(tabs: Tabs(label: "About this client", tabs: links))
    }

    private func blocks(
        _ tab: Tab, _ view: ClientView, _ person: PersonRecord, _ web: WebRequest
    ) async throws -> [Block] {
        switch tab {
        case .overview:
            let last = try await house.panel("The last runs") { try await runs(view.slug, person) }
            return view.overview() + last
        case .sources:
            let sources = view.sources(), check = try await checking(view.slug, person)
            return Array(sources.prefix(1)) + check + Array(sources.dropFirst())
        case .context: return view.context()
        case .users:
            let people = try await house.part("Who may be given a duty", or: [PersonRecord]()) {
                try await candidates(view)
            }
            return view.people(people.value) + [people.lost].compactMap(\.self)
        case .activity:
            return try await house.panel("Who changed what") { try await activity(view.slug, web) }
        }
    }

    private func runs(_ slug: String, _ person: PersonRecord) async throws -> [Block] {
        var listing = RunListing(visible: person.clients)
        (listing.client, listing.limit) = (slug, 10)
        let runs = try await house.runs.list(listing)
        try await house.readConfigs(of: runs)
        return [
            Block(
                heading: "Last runs",
                table: RunWords.table("The newest runs for this client", runs, house, empty: "No run yet."))
        ]
    }

    /// Everybody reads beside each source what was found; who may ask for a look sees all of it.
    private func checking(_ slug: String, _ person: PersonRecord) async throws -> [Block] {
        guard person.role >= .engineer, house.checkup != nil else { return [] }
        let form = Form(action: "/clients/\(slug)/check", verb: "Test all connections", style: "form row")
        var block = try await ConnectionPages.block(
            house, .client(slug), form, empty: "Nothing was tested since this server started.")
        block.heading = "Test"
        return [block]
    }

    /// Whom an admin may give a duty: those who see this client.
    private func candidates(_ view: ClientView) async throws -> [PersonRecord] {
        guard view.mayEdit else { return [] }
        return try await house.people.list().filter { !$0.isDisabled && $0.maySee(client: view.slug) }
    }

    static let activityRows = 50

    /// The tab's rows for programs. From which address somebody came is for those who read the audit log.
    private func activityData(_ web: WebRequest) async throws -> Response {
        let rows = Self.activityRows
        let before = try APICursor.place(web, of: "changes", or: web.query("before"))
        let found = try await house.clients.activity(try web.theClient().slug, before: before, limit: rows + 1)
        let entries = found.prefix(rows).map { entry -> JSONValue in
            let words = AuditWords(entry), other = ["remote_address", "before", "after"]
            let members = (entry.document.object?.members ?? []).filter { !other.contains($0.key) }
            return .object(
                JSONObject(
                    members.map { ($0.key, $0.value) }
                        + [("before", .string(words.before)), ("after", .string(words.after))]))
        }
        return RunPages.json(entries, next: found.count > rows ? found[rows - 1].id : nil, of: "changes")
    }

    private func activity(_ slug: String, _ web: WebRequest) async throws -> [Block] {
        let rows = Self.activityRows
        let found = try await house.clients.activity(slug, before: web.query("before"), limit: rows + 1)
        let place = Self.address(slug, .activity)
        return [
            Block(
                table: Table(
                    "Who changed what about this client, newest first",
                    Table.columns("When", "Who", "What", "About", "Before", "After"),
                    found.prefix(rows).map { entry in
                        let words = AuditWords(entry, in: clock)
                        return [
                            Table.Cell(text: clock.moment(entry.at), iso: PageClock.iso(entry.at)),
                            Table.Cell(text: "\(entry.actor.name) (\(entry.actor.surface))"),
                            Table.Cell(text: entry.action), Table.Cell(text: entry.subject),
                            Table.Cell(text: words.before), Table.Cell(text: words.after),
                        ]
                    }, empty: "Nothing has been changed since this log is kept.",
                    csv: "/clients/\(slug)/activity.csv",
                    first: web.query("before") == nil ? nil : place,
                    next: found.count > rows
                        ? web.address(place, changing: ["before": found[rows - 1].id]) : nil
                ).counted(web))
        ]
    }
}
