import BureauDomain
import BureauEngine
import Hummingbird

/// Today, and the search that jumps.
struct TodayPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let shownMax = 20

    var routes: [Route] {
        [
            .page("/", .viewer) { web in
                // Whoever begins elsewhere finds it under its own address.
                guard let place = try await FirstPage.address(web.signedIn().person, house) else {
                    return try await today(web)
                }
                return .seeOther(place)
            },
            .page("/today", .viewer) { try await today($0) },
            .page("/search", .viewer) { try await search($0) },
        ]
    }

    private func today(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person, inbox = Inbox(house: house)
        // Two short lists, and one count of all.
        let waiting = try await inbox.waiting(.init(person: person, limit: Self.shownMax))
        let mine = try await inbox.waiting(
            .init(person: person, isMine: true, limit: Self.shownMax, isCounted: false))
        var working = RunListing(visible: person.clients)
        working.states = RunState.allCases.filter { $0.isWorkable && $0 != .queued && $0 != .waitingApproval }
        working.limit = Self.shownMax
        let running = try await house.runs.list(working)
        let atWork = try await house.runs.count(working, atMost: Inbox.countedMax + 1)
        var page = Page(title: "Today", heading: "Today")
        page.lead = clock.absolute(clock.now()) + ", " + clock.zone.name
        if person.role >= .operator {
            page.links = [Link(word: "Start a run", address: "/runs/new", style: "button primary")]
        }
        page.blocks =
            try await checklist(running) + [needs(waiting, mine, atWork)] + [
                Block(
                    heading: "Running now (\(Inbox.word(atWork)))",
                    items: running.isEmpty
                        ? nil
                        : Items(
                            items: running.map(house.words).map {
                                $0.item([$0.took, $0.cost, $0.doing].filter { !$0.isEmpty }.joined(separator: " · "))
                            }), emptyText: running.isEmpty ? "Nothing is running." : nil,
                    links: atWork > running.count ? [Link(word: "See all", address: "/runs/?view=running")] : []),
                try await ended(person),
            ]
        return try await house.page(page, web)
    }

    /// What waits for this very person first.
    private func needs(_ waiting: Inbox.Waiting, _ mine: Inbox.Waiting, _ running: Int) -> Block {
        let first = mine.ids
        let items = items(mine) { _ in true } + items(waiting) { !first.contains($0) }
        return Block(
            heading: "Needs you (\(Inbox.word(waiting.count)))",
            text: waiting.count > Self.shownMax ? "The first \(Self.shownMax); the inbox has all." : nil,
            items: items.isEmpty ? nil : Items(items: Array(items.prefix(Self.shownMax))),
            emptyText: items.isEmpty
                ? "Nothing needs you. \(running) \(running == 1 ? "run is" : "runs are") working." : nil)
    }

    private func items(_ waiting: Inbox.Waiting, _ isShown: (String) -> Bool) -> [Items.Item] {
        let approvals = waiting.approvals.filter { isShown($0.approval.id) }.map { approval, run in
            Items.Item(
                chip: Chip(glyph: "◆", word: "Approve", tone: "wait"), title: approval.effect,
                address: "/approvals/\(approval.id)/",
                meta: "\(house.words(run).title) · expires \(clock.absolute(approval.expiresAt))")
        }
        return approvals
            + (waiting.reviews + waiting.questions + waiting.failures).filter { isShown($0.id) }.map { run in
                let words = house.words(run)
                let meta = [words.summary, clock.moment(run.endedAt ?? run.acceptedAt)].filter { !$0.isEmpty }
                return words.item(meta.joined(separator: " · "))
            }
    }

    private func ended(_ person: PersonRecord) async throws -> Block {
        var listing = RunListing(visible: person.clients)
        listing.states = RunState.allCases.filter(\.isFinal)
        listing.acceptedFrom = clock.startOfToday
        listing.limit = 200
        let runs = try await house.runs.list(listing)
        let failed = runs.count { $0.state == .failed }
        let spent = runs.reduce(Int64(0)) { $0 + $1.spentMicroUSD }
        let cards: [Cards.Card] = [
            Cards.Card(label: "Accepted and ended today", value: runs.count == 200 ? "200 or more" : "\(runs.count)"),
            Cards.Card(label: "Failed", value: "\(failed)"),
            Cards.Card(label: "Spent on them", value: "\(MicroUSD(rawValue: spent))"),
        ]
        return Block(
            heading: "Of today", cards: Cards(cards: cards),
            table: RunWords.table(
                "Runs accepted today that have ended, newest first", Array(runs.prefix(Self.shownMax)), house,
                empty: "No run has ended today."))
    }

    /// Until there is a run: what a new installation still needs.
    private func checklist(_ running: [RunRecord]) async throws -> [Block] {
        guard running.isEmpty, try await house.runs.count(RunListing(visible: nil), atMost: 1) == 0 else { return [] }
        let hasClients = try await !house.clients.list().isEmpty, hasAgents = !house.catalog.agents.isEmpty
        let hasKey = house.site.settings.contains { $0.name == "ANTHROPIC_API_KEY" && $0.value == "set" }
        func step(_ word: String, _ isDone: Bool) -> Steps.Step {
            .init(glyph: isDone ? "✓" : "○", word: word, state: isDone ? "done" : "to do", tone: isDone ? "ok" : "idle")
        }
        return [
            Block(
                heading: "First steps",
                text:
                    "Bureau shows here what its agents do. Four things make the first run: the steps, with what is done. "
                    + "bureau doctor checks each connection.",
                steps: Steps(steps: [
                    step("Connect the provider (ANTHROPIC_API_KEY)", hasKey),
                    step("Add an agent (agents/NAME.json)", hasAgents),
                    step("Add a client (bureau clients add)", hasClients), step("Start a run", false),
                ]),
                links: [
                    Link(word: "Agents", address: "/agents/"), Link(word: "Clients", address: "/clients/"),
                    Link(word: "Start a run", address: "/runs/new"),
                ])
        ]
    }

    // MARK: Search

    private func search(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person
        let text = (web.query("q") ?? "").filter { !$0.isWhitespace }
        // An address that was copied from somewhere ends with what it is about.
        let last = text.split(separator: "/").last.map(String.init) ?? text
        if let run = try? await house.runs.find(last), person.maySee(client: run.clientSlug) {
            return .seeOther("/runs/\(run.id)/")
        }
        if let report = try? await house.reports.find(last), person.maySee(client: report.clientSlug) {
            return .seeOther("/reports/\(report.id)/")
        }
        if let client = try await house.clients.find(text.lowercased()), person.maySee(client: client.slug) {
            return .seeOther("/clients/\(client.slug)/")
        }
        if let agent = house.catalog.agent(text.lowercased()) { return .seeOther("/agents/\(agent.config.name)/") }
        var listing = RunListing(visible: person.clients)
        listing.task = last
        let runs = text.isEmpty ? [] : try await house.runs.list(listing)
        if runs.count == 1, let run = runs.first { return .seeOther("/runs/\(run.id)/") }
        let names = try await house.clients.list().filter {
            person.maySee(client: $0.slug) && !text.isEmpty
                && $0.name.lowercased().filter { !$0.isWhitespace }.contains(text.lowercased())
        }
        var page = Page(title: "Search", heading: "Search")
        page.lead = web.query("q").map { "For \"\($0)\"" }
        page.blocks = [
            Block(
                heading: "Clients",
                items: names.isEmpty
                    ? nil
                    : Items(
                        items: names.prefix(50).map {
                            Items.Item(chip: nil, title: $0.name, address: "/clients/\($0.slug)/", meta: $0.slug)
                        }), emptyText: names.isEmpty ? "No client has it in its name." : nil),
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
}
