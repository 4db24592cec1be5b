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

    private static let filterNames = ["client", "agent", "kind", "channel", "month", "status", "visibility"]

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
            state: try choice("status"), visibility: try choice("visibility"),
            includesSuperseded: web.query("superseded") == "yes", before: web.query("before")?.uppercased(),
            limit: Self.pageRows + 1)
        filter.visible = try web.signedIn().person.clients
        return filter
    }

    private func list(_ web: WebRequest) async throws -> Response {
        let filter = try filter(web)
        let found = try await house.reports.list(filter)
        let shown = Array(found.prefix(Self.pageRows))
        let isFiltered = Self.filterNames.contains { web.query($0) != nil }
        var page = Page(title: "Reports", heading: "Report Library")
        page.lead = "What runs have made, newest first: every version, with its files and what it rests on."
        page.blocks =
            try await SavedViewPages(house: house).blocks(.reports, web) + [
                Block(filters: try await filters(web)),
                Block(
                    table: Table(
                        "Reports, newest first", ReportWords.columns, shown.map { house.words($0).cells },
                        empty: isFiltered
                            ? "No reports match."
                            : "No reports yet. One appears here when a run has stored its files.",
                        emptyLink: isFiltered ? Link(word: "Clear filters", address: "/reports/") : nil,
                        note: filter.includesSuperseded || filter.state != nil
                            ? nil : "Superseded versions are left out; tick \"Superseded too\" to see them.",
                        csv: web.address("/reports.csv", changing: ["before": nil]),
                        first: web.query("before") == nil ? nil : web.address("/reports/", changing: ["before": nil]),
                        next: found.count > shown.count
                            ? web.address("/reports/", changing: ["before": shown.last?.id]) : nil)),
            ]
        return try await house.page(page, web)
    }

    private func filters(_ web: WebRequest) async throws -> Filters {
        let person = try web.signedIn().person
        let clients = try await house.clients.list().filter { person.maySee(client: $0.slug) }
        let agents = house.catalog.agents.map(\.config)
        let kinds = Set(agents.map(\.artifacts.kind)).sorted(), channels = Set(agents.compactMap(\.artifacts.channel))
        return Filters(
            web, "/reports/",
            [
                .choice("client", "Client", clients.map { ($0.slug, $0.name) }, web),
                .choice("agent", "Agent", house.agentChoices, web),
                .choice("kind", "Kind", kinds.map { ($0, $0) }, web),
                .choice("channel", "Channel", channels.sorted().map { ($0, $0) }, web),
                .choice("status", "Status", ArtifactState.allCases.map { ($0.rawValue, $0.word) }, web),
                .choice("visibility", "Seen by", ArtifactVisibility.allCases.map { ($0.rawValue, $0.rawValue) }, web),
                Field("month", "Month", .line(type: "month"), value: web.query("month") ?? ""),
                Field("superseded", "Superseded too", .check(isOn: web.query("superseded") == "yes")),
            ], more: ["run"])
    }

    private func csv(_ web: WebRequest) async throws -> Response {
        var filter = try filter(web)
        filter.limit = ArtifactFilter.limitMax
        let titles = [
            "report", "status", "title", "client", "kind", "channel", "period", "version", "reusable", "seen_by",
            "created_at", "run",
        ]
        return try await CSV.download("reports.csv", titles) { [house, filter] after in
            var filter = filter
            filter.before = after ?? filter.before
            let found = try await house.reports.list(filter)
            let rows = found.map { report in
                let words = house.words(report)
                return [
                    report.id, report.state.rawValue, words.title, report.clientSlug ?? "", report.kind,
                    report.channel ?? "", words.period, "\(report.version)", words.reuse, report.visibility.rawValue,
                    PageClock.iso(report.createdAt), report.runID,
                ]
            }
            return (rows, found.count == ArtifactFilter.limitMax ? found.last?.id : nil)
        }
    }

    private func json(_ web: WebRequest) async throws -> Response {
        let found = try await house.reports.list(try filter(web))
        let shown = found.prefix(Self.pageRows)
        return RunPages.json(
            .object(
                JSONObject([
                    ("reports", .array(shown.map { $0.document(house.reports.exclusion($0)) })),
                    ("next", found.count > shown.count ? shown.last.map { .string($0.id) } ?? .null : .null),
                ])))
    }
}
