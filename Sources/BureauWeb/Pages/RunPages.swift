import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird
import NIOCore

/// The list of runs, as a page, as CSV and as JSON, and one run.
struct RunPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let pageRows = 50

    var routes: [Route] {
        [
            .page("/runs", .viewer) { try await list($0) },
            .page("/runs.csv", .viewer) { try await csv($0) },
            .page("/runs.json", .viewer) { try await json($0) },
            .page("/runs/:id", .viewer, .run) { try await RunPage(house: house, run: $0.theRun()).show($0) },
            .page("/runs/:id/data.json", .viewer, .run) { web in
                Self.json(try web.theRun().document)
            },
        ]
    }

    // MARK: The list

    private func listing(_ web: WebRequest) throws -> RunListing {
        var listing = RunListing(visible: try web.signedIn().person.clients)
        listing.agent = web.query("agent")
        listing.client = web.query("client")
        // A tool's name stands for its webhooks.
        listing.tool = web.query("trigger").flatMap(WorkToolKind.init(rawValue:))
        listing.trigger = listing.tool == nil ? web.query("trigger") : RunWords.webhook
        listing.text = web.query("text")
        listing.before = web.query("before")
        listing.acceptedFrom = try day("from", web)
        listing.acceptedBefore = try day("to", web, isEnd: true)
        let view = web.query("view").flatMap(RunsView.init(rawValue:)) ?? .all
        view.narrow(&listing)
        if let text = web.query("status") {
            guard let state = RunState(rawValue: text) else {
                throw PageProblem.badRequest("There is no status called \"\(text.prefix(40))\".")
            }
            listing.narrow(to: state)
        }
        return listing
    }

    /// In the reader's zone; in UTC where a link from the costs says so, which are told by UTC days, as budgets are.
    static let days = "days"

    private func day(_ name: String, _ web: WebRequest, isEnd: Bool = false) throws -> Int64? {
        guard let text = web.query(name) else { return nil }
        let isUTC = web.query(Self.days) == ZoneOffsets.utc.name
        let told = isUTC ? PageClock(zone: .utc, now: clock.now) : clock
        guard let moment = isEnd ? told.endOfDay(text) : told.startOfDay(text) else {
            throw PageProblem.badRequest("A day is written as 2026-11-21.")
        }
        return moment
    }

    private func list(_ web: WebRequest) async throws -> Response {
        // Before the list is read: what changes meanwhile is told once more rather than not at all.
        let since = try await house.runs.changePlace()
        var listing = try listing(web)
        listing.limit = Self.pageRows + 1
        let order = ListOrder.runs(web)
        order.sort(&listing, web)
        var runs = try await house.runs.list(listing)
        let hasMore = runs.count > Self.pageRows
        runs = Array(runs.prefix(Self.pageRows))
        try await house.readConfigs(of: runs)
        let spent = MicroUSD(rawValue: runs.reduce(Int64(0)) { $0 + $1.spentMicroUSD })
            .sum(isLacking: runs.contains(where: \.isUnpriced))
        let isFiltered = !Self.filterNames.allSatisfy { web.query($0) == nil } || web.query("view") != nil
        var page = Page(title: "Runs", heading: "Runs")
        if try web.signedIn().person.role >= .operator {
            page.links = [
                Link(word: "Start a run", address: "/runs/new", style: "button primary"),
                Link(word: "Intake", address: IntakePages.place + "/"),
            ]
        }
        var table = RunWords.table(
            "Runs, \(order.words)", runs, house,
            empty: isFiltered
                ? "No runs match." : "No runs yet. A run appears here when a task, a schedule or a person starts one.",
            emptyLink: isFiltered ? Link(word: "Clear filters", address: "/runs/") : nil,
            first: order.cursor(web) == nil ? nil : web.address("/runs/", changing: order.changes(cursor: nil)),
            next: hasMore ? web.address("/runs/", changing: order.changes(cursor: runs.last?.id)) : nil,
            csv: web.address("/runs.csv", changing: ["before": nil, "after": nil]),
            note: "Total shown: \(runs.count) \(runs.count == 1 ? "run" : "runs"), \(spent)\(try await cut(listing))",
            picks: RunsTogether.picks(try web.signedIn().person), later: try await house.runs.doneLater(runs.map(\.id)),
            columns: order.columns(RunWords.columns, web))
        (table.since, table.firstWord, table.nextWord) = ("\(since)", order.firstWord, order.nextWord)
        table = table.counted(web, total: hasMore ? try await total(listing) : nil, countedMax: Self.countedMax)
        page.blocks =
            try await SavedViewPages(house: house).blocks(.runs, web) + [
                Block(tabs: try await tabs(web), filters: try await filters(web)), Block(table: table),
            ]
        return try await house.page(page, web)
    }

    static let countedMax = 1_000

    /// How many there are, counted one further than `countedMax`; nil where no index tells them: for words,
    /// and for what started a run.
    private func total(_ listing: RunListing) async throws -> Int? {
        guard listing.text == nil, listing.trigger == nil, listing.tool == nil else { return nil }
        var whole = listing
        (whole.before, whole.after) = (nil, nil)
        return try await house.runs.count(whole, atMost: Self.countedMax + 1)
    }

    /// What a search did not look through.
    private func cut(_ listing: RunListing) async throws -> String {
        guard try await house.runs.isSearchCut(listing) else { return "" }
        return
            ". Only the newest \(RunListing.searchedMax) runs were searched; choose a client or an agent to go further"
    }

    private static let filterNames = ["client", "agent", "status", "trigger", "from", "to", "text"]

    /// The other filters stay when a view is chosen, and the view when a filter is.
    private func tabs(_ web: WebRequest) async throws -> Tabs {
        let now = web.query("view").flatMap(RunsView.init(rawValue:)) ?? .all
        var tabs: [Link] = []
        for view in RunsView.allCases {
            let count = try await view.count(house, visible: web.signedIn().person.clients)
            tabs.append(
                Link(
                    word: view.word,
                    address: web.address(
                        "/runs/", changing: ["view": view == .all ? nil : view.rawValue, "before": nil, "after": nil]),
                    isCurrent: view == now, count: count, counted: count == nil ? nil : "runs.\(view.rawValue)"))
        }
        return Tabs(label: "Views", tabs: tabs)
    }

    private func filters(_ web: WebRequest) async throws -> Filters {
        let person = try web.signedIn().person
        let clients = try await ClientPicker(house, person)
        let any = web.query("trigger") == RunWords.webhook ? [RunWords.webhook] : []
        let triggers = RunWords.triggers + any.map { ($0, RunWords.triggerWord($0)) }
        return Filters(
            web, "/runs/",
            [
                Field("view", "", .hidden, value: web.query("view") ?? ""),
                ListOrder.runs(web).field,
                Field(Self.days, "", .hidden, value: web.query(Self.days) ?? ""),
                clients.filter(web),
                .choice("agent", "Agent", house.agentChoices, web),
                .choice("status", "Status", RunState.allCases.map { ($0.rawValue, $0.word) }, web),
                .choice("trigger", "Trigger", triggers, web),
                Field("from", "From", .line(type: "date"), value: web.query("from") ?? ""),
                Field("to", "To", .line(type: "date"), value: web.query("to") ?? ""),
                Field("text", "Text", .line(type: "search"), value: web.query("text") ?? ""),
            ], more: [Self.days])
    }

    private func csv(_ web: WebRequest) async throws -> Response {
        var listing = try listing(web)
        let order = ListOrder.runs(web)
        listing.limit = CSV.pageRows
        order.sort(&listing, web)
        let titles = [
            "run", "status", "client", "agent", "trigger", "accepted_at", "ended_at", "cost_usd", "cost_method", "why",
        ]
        return try await CSV.download("runs.csv", titles) { [house, listing] after in
            var listing = listing
            if let after { order.sort(&listing, from: after) }
            let runs = try await house.runs.list(listing)
            let rows = runs.map { run in
                [
                    run.id, run.state.rawValue, run.clientSlug ?? "", run.agent, run.triggerSource,
                    PageClock.iso(run.acceptedAt), run.endedAt.map(PageClock.iso) ?? "",
                    run.isUnpriced && run.spentMicroUSD == 0 ? "" : "\(MicroUSD(rawValue: run.spentMicroUSD).usd)",
                    run.spentMethod, house.words(run).why,
                ]
            }
            return (rows, runs.count == CSV.pageRows ? runs.last?.id : nil)
        }
    }

    private func json(_ web: WebRequest) async throws -> Response {
        var listing = try listing(web)
        listing.limit = Self.pageRows + 1
        let order = ListOrder.runs(web)
        order.sort(&listing, from: try APICursor.place(web, of: "runs", or: order.cursor(web)))
        let runs = try await house.runs.list(listing)
        let next = runs.count > Self.pageRows ? runs[Self.pageRows - 1].id : nil
        return Self.json(runs.prefix(Self.pageRows).map(\.document), next: next, of: "runs")
    }

    /// A page of a list for programs, and where it goes on.
    static func json(_ items: [JSONValue], next: String?, of list: String) -> Response {
        json(["items": .array(items), "next": .line(next.map { APICursor.make(list, $0) })])
    }

    static func json(_ value: JSONValue) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: value.pretty)))
    }
}
