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
                guard let place = try await FirstPage.address(web.signedIn().person, house) else {
                    return try await today(web)
                }
                return .seeOther(place)
            },
            .page("/today", .viewer) { try await today($0) },
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
        let limits = try await house.limits(of: running)
        let ready = try await house.runs.readyForReview((waiting.reviews + mine.reviews).map(\.id))
        var page = Page(title: "Today", heading: "Today")
        page.lead = clock.absolute(clock.now()) + ", " + clock.zone.name
        if person.role >= .operator {
            page.links = [Link(word: "Start a run", address: "/runs/new", style: "button primary")]
        }
        page.blocks =
            try await checklist(running, person) + [needs(waiting, mine, ready, atWork)] + [
                Block(
                    heading: "Running now (\(Inbox.word(atWork)))",
                    items: running.isEmpty
                        ? nil
                        : Items(
                            items: running.map(house.words).map {
                                $0.item(
                                    [$0.took, $0.cost(of: limits[$0.run.id]), $0.doing].filter { !$0.isEmpty }.joined(
                                        separator: " · "))
                            }), emptyText: running.isEmpty ? "Nothing is running." : nil,
                    links: atWork > running.count ? [Link(word: "See all", address: "/runs/?view=running")] : []),
                try await ended(person),
            ]
        return try await house.page(page, web)
    }

    /// What waits for this very person first.
    private func needs(
        _ waiting: Inbox.Waiting, _ mine: Inbox.Waiting, _ ready: [String: Int64], _ running: Int
    ) -> Block {
        let first = mine.ids
        let items = items(mine, ready) { _ in true } + items(waiting, ready) { !first.contains($0) }
        return Block(
            heading: "Needs you (\(Inbox.word(waiting.count)))",
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
                meta: "\(house.words(run).title) · expires \(clock.absolute(approval.expiresAt))")
        }
        return approvals
            + (waiting.reviews + waiting.questions + waiting.failures).filter { isShown($0.id) }.map { run in
                let words = house.words(run)
                let since =
                    ready[run.id].map { "ready \(clock.moment($0))" } ?? clock.moment(run.endedAt ?? run.acceptedAt)
                let meta = [words.summary, since].filter { !$0.isEmpty }
                return words.item(meta.joined(separator: " · "))
            }
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
        if let limit = try await dailyLimit(person) { cards.append(limit) }
        return Block(
            heading: "Finished today (\(sums.runs))",
            text: sums.runs > runs.count ? "The last \(runs.count) of \(sums.runs) to end are below." : nil,
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
    private func checklist(_ running: [RunRecord], _ person: PersonRecord) async throws -> [Block] {
        guard running.isEmpty, try await house.runs.count(RunListing(visible: nil), atMost: 1) == 0 else { return [] }
        let hasClients = try await !house.clients.page(limit: 1).isEmpty, hasAgents = !house.catalog.agents.isEmpty
        let hasKey = house.site.settings.contains { $0.name == "ANTHROPIC_API_KEY" && $0.value == "set" }
        func step(_ word: String, _ isDone: Bool, _ place: String, _ how: String, for role: Role = .viewer)
            -> Items.Item
        {
            Items.Item(
                chip: isDone
                    ? Chip(glyph: "✓", word: "Done", tone: "ok") : Chip(glyph: "○", word: "To do", tone: "idle"),
                title: word, address: place,
                meta: person.role >= role ? how : "\(how) For the role \(role.word).")
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
