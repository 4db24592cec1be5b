import BureauDomain
import BureauEngine
import Hummingbird

/// Everybody who may sign in, a page at a time, and the same as JSON and as CSV.
extension PeoplePages {
    private static func order(_ web: WebRequest) -> ListOrder {
        ListOrder(
            web, "/users/", usual: .init(name: "", column: "Name", isDescending: false, isTold: false),
            .init(name: "seen", column: "Last seen", isDescending: true),
            .init(name: "longest-ago", column: "Last seen", isDescending: false))
    }

    /// One more than a page shows, so that it knows whether there are others.
    private func found(_ web: WebRequest) async throws -> [PersonRecord] {
        try await found(Self.order(web), after: web.query("after"), limit: Self.pageRows + 1)
    }

    private func found(_ order: ListOrder, after: String?, limit: Int) async throws -> [PersonRecord] {
        let place = order.place(at: after)
        guard !order.isUsual else { return try await house.people.page(after: place?.name, limit: limit) }
        return try await house.people.page(
            bySeen: order.way.isDescending, after: place.map { (Int64($0.value) ?? 0, $0.name) }, limit: limit)
    }

    private static func place(of last: PersonRecord?, _ order: ListOrder) -> String? {
        last.map { order.place("\($0.seenAt ?? 0)", $0.name) }
    }

    func list(_ web: WebRequest) async throws -> Response {
        let found = try await found(web)
        var page = Page(title: "Users", heading: "Users")
        page.blocks = [
            Block(table: table(found, web)),
            Block(
                heading: "Add a user",
                forms: [
                    Form(
                        action: "/users", verb: "Add user",
                        fields: [
                            Field(
                                "name", "Sign-in name", hint: "\(SignInName.rule). Approvals are decided under it.",
                                isRequired: true),
                            Field("display_name", "Full name"), Field("role", "Role", Self.roles(.viewer)),
                        ])
                ]),
            Block(
                heading: "What roles may do",
                table: Table(
                    "Each role may do everything the ones above it may",
                    Table.columns("Role", "May"),
                    Role.allCases.map { [Table.Cell(text: $0.word), Table.Cell(text: $0.meaning)] }, empty: "")),
        ]
        return try await house.page(page, web)
    }

    private func table(_ found: [PersonRecord], _ web: WebRequest) -> Table {
        let people = found.prefix(Self.pageRows)
        func leading(after place: String?) -> String { web.address("/users/", changing: ["after": place]) }
        let columns = Table.columns("Name", "Role", "Clients", "Last seen", "Status")
        var table = Table(
            "Who may sign in", Self.order(web).columns(columns, web),
            people.map { person -> [Table.Cell] in
                [
                    Table.Cell(text: "\(person.displayName) (\(person.name))", address: "/users/\(person.name)/"),
                    Table.Cell(text: person.role.word),
                    Table.Cell(
                        text: person.clients.map { $0.isEmpty ? "none" : $0.sorted().joined(separator: ", ") } ?? "all"),
                    Table.Cell(text: person.seenAt.map(clock.moment) ?? "never", iso: person.seenAt.map(PageClock.iso)),
                    Table.Cell(
                        text: "",
                        chip: person.isDisabled
                            ? Chip(glyph: "–", word: "Disabled", tone: "idle")
                            : Chip(glyph: "✓", word: "Active", tone: "ok")),
                ]
            }, empty: "Nobody yet.", csv: web.address("/users.csv", changing: ["after": nil]),
            first: web.query("after") == nil ? nil : leading(after: nil),
            next: found.count > people.count ? leading(after: Self.place(of: people.last, Self.order(web))) : nil)
        (table.firstWord, table.nextWord) = ("First", "Next")
        return table.counted(web)
    }

    func json(_ web: WebRequest) async throws -> Response {
        let order = Self.order(web), list = order.cursorName("users")
        let place = try APICursor.place(web, of: list, or: web.query("after"))
        let found = try await found(order, after: place, limit: Self.pageRows + 1)
        let people = found.prefix(Self.pageRows)
        let next = found.count > people.count ? Self.place(of: people.last, order) : nil
        return RunPages.json(people.map(\.listed), next: next, of: list)
    }

    func csv(_ web: WebRequest) async throws -> Response {
        let titles = ["name", "full_name", "role", "clients", "last_seen_at", "status"]
        let order = Self.order(web)
        return try await CSV.download("users.csv", titles) { after in
            let people = try await found(order, after: after, limit: CSV.pageRows)
            let rows = people.map { person in
                [
                    person.name, person.displayName, person.role.rawValue,
                    person.clients?.sorted().joined(separator: " ") ?? "all",
                    person.seenAt.map(PageClock.iso) ?? "", person.isDisabled ? "disabled" : "active",
                ]
            }
            return (rows, people.count == CSV.pageRows ? Self.place(of: people.last, order) : nil)
        }
    }
}
