import BureauDomain
import BureauEngine
import Hummingbird

/// Addresses outside that are told of changes: the same functions as `bureau endpoints` and the API.
struct EndpointPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let place = "/system/endpoints", logShown = 50

    var routes: [Route] {
        [
            .page(Self.place, .engineer) { try await list($0) },
            .action(Self.place, .engineer) { try await add($0) },
            .page(Self.place + "/:id", .engineer) { web in
                let endpoint = try await find(web)
                return try await show(endpoint, web)
            },
            .page(Self.place + "/:id/rotate", .engineer) { try await askToRotate($0) },
            .action(Self.place + "/:id/rotate", .engineer) { web in
                let endpoint = try await find(web)
                guard ConfirmPage.isConfirmed(web) else { return .seeOther(Self.address(endpoint) + "rotate") }
                let (after, secret) = try await house.endpoints.rotate(
                    endpoint.id, reason: ConfirmPage.reason(web), by: web.actor())
                return try await told(after, secret, web)
            },
            act("enable", "It is told again, from now on.") { try await house.endpoints.enable($0.id, by: $1) },
            .page(Self.place + "/:id/disable", .engineer) { try await askToDisable($0) },
            .action(Self.place + "/:id/disable", .engineer) { try await disable($0) },
            act("test", "A test waits to be told. Load the page again to see what became of it.") {
                try await house.endpoints.test($0.id, by: $1)
            },
            .page(Self.place + "/:id/again", .engineer) { try await askToTellAgain($0) },
            .action(Self.place + "/:id/again", .engineer) { try await tellAgain($0) },
            .page(Self.place + "/:id/remove", .engineer) { try await askToRemove($0) },
            .action(Self.place + "/:id/remove", .engineer) { try await remove($0) },
        ]
    }

    static func address(_ endpoint: EndpointRecord) -> String { "\(place)/\(endpoint.id)/" }

    private func act<Made>(
        _ verb: String, _ notice: String,
        _ body: @escaping @Sendable (EndpointRecord, Actor) async throws -> Made
    ) -> Route {
        .action(Self.place + "/:id/\(verb)", .engineer) { web in
            let endpoint = try await find(web)
            _ = try await body(endpoint, web.actor())
            house.wake()
            return try await house.done(notice, Self.address(endpoint), web)
        }
    }

    private func disable(_ web: WebRequest) async throws -> Response {
        let endpoint = try await find(web), place = Self.address(endpoint)
        guard ConfirmPage.isConfirmed(web) else { return .seeOther(place + "disable") }
        _ = try await house.endpoints.disable(endpoint.id, reason: ConfirmPage.reason(web), by: web.actor())
        house.wake()
        return try await house.done("It is told nothing more.", place, web)
    }

    private func remove(_ web: WebRequest) async throws -> Response {
        let endpoint = try await find(web)
        guard ConfirmPage.isConfirmed(web) else { return .seeOther(Self.address(endpoint) + "remove") }
        try await house.endpoints.remove(endpoint.id, reason: ConfirmPage.reason(web), by: web.actor())
        return try await house.done("The endpoint is removed, with its log.", Self.place + "/", web)
    }

    private func tellAgain(_ web: WebRequest) async throws -> Response {
        let endpoint = try await find(web), place = Self.address(endpoint), event = web.form["event"] ?? ""
        guard ConfirmPage.isConfirmed(web) else {
            return .seeOther(web.address(place + "again", changing: ["event": String(event.prefix(80))]))
        }
        let isNew = try await house.endpoints.again(
            endpoint.id, event: event, reason: ConfirmPage.reason(web), by: web.actor())
        house.wake()
        return try await house.done(
            isNew ? "It waits to be told once more." : "It is about to be told anyway.", place, web)
    }

    func find(_ web: WebRequest) async throws -> EndpointRecord {
        try await house.endpoints.find(web.parameter("id"), visible: try web.signedIn().person.clients)
    }

    private static func chip(_ endpoint: EndpointRecord) -> Chip {
        guard endpoint.isActive else { return Chip(glyph: "■", word: "Disabled", tone: "bad") }
        return endpoint.failingSince == nil
            ? Chip(glyph: "✓", word: "Active", tone: "ok") : Chip(glyph: "!", word: "Failing", tone: "warn")
    }

    // MARK: All of them

    private func list(_ web: WebRequest) async throws -> Response {
        let visible = try web.signedIn().person.clients, clients = try await house.clients.names()
        let found = try await house.endpoints.list(visible: visible)
        var page = SystemFrame.page("Endpoints", web)
        page.lead = "Addresses outside that are told, signed, when a run or an approval changes."
        page.blocks += [
            Block(
                table: Table(
                    "Endpoints, newest first",
                    Table.columns("Status", "Address", "For", "Told of", "Client", "Since", "Why"),
                    found.map { endpoint in
                        [
                            Table.Cell(text: "", chip: Self.chip(endpoint)),
                            Table.Cell(text: endpoint.url, address: Self.address(endpoint)),
                            Table.Cell(text: endpoint.label),
                            Table.Cell(text: endpoint.topics.joined(separator: ", ")),
                            Table.Cell(text: endpoint.client.map { clients[$0] ?? $0 } ?? "all"),
                            Table.Cell(text: clock.moment(endpoint.createdAt), iso: PageClock.iso(endpoint.createdAt)),
                            Table.Cell(text: endpoint.why ?? ""),
                        ]
                    }, empty: "No endpoints. Add one below, or run: bureau endpoints add URL",
                    csv: Self.place + ".csv")),
            creation(clients.filter { visible?.contains($0.key) ?? true }, isForAll: visible == nil),
        ]
        return try await house.page(page, web)
    }

    private func creation(_ clients: [String: String], isForAll: Bool) -> Block {
        let all = isForAll ? [Field.Option(word: "All clients", value: "")] : []
        let each = clients.sorted { $0.value < $1.value }.map { Field.Option(word: $0.value, value: $0.key) }
        return Block(
            id: "add", heading: "Add an endpoint",
            text: "It gets a secret of its own, shown once, that what it is told is signed with.",
            forms: [
                Form(
                    action: Self.place, verb: "Add endpoint",
                    fields: [
                        Field(
                            "url", "Address", .line(type: "url"), hint: "https, on the open internet.",
                            isRequired: true),
                        Field("label", "What it is for", hint: "For the people who read this list."),
                        Field("runs", "Tell it of runs", .check(isOn: true)),
                        Field("approvals", "Tell it of approvals", .check(isOn: true)),
                        Field("client", "Client", .options(all + each)),
                    ])
            ])
    }

    private func add(_ web: WebRequest) async throws -> Response {
        let visible = try web.signedIn().person.clients
        let client = web.form["client"].flatMap { $0.isEmpty ? nil : $0 }
        if let visible, !(client.map(visible.contains) ?? false) {
            throw PageProblem.unprocessable(
                "You see some clients, and an endpoint without one of them is told of all.",
                fix: "Choose a client you see.")
        }
        let new = NewEndpoint(
            url: String((web.form["url"] ?? "").prefix(2_000)), label: String((web.form["label"] ?? "").prefix(120)),
            tellsRuns: web.form["runs"] == "yes", tellsApprovals: web.form["approvals"] == "yes", client: client)
        let (made, secret) = try await house.endpoints.add(new, by: web.actor())
        return try await told(made, secret, web)
    }

    /// The only answer that ever carries a secret; nothing keeps it.
    private func told(_ endpoint: EndpointRecord, _ secret: String, _ web: WebRequest) async throws -> Response {
        var response = try await show(endpoint, web, secret: secret)
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentLocation] = Self.address(endpoint)
        return response
    }

    // MARK: One of them

    private func show(_ endpoint: EndpointRecord, _ web: WebRequest, secret: String? = nil) async throws -> Response {
        let clients = try await house.clients.names()
        let state = web.query("status").flatMap(AnnouncementRecord.State.init)
        let log = try await house.endpoints.announcements(endpoint.id, state: state, limit: Self.logShown)
        var page = SystemFrame.page(endpoint.label.isEmpty ? "Endpoint" : endpoint.label, web)
        page.chip = Self.chip(endpoint)
        page.lead = endpoint.url
        page.crumbs = [
            Link(word: "System", address: "/system/"), Link(word: "Endpoints", address: Self.place + "/"),
            Link(word: String(endpoint.id.prefix(10))),
        ]
        if let secret { page.blocks.append(Self.once(secret)) }
        if let why = endpoint.why {
            page.blocks.append(Block(callout: Callout(tone: "warn", title: "It is told nothing: \(why).")))
        }
        page.blocks += [Block(facts: facts(endpoint, clients), forms: forms(endpoint)), logBlock(endpoint, log, web)]
        return try await house.page(page, web)
    }

    private static func once(_ secret: String) -> Block {
        Block(
            callout: Callout(
                tone: "ok", title: "This is the secret. It is shown only now.",
                text: "What the endpoint is told is signed with it; docs/guides/api.md says how to check.",
                isAlert: true),
            facts: Facts([Facts.Fact(name: "Secret", value: secret, isCode: true, isCopied: true)]))
    }

    private func facts(_ endpoint: EndpointRecord, _ clients: [String: String]) -> Facts {
        Facts([
            Facts.Fact(name: "Endpoint", value: endpoint.id, isCode: true, isCopied: true),
            Facts.Fact(name: "Told of", value: endpoint.topics.joined(separator: ", ")),
            Facts.Fact(name: "Client", value: endpoint.client.map { clients[$0] ?? $0 } ?? "all"),
            Facts.Fact(name: "Added", told: "\(endpoint.createdAt, clock.absolute) by \(endpoint.madeBy)"),
            endpoint.failingSince.map { Facts.Fact(name: "Failing since", told: TimedText($0, clock.absolute)) },
            endpoint.formerUntil.flatMap { until in
                until > clock.now()
                    ? Facts.Fact(name: "Former secret", told: "signs too until \(until, clock.absolute)") : nil
            },
        ])
    }

    private func forms(_ endpoint: EndpointRecord) -> [Form] {
        func form(_ verb: String, _ path: String, _ tone: String = "") -> Form {
            Form(action: "\(Self.place)/\(endpoint.id)/\(path)", verb: verb, tone: tone, style: "form row")
        }
        let secret = form("Replace the secret…", "rotate")
        let removal = form("Remove…", "remove", "danger")
        guard endpoint.isActive else { return [form("Enable", "enable", "primary"), secret, removal] }
        return [
            form("Send a test", "test", "primary"), secret,
            form("Disable…", "disable", "danger"), removal,
        ]
    }

    private func logBlock(_ endpoint: EndpointRecord, _ log: [AnnouncementRecord], _ web: WebRequest) -> Block {
        let states = AnnouncementRecord.State.allCases.map { ($0.rawValue, Self.chip($0).word) }
        let given = log.filter { $0.state == .givenUp }, isNarrowed = web.query("status") != nil
        return Block(
            id: "log", heading: "Delivery log",
            filters: Filters(web, Self.address(endpoint), [.choice("status", "Status", states, web)]),
            table: Table(
                "What it was told and will be, newest first",
                Table.columns("Status", "What", "Event", "Since", "#Tries", "#Answer", "Next try", "Why"),
                log.map { one in
                    [
                        Table.Cell(text: "", chip: Self.chip(one.state)), Table.Cell(text: one.kind),
                        Table.Cell(text: one.eventID, isCode: true),
                        Table.Cell(text: clock.moment(one.createdAt), iso: PageClock.iso(one.createdAt)),
                        Table.Cell(text: "\(one.tries)"), Table.Cell(text: one.status.map { "\($0)" } ?? ""),
                        Table.Cell(text: one.state == .pending ? clock.absolute(one.dueAt) : ""),
                        Table.Cell(text: one.error ?? ""),
                    ]
                }, empty: isNarrowed ? "Nothing it was told matches." : "It was told nothing yet.",
                emptyLink: isNarrowed ? Link(word: "Clear filters", address: Self.address(endpoint)) : nil),
            forms: given.isEmpty || !endpoint.isActive ? [] : [again(endpoint, given)])
    }

    private func again(_ endpoint: EndpointRecord, _ given: [AnnouncementRecord]) -> Form {
        let events = given.map { Field.Option(word: "\($0.kind), \(clock.moment($0.createdAt))", value: $0.eventID) }
        return Form(
            action: "\(Self.place)/\(endpoint.id)/again", verb: "Tell it once more…",
            fields: [Field("event", "Given up", .options(events))], tone: "")
    }

    private static func chip(_ state: AnnouncementRecord.State) -> Chip {
        switch state {
        case .pending: Chip(glyph: "○", word: "Waits", tone: "idle")
        case .told: Chip(glyph: "✓", word: "Told", tone: "ok")
        case .givenUp: Chip(glyph: "✕", word: "Given up", tone: "bad")
        }
    }
}
