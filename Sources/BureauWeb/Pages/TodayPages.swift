import BureauDomain
import BureauEngine
import Hummingbird

/// Today: what needs somebody, what is at work, what has ended.
struct TodayPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let shownMax = 20

    var routes: [Route] {
        [
            .page("/", .viewer) { web in
                // Whoever begins elsewhere finds it under its own address.
                let person = try web.signedIn().person
                let place = try await house.part("Where you begin", or: String?.none) {
                    try await FirstPage.address(person, house)
                }.value
                guard let place else { return try await today(web) }
                return .seeOther(place)
            },
            .page("/today", .viewer) { try await today($0) },
        ]
    }

    private func today(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person
        var page = Page(title: "Today", heading: "Today")
        page.lead = clock.absolute(clock.now()) + ", " + clock.zone.name
        if person.role >= .operator {
            page.links = [Link(word: "Start a run", address: "/runs/new", style: "button primary")]
        }
        page.blocks =
            try await house.panel("What a new installation needs") { try await checklist(person) }
            + house.panel("What needs you") { [try await needs(person)] }
            + house.panel("What is running") { [try await running(person)] }
            + house.panel("What ended today") { [try await ended(person)] }
        return try await house.page(page, web)
    }

    private func working(_ person: PersonRecord) -> RunListing {
        var working = RunListing(visible: person.clients)
        RunsView.running.narrow(&working)
        working.limit = Self.shownMax
        return working
    }

    private func atWork(_ person: PersonRecord) async throws -> Int {
        try await house.runs.count(working(person), atMost: Inbox.countedMax + 1)
    }

    private func running(_ person: PersonRecord) async throws -> Block {
        let running = try await house.runs.list(working(person)), atWork = try await atWork(person)
        let limits = try await house.limits(of: running)
        let items = running.map(house.words).map { words in
            let told = [words.took, words.cost(of: limits[words.run.id]), words.doing]
            return words.item(TimedText(told.filter { !$0.isEmpty }.joined(separator: " · ")))
        }
        return Block(
            heading: "Running now", count: Inbox.word(atWork), counted: "runs.\(RunsView.running.rawValue)",
            items: items.isEmpty ? nil : Items(items: items),
            emptyText: items.isEmpty ? "Nothing is running." : nil,
            links: atWork > running.count ? [Link(word: "See all", address: "/runs/?view=running")] : [])
    }

    /// What waits for this very person first.
    private func needs(_ person: PersonRecord) async throws -> Block {
        let inbox = Inbox(house: house)
        // Two short lists, and one count of all.
        let waiting = try await inbox.waiting(.init(person: person, limit: Self.shownMax))
        let mine = try await inbox.waiting(
            .init(person: person, assignee: person, limit: Self.shownMax, isCounted: false))
        let ready = try await house.runs.readyForReview((waiting.reviews + mine.reviews).map(\.id))
        let first = mine.ids
        let items = items(mine, ready) { _ in true } + items(waiting, ready) { !first.contains($0) }
        let running = items.isEmpty ? try await atWork(person) : 0
        return Block(
            heading: "Needs you", count: Inbox.word(waiting.count), counted: "inbox.all",
            text: waiting.count > Self.shownMax ? "The first \(Self.shownMax); the inbox has all." : nil,
            items: items.isEmpty ? nil : Items(items: Array(items.prefix(Self.shownMax))),
            emptyText: items.isEmpty
                ? "Nothing needs you. \(running) \(running == 1 ? "run is" : "runs are") working." : nil)
    }

    /// `ready` says since when a run waits for its review.
    private func items(
        _ waiting: Inbox.Waiting, _ ready: [String: Int64], _ isShown: (String) -> Bool
    ) -> [Items.Item] {
        let approvals = waiting.approvals.filter { isShown($0.approval.id) }.map { approval, run in
            Items.Item(
                chip: Chip(glyph: "◆", word: "Approve", tone: "wait"), title: approval.effect,
                address: "/approvals/\(approval.id)/",
                meta: "\(house.words(run).title) · expires \(approval.expiresAt, clock.absolute)")
        }
        return approvals
            + (waiting.reviews + waiting.questions + waiting.failures).filter { isShown($0.id) }.map { run in
                let words = house.words(run)
                return words.item(.joined([TimedText(words.summary), since(run, ready[run.id])]))
            }
    }

    private func since(_ run: RunRecord, _ ready: Int64?) -> TimedText {
        guard let ready else { return TimedText(run.endedAt ?? run.acceptedAt, clock.moment) }
        return "ready \(ready, clock.moment)"
    }

    private func ended(_ person: PersonRecord) async throws -> Block {
        let since = clock.startOfToday
        let sums = try await house.runs.ended(since: since, visible: person.clients)
        let runs = try await house.runs.newestEnded(since: since, visible: person.clients, limit: Self.shownMax)
        var cards = [
            Cards.Card(label: "Done", value: "\(sums.done)"), Cards.Card(label: "Failed", value: "\(sums.failed)"),
        ]
        if sums.stopped > 0 { cards.append(Cards.Card(label: "Stopped", value: "\(sums.stopped)")) }
        let spent = sums.spent.sum(isLacking: sums.unpriced > 0)
        cards.append(Cards.Card(label: "Spent on them", value: spent, note: "whenever it was spent"))
        let limit = try await house.part("The daily limit", or: Cards.Card?.none) { try await dailyLimit(person) }
        if let card = limit.value { cards.append(card) }
        return Block(
            heading: "Finished today (\(sums.runs))",
            text: sums.runs > runs.count ? "The last \(runs.count) of \(sums.runs) to end are below." : nil,
            callout: limit.lost?.callout,
            cards: Cards(cards: cards),
            table: RunWords.table(
                "Runs that ended today, the last to end first", runs, house, empty: "No run has ended today."))
    }

    /// Of all clients, so for those who see all of them and the costs.
    private func dailyLimit(_ person: PersonRecord) async throws -> Cards.Card? {
        guard person.clients == nil, person.role >= .operator else { return nil }
        let line = try await house.budgets.agency()
        return line.budget.map {
            Cards.Card(
                label: "Of the daily limit", value: "\(line.balance.spent) of \($0.limit)",
                note: "since midnight UTC; \(line.balance.reserved) is reserved for runs at work")
        }
    }

    /// Until there is a run: what a new installation still needs, each step with the place where it is done.
    private func checklist(_ person: PersonRecord) async throws -> [Block] {
        guard try await house.runs.count(RunListing(visible: nil), atMost: 1) == 0 else { return [] }
        let hasClients = try await !house.clients.page(limit: 1).isEmpty, hasAgents = !house.catalog.agents.isEmpty
        let hasKey = house.site.settings.contains { $0.name == "ANTHROPIC_API_KEY" && $0.value == "set" }
        func step(_ word: String, _ isDone: Bool, _ place: String, _ how: String, for role: Role = .viewer)
            -> Items.Item
        {
            Items.Item(
                chip: isDone
                    ? Chip(glyph: "✓", word: "Done", tone: "ok") : Chip(glyph: "○", word: "To do", tone: "idle"),
                title: word, address: place,
                meta: TimedText(person.role >= role ? how : "\(how) For the role \(role.word)."))
        }
        return [
            Block(
                heading: "First steps",
                text: "Bureau shows here what its agents do. Four things make the first run; "
                    + "bureau doctor checks each connection.",
                items: Items(items: [
                    step(
                        "Connect the provider", hasKey, "/system/connections/", "Set ANTHROPIC_API_KEY.", for: .engineer
                    ),
                    step("Add an agent", hasAgents, "/agents/", "A file agents/NAME.json."),
                    step("Add a client", hasClients, "/clients/#create", "A name and a slug are enough.", for: .admin),
                    step("Start a run", false, "/runs/new", "By hand, or from a task.", for: .operator),
                ]))
        ]
    }
}
