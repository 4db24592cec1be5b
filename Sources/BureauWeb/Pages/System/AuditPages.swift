import BureauDomain
import BureauEngine
import Hummingbird

/// Who changed what, newest first: as a page, as JSON and as CSV. Somebody who sees some clients finds the changes that
/// are about them or about no client.
struct AuditPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let place = "/system/audit-log", pageRows = 50

    var routes: [Route] {
        [
            .page(Self.place, .engineer) { try await show($0) },
            .page(Self.place + ".json", .engineer) { try await json($0) },
            .page(Self.place + ".csv", .engineer) { try await csv($0) },
        ]
    }

    private func filter(_ web: WebRequest) throws -> AuditDesk.Filter {
        var filter = AuditDesk.Filter(
            subject: web.query("subject"), actor: web.query("actor"), visible: try web.signedIn().person.clients)
        (filter.before, filter.limit) = (web.query("before"), Self.pageRows + 1)
        return filter
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let found = try await house.audit.list(try filter(web)), entries = Array(found.prefix(Self.pageRows))
        let isNarrowed = web.query("subject") != nil || web.query("actor") != nil
        func leading(before: String?) -> String { web.address(Self.place + "/", changing: ["before": before]) }
        var page = SystemFrame.page("Audit log", web)
        page.blocks.append(
            Block(
                filters: Filters(
                    web, Self.place + "/",
                    [
                        Field("actor", "Who", value: web.query("actor") ?? "", hint: "The name they sign in with."),
                        Field("subject", "Subject", value: web.query("subject") ?? "", hint: "Such as client acme."),
                    ]),
                table: Table(
                    "Who changed what, newest first",
                    Table.columns("When", "Who", "What", "Subject", "Before", "After", "From"), entries.map(row),
                    empty: isNarrowed ? "No change matches." : "Nothing was changed yet.",
                    emptyLink: isNarrowed ? Link(word: "Clear filters", address: Self.place + "/") : nil,
                    csv: web.address(Self.place + ".csv", changing: ["before": nil]),
                    first: web.query("before") == nil ? nil : leading(before: nil),
                    next: found.count > Self.pageRows ? leading(before: entries.last?.id) : nil
                ).counted(web)))
        return try await house.page(page, web)
    }

    private func row(_ entry: AuditEntry) -> [Table.Cell] {
        func narrowed(_ name: String, _ value: String) -> Table.Cell {
            Table.Cell(text: value, address: "\(Self.place)/?\(name)=\(WebRequest.escaped(value))")
        }
        let words = AuditWords(entry, in: clock)
        return [
            Table.Cell(text: clock.absolute(entry.at), iso: PageClock.iso(entry.at)),
            narrowed("actor", entry.actor.name), Table.Cell(text: entry.action), narrowed("subject", entry.subject),
            Table.Cell(text: words.before), Table.Cell(text: words.after),
            Table.Cell(
                text: [entry.actor.surface, entry.actor.remoteAddress].filter { !$0.isEmpty }.joined(separator: " ")),
        ]
    }

    private func json(_ web: WebRequest) async throws -> Response {
        var filter = try filter(web)
        filter.before = try APICursor.place(web, of: "changes", or: filter.before)
        let found = try await house.audit.list(filter), entries = found.prefix(Self.pageRows)
        let next = found.count > entries.count ? entries.last?.id : nil
        return RunPages.json(entries.map(\.document), next: next, of: "changes")
    }

    private func csv(_ web: WebRequest) async throws -> Response {
        var filter = try filter(web)
        filter.limit = CSV.pageRows
        let titles = ["at", "actor", "surface", "remote_address", "action", "subject", "client", "before", "after"]
        return try await CSV.download("audit-log.csv", titles) { [house, filter] after in
            var filter = filter
            filter.before = after ?? filter.before
            let entries = try await house.audit.list(filter)
            let rows = entries.map { entry in
                [
                    PageClock.iso(entry.at), entry.actor.name, entry.actor.surface, entry.actor.remoteAddress,
                    entry.action, entry.subject, entry.client ?? "", entry.before ?? "", entry.after ?? "",
                ]
            }
            return (rows, entries.count == CSV.pageRows ? entries.last?.id : nil)
        }
    }
}
