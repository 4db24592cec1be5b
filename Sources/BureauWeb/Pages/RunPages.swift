import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird
import NIOCore

/// The list of runs, as a page, as CSV and as JSON, and one run.
struct RunPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let pageRows = 50, csvRowsMax = 1_000

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
        listing.trigger = web.query("trigger")
        listing.before = web.query("before")
        listing.acceptedFrom = web.query("from").flatMap(clock.startOfDay)
        listing.acceptedBefore = web.query("to").flatMap(clock.startOfDay).map { $0 + 86_400_000 }
        switch web.query("view") {
        case "attention":
            listing.states = [.failed, .doneWithProblems, .needsInfo, .waitingApproval]
            listing.isUnseen = true
        case "running": listing.states = RunState.allCases.filter { $0.isWorkable }
        case "review": listing.states = [.inReview]
        default: listing.states = web.query("status").flatMap(RunState.init(rawValue:)).map { [$0] } ?? []
        }
        return listing
    }

    private func list(_ web: WebRequest) async throws -> Response {
        var listing = try listing(web)
        listing.limit = Self.pageRows + 1
        var runs = try await house.runs.list(listing)
        let hasMore = runs.count > Self.pageRows
        runs = Array(runs.prefix(Self.pageRows))
        let spent = MicroUSD(rawValue: runs.reduce(Int64(0)) { $0 + $1.spentMicroUSD })
        let isFiltered = !Self.filterNames.allSatisfy { web.query($0) == nil } || web.query("view") != nil
        var page = Page(title: "Runs", heading: "Runs")
        if try web.signedIn().person.role >= .operator {
            page.links = [Link(word: "Start a run", address: "/runs/new", style: "button primary")]
        }
        page.blocks = [
            Block(tabs: tabs(web), filters: try await filters(web)),
            Block(
                table: RunWords.table(
                    "Runs, newest first", runs, house,
                    empty: isFiltered
                        ? "No runs match."
                        : "No runs yet. A run appears here when a task, a schedule or a person starts one.",
                    emptyLink: isFiltered ? Link(word: "Clear filters", address: "/runs/") : nil,
                    first: web.query("before") == nil ? nil : web.address("/runs/", changing: ["before": nil]),
                    next: hasMore ? web.address("/runs/", changing: ["before": runs.last?.id]) : nil,
                    csv: web.address("/runs.csv", changing: ["before": nil]),
                    note: "Total shown: \(runs.count) \(runs.count == 1 ? "run" : "runs"), \(spent)",
                    picks: RunsTogether.picks(try web.signedIn().person))),
        ]
        return try await house.page(page, web)
    }

    private static let filterNames = ["client", "agent", "status", "trigger", "from", "to"]

    private func tabs(_ web: WebRequest) -> Tabs {
        let now = web.query("view")
        let views = [(nil, "All"), ("attention", "Needs attention"), ("running", "Running"), ("review", "In review")]
        return Tabs(
            label: "Views",
            tabs: views.map { view, word in
                Link(word: word, address: view.map { "/runs/?view=\($0)" } ?? "/runs/", isCurrent: view == now)
            })
    }

    private func filters(_ web: WebRequest) async throws -> Filters {
        let person = try web.signedIn().person
        let clients = try await house.clients.list().filter { person.maySee(client: $0.slug) }
        let triggers = [
            ("webhook", "Webhook"), ("cli", "Command line"), ("slack", "Slack"), ("cron", "Schedule"),
            ("api", "Pages and API"), ("agent", "Agent"),
        ]
        return Filters(
            web, "/runs/",
            [
                .choice("client", "Client", clients.map { ($0.slug, $0.name) }, web),
                .choice("agent", "Agent", house.agentChoices, web),
                .choice("status", "Status", RunState.allCases.map { ($0.rawValue, $0.word) }, web),
                .choice("trigger", "Trigger", triggers, web),
                Field("from", "From", .line(type: "date"), value: web.query("from") ?? ""),
                Field("to", "To", .line(type: "date"), value: web.query("to") ?? ""),
            ])
    }

    private func csv(_ web: WebRequest) async throws -> Response {
        var listing = try listing(web)
        listing.limit = Self.csvRowsMax
        let runs = try await house.runs.list(listing)
        let header = "run,status,client,agent,trigger,accepted_at,ended_at,cost_usd,cost_method,why"
        let lines = runs.map { run in
            [
                run.id, run.state.rawValue, run.clientSlug ?? "", run.agent, run.triggerSource,
                PageClock.iso(run.acceptedAt), run.endedAt.map(PageClock.iso) ?? "",
                "\(MicroUSD(rawValue: run.spentMicroUSD).usd)", run.spentMethod, house.words(run).why,
            ].map(Self.csvField).joined(separator: ",")
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"runs.csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: ([header] + lines).joined(separator: "\r\n") + "\r\n")))
    }

    /// Quoted where needed (RFC 4180); what a spreadsheet would take for a formula is made text.
    static func csvField(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    private func json(_ web: WebRequest) async throws -> Response {
        var listing = try listing(web)
        listing.limit = Self.pageRows + 1
        let runs = try await house.runs.list(listing)
        let next = runs.count > Self.pageRows ? runs[Self.pageRows - 1].id : nil
        return Self.json(
            .object(
                JSONObject([
                    ("runs", .array(runs.prefix(Self.pageRows).map(\.document))),
                    ("next", next.map { .string($0) } ?? .null),
                ])))
    }

    static func json(_ value: JSONValue) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: value.pretty)))
    }
}
