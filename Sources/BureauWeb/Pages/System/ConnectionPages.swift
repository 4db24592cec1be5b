import BureauDomain
import BureauEngine
import Hummingbird

/// What the doctor finds, on a page: every connection of the server, and what one agent's file or one client's record
/// names.
struct ConnectionPages: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/system/connections", .engineer) { try await show($0) },
            .action("/system/connections", .engineer) { web in
                try await start(.everything, "/system/connections/", web)
            },
            .action("/agents/:name/check", .engineer) { web in
                guard let agent = house.catalog.agent(web.parameter("name")) else { throw PageProblem.notFound }
                return try await start(.agent(agent.config.name), "/agents/\(agent.config.name)/#check", web)
            },
            .action("/clients/:slug/check", .engineer, .client) { web in
                let slug = try web.theClient().slug
                return try await start(.client(slug), ClientTabs.address(slug, .sources) + "#check", web)
            },
        ]
    }

    private func start(_ subject: Checkup.Subject, _ place: String, _ web: WebRequest) async throws -> Response {
        guard let checkup = house.checkup else {
            throw PageProblem.conflict("This server cannot look at its connections.", fix: "Run: bureau doctor")
        }
        let isOver = try await checkup.run(subject, by: web.actor().name)
        return try await house.done(
            isOver ? "Looked at. Nothing was changed anywhere." : "It is still being looked at. Load the page again.",
            place, web)
    }

    private func show(_ web: WebRequest) async throws -> Response {
        var page = SystemFrame.page("Connections", web)
        page.lead = "What bureau doctor checks: files, database, disk, and each vendor's answer. Nothing is changed."
        let form = Form(action: "/system/connections", verb: "Test all connections", style: "form row")
        page.blocks.append(
            try await Self.block(house, .everything, form, empty: "Nothing was tested since this server started."))
        return try await house.page(page, web)
    }

    /// The last result, and the button.
    static func block(_ house: WebHouse, _ subject: Checkup.Subject, _ form: Form, empty: String) async throws -> Block
    {
        let clock = house.clock
        let (outcome, since) = (await house.checkup?.last(subject), await house.checkup?.since(subject))
        var block = Block(id: "check", forms: [form])
        if let since {
            block.text = "Being looked at since \(clock.time(since)). Load the page again to see the result."
        }
        guard let outcome else {
            block.emptyText = since == nil ? empty : nil
            return block
        }
        let count = Dictionary(grouping: outcome.lines, by: \.status).mapValues(\.count)
        let (failed, warned) = (count[.fail] ?? 0, count[.warn] ?? 0)
        block.facts = Facts([
            Facts.Fact(name: "Looked at", told: "\(outcome.endedAt, clock.moment) by \(outcome.by)")
        ])
        block.table = Table(
            "What was found: \(failed) failed, \(warned) with a warning, \(count[.ok] ?? 0) well, "
                + "\(count[.skip] ?? 0) not in use",
            Table.columns("Status", "What", "Found", "What to do"),
            outcome.lines.map { line in
                [
                    Table.Cell(text: "", chip: chip(line.status)), Table.Cell(text: line.name),
                    Table.Cell(text: line.detail), Table.Cell(text: line.fix ?? ""),
                ]
            }, empty: "")
        return block
    }

    private static func chip(_ status: Checkup.Line.Status) -> Chip {
        switch status {
        case .ok: Chip(glyph: "✓", word: "Well", tone: "ok")
        case .warn: Chip(glyph: "!", word: "Warning", tone: "warn")
        case .fail: Chip(glyph: "✕", word: "Failed", tone: "bad")
        case .skip: Chip(glyph: "–", word: "Not in use", tone: "idle")
        }
    }
}
