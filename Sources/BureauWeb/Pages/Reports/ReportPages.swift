import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird
import NIOCore

/// The Report Library: everything runs have made, as a page, as CSV and as JSON.
struct ReportPages: Sendable {
    let house: WebHouse
    static let pageRows = 50

    var routes: [Route] {
        [
            .page("/reports", .viewer) { try await list($0) },
            .page("/reports.csv", .viewer) { try await csv($0) },
            .page("/reports.json", .viewer) { try await json($0) },
        ]
    }

    private static let filterNames = [
        "client", "agent", "kind", "channel", "month", "text", "status", "visibility", "reusable",
    ]
    private static let supersededCountedMax = 999

    private static func order(_ web: WebRequest) -> ListOrder {
        .byID(web, "/reports/", ReportWords.orderedBy)
    }

    private enum Reuse: String, CaseIterable { case yes, no }

    /// One page of the list, and where the next begins.
    private func found(_ filter: ArtifactFilter, _ reuse: Reuse?, rows: Int = pageRows) async throws -> (
        shown: [ArtifactRecord], next: String?
    ) {
        var filter = filter
        filter.limit = reuse == nil ? rows + 1 : rows
        if let reuse {
            let (found, next) = try await house.reports.list(filter, reusable: reuse == .yes)
            return (found, next)
        }
        let found = try await house.reports.list(filter), shown = Array(found.prefix(rows))
        return (shown, found.count > shown.count ? shown.last?.id : nil)
    }

    private func reuse(_ web: WebRequest) throws -> Reuse? {
        guard let text = web.query("reusable") else { return nil }
        guard let reuse = Reuse(rawValue: text) else {
            throw PageProblem.badRequest("Reusable is yes or no, not \"\(text.prefix(40))\".")
        }
        return reuse
    }

    /// What a list does not show, and how to see it.
    private func leftOut(_ filter: ArtifactFilter) async throws -> String? {
        guard !filter.includesSuperseded, filter.state == nil else { return nil }
        let count = try await house.reports.supersededCount(filter, atMost: Self.supersededCountedMax + 1)
        guard count > 0 else { return nil }
        let words = Inbox.word(count, max: Self.supersededCountedMax)
        return "\(words) superseded \(count == 1 ? "version is" : "versions are") left out; "
            + "tick \"Superseded too\" to see \(count == 1 ? "it" : "them")."
    }

    /// A value that means nothing narrows the list to nothing rather than being passed over.
    private func filter(_ web: WebRequest) throws -> ArtifactFilter {
        func choice<Choice: RawRepresentable>(_ name: String) throws -> Choice? where Choice.RawValue == String {
            guard let text = web.query(name) else { return nil }
            guard let found = Choice(rawValue: text) else {
                throw PageProblem.badRequest("There is no \(name) called \"\(text.prefix(40))\".")
            }
            return found
        }
        if let month = web.query("month"), ArtifactPeriod(month: month) == nil {
            throw PageProblem.badRequest("A month is written like 2026-11.")
        }
        var filter = ArtifactFilter(
            client: web.query("client"), agent: web.query("agent"), kind: web.query("kind"),
            channel: web.query("channel"), run: web.query("run")?.uppercased(), month: web.query("month"),
            text: web.query("text"), state: try choice("status"), visibility: try choice("visibility"),
            includesSuperseded: web.query("superseded") == "yes")
        let order = Self.order(web)
        filter.isOldestFirst = order.isOldestFirst
        filter.goOn(from: order.cursor(web)?.uppercased())
        filter.visible = try web.signedIn().person.clients
        return filter
    }

    private func list(_ web: WebRequest) async throws -> Response {
        let filter = try filter(web), order = Self.order(web)
        let (shown, next) = try await found(filter, reuse(web))
        let isFiltered = Self.filterNames.contains { web.query($0) != nil }
        var page = Page(title: "Reports", heading: "Report Library")
        page.lead = "What runs have made: every version, with its files and what it rests on."
        var table = Table(
            "Reports, \(order.words)", order.columns(ReportWords.columns, web), shown.map { house.words($0).cells },
            empty: isFiltered
                ? next == nil ? "No reports match." : "None of those looked through. \(order.nextWord) ones follow."
                : "No reports yet. One appears here when a run has stored its files.",
            emptyLink: isFiltered ? Link(word: "Clear filters", address: "/reports/") : nil,
            note: try reuse(web) == .yes ? nil : try await leftOut(filter),
            csv: web.address("/reports.csv", changing: ["before": nil, "after": nil]),
            first: order.cursor(web) == nil ? nil : web.address("/reports/", changing: order.changes(cursor: nil)),
            next: next.map { web.address("/reports/", changing: order.changes(cursor: $0)) })
        (table.firstWord, table.nextWord) = (order.firstWord, order.nextWord)
        page.blocks =
            try await SavedViewPages(house: house).blocks(.reports, web) + [
                Block(filters: try await filters(web)), Block(table: table.counted(web)),
            ]
        return try await house.page(page, web)
    }

    private func filters(_ web: WebRequest) async throws -> Filters {
        let person = try web.signedIn().person
        let clients = try await ClientPicker(house, person)
        let agents = house.catalog.agents.map(\.config)
        let kinds = Set(agents.map(\.artifacts.kind)).sorted(), channels = Set(agents.compactMap(\.artifacts.channel))
        return Filters(
            web, "/reports/",
            [
                Self.order(web).field, clients.filter(web),
                .choice("agent", "Agent", house.agentChoices, web),
                .choice("kind", "Kind", kinds.map { ($0, $0) }, web),
                .choice("channel", "Channel", channels.sorted().map { ($0, $0) }, web),
                .choice("status", "Status", ArtifactState.allCases.map { ($0.rawValue, $0.word) }, web),
                .choice("visibility", "Seen by", ArtifactVisibility.allCases.map { ($0.rawValue, $0.rawValue) }, web),
                .choice("reusable", "Reusable", Reuse.allCases.map { ($0.rawValue, $0.rawValue) }, web),
                Field("month", "Month", .line(type: "month"), value: web.query("month") ?? ""),
                Field("text", "Text", .line(type: "search"), value: web.query("text") ?? ""),
                Field("superseded", "Superseded too", .check(isOn: web.query("superseded") == "yes")),
            ], more: ["run"])
    }

    private func csv(_ web: WebRequest) async throws -> Response {
        let (filter, reuse) = (try filter(web), try reuse(web))
        let titles = [
            "report", "status", "title", "client", "kind", "channel", "period", "version", "reusable", "seen_by",
            "created_at", "run",
        ]
        return try await CSV.download("reports.csv", titles) { [house, filter, reuse] after in
            var filter = filter
            if let after { filter.goOn(from: after) }
            let (found, next) = try await found(filter, reuse, rows: ArtifactFilter.limitMax - 1)
            let rows = found.map { report in
                let words = house.words(report)
                return [
                    report.id, report.state.rawValue, words.title, report.clientSlug ?? "", report.kind,
                    report.channel ?? "", report.period?.key ?? "", "\(report.version)", words.reuse,
                    report.visibility.rawValue,
                    PageClock.iso(report.createdAt), report.runID,
                ]
            }
            return (rows, next)
        }
    }

    private func json(_ web: WebRequest) async throws -> Response {
        var filter = try filter(web)
        filter.goOn(
            from: try APICursor.place(web, of: "artifacts", or: Self.order(web).cursor(web))?.uppercased())
        let (shown, next) = try await found(filter, reuse(web))
        return RunPages.json(
            shown.map { $0.document(house.reports.exclusion($0)) }, next: next, of: "artifacts")
    }
}
