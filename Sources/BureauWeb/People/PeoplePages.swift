import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Who may sign in and what they may see: for admins.
struct PeoplePages: Sendable {
    let house: WebHouse
    var clock: PageClock { house.clock }
    static let clientsShownMax = 200, pageRows = 100

    var routes: [Route] {
        [
            .page("/users", .admin) { try await list($0) },
            .page("/users.json", .admin) { try await json($0) },
            .page("/users.csv", .admin) { try await csv($0) },
            .action("/users", .admin) { try await add($0) },
            .page("/users/:id", .admin) { try await show($0) },
            .action("/users/:id/role", .admin) { try await setRole($0) },
            .action("/users/:id/clients", .admin) { try await setClients($0) },
            .action("/users/:id/link", .admin) { try await makeLink($0) },
            .action("/users/:id/slack", .admin) { web in
                let person = try await house.people.setSlackID(
                    person(web).id, (web.form["slack_id"] ?? "").filter { !$0.isWhitespace }, by: web.actor())
                return try await house.done(
                    person.slackID.map { "Messages of their own go to \($0)." } ?? "No Slack user is entered now.",
                    "/users/\(person.name)/", web)
            },
            .action("/users/:id/sessions/:session/end", .admin) { web in
                let person = try await person(web)
                try await house.people.end(session: web.parameter("session"), of: person.id, by: web.actor())
                return try await house.done("That session is signed out.", "/users/\(person.name)/#sessions", web)
            },
            .action("/users/:id/tokens/:token/revoke", .admin) { web in
                let person = try await person(web)
                try await house.people.revoke(token: web.parameter("token"), of: person.id, by: web.actor())
                return try await house.done("The token no longer works.", "/users/\(person.name)/#tokens", web)
            },
            .page("/users/:id/disable", .admin) { try await askToDisable($0) },
            .action("/users/:id/disable", .admin) { try await disable($0) },
            .action("/users/:id/enable", .admin) { try await enable($0) },
        ]
    }

    static func roles(_ now: Role?) -> Field.Kind {
        .options(Role.allCases.map { Field.Option(word: $0.word, value: $0.rawValue, isOn: $0 == now) })
    }

    private func add(_ web: WebRequest) async throws -> Response {
        guard let role = Role(rawValue: web.form["role"] ?? "") else {
            throw PageProblem.badRequest("There is no such role.")
        }
        let made = try await house.people.add(
            web.form["name"] ?? "", displayName: web.form["display_name"], role: role, by: web.actor())
        return try await house.done(
            "\(made.displayName) was added. Make a sign-in link for them below.", "/users/\(made.name)/", web)
    }

    private func person(_ web: WebRequest) async throws -> PersonRecord {
        do { return try await house.people.find(web.parameter("id")) } catch is PeopleDesk.Refused {
            throw PageProblem.notFound
        }
    }

    private func show(_ web: WebRequest, link: String? = nil) async throws -> Response {
        let person = try await person(web), place = "/users/\(person.name)"
        let isOwn = try person.id == web.signedIn().person.id
        var page = Page(title: person.displayName, heading: person.displayName)
        page.crumbs = [Link(word: "Users", address: "/users/"), Link(word: person.name)]
        if let link {
            page.blocks.append(
                Block(
                    callout: Callout(
                        tone: "ok",
                        title: "This link signs \(person.displayName) in once, within \(PeopleDesk.linkHours) hours.",
                        text: "It is shown only now. Links made before stop working.", isAlert: true),
                    facts: Facts([Facts.Fact(name: "Link", value: link, isCode: true, isCopied: true)])))
        }
        page.blocks += [
            Block(
                facts: Facts([
                    Facts.Fact(name: "Name", value: person.name, isCode: true),
                    Facts.Fact(name: "Role", value: "\(person.role.word). \(person.role.meaning)"),
                    Facts.Fact(name: "Password", value: person.hasPassword ? "set" : "none: signs in by link"),
                    Facts.Fact(name: "Last seen", told: person.seenAt.map { TimedText($0, clock.absolute) } ?? "never"),
                    Facts.Fact(name: "Status", value: person.isDisabled ? "disabled" : "active"),
                ])),
            Block(
                heading: "Sign-in link", forms: [Form(action: place + "/link", verb: "Make a one-time link", tone: "")]),
        ]
        page.blocks += try await isOwn ? [] : may(person, place)
        page.blocks += [
            slack(person, place),
            try await AccessBlocks(house: house, place: place).sessions(person, this: nil),
            try await AccessBlocks(house: house, place: place).tokens(person),
            isOwn
                ? Block(
                    heading: "Access",
                    text: "Your own role, your clients and whether you may sign in are for another admin to change.")
                : access(person, place),
        ]
        return try await house.page(page, web)
    }

    /// What they may do, and for whom.
    private func may(_ person: PersonRecord, _ place: String) async throws -> [Block] {
        let clients = try await house.clients.list()
        return [
            Block(
                heading: "Role",
                forms: [
                    Form(
                        action: place + "/role", verb: "Change role",
                        fields: [Field("role", "Role", Self.roles(person.role))], tone: "")
                ]),
            Block(
                heading: "Clients",
                forms: [
                    Form(
                        action: place + "/clients", verb: "Change clients",
                        fields: boxes(clients, person), tone: "")
                ]),
        ]
    }

    private func access(_ person: PersonRecord, _ place: String) -> Block {
        Block(
            heading: "Access",
            forms: [
                person.isDisabled
                    ? Form(action: place + "/enable", verb: "Enable", tone: "")
                    : Form(
                        action: place + "/disable", verb: "Disable…", tone: "danger",
                        legend:
                            "Ends every session, link and token of this user at once. Nothing of theirs is deleted.")
            ])
    }

    private func slack(_ person: PersonRecord, _ place: String) -> Block {
        let mapped = house.settings.slackPeople[person.name].map { "SLACK_USERS says \($0). " } ?? ""
        return Block(
            heading: "Slack",
            forms: [
                Form(
                    action: place + "/slack", verb: "Change Slack user",
                    fields: [
                        Field(
                            "slack_id", "Slack member id", value: person.slackID ?? "",
                            hint: mapped
                                + "Such as U0123ABCD, from the profile's menu in Slack. What they ask to be told "
                                + "in their settings goes there, and is about clients.", autocomplete: "off")
                    ], tone: "")
            ])
    }

    private func setRole(_ web: WebRequest) async throws -> Response {
        guard let role = Role(rawValue: web.form["role"] ?? "") else {
            throw PageProblem.badRequest("There is no such role.")
        }
        let person = try await house.people.setRole(person(web).id, role, by: web.actor())
        return try await house.done(
            "\(person.displayName) is \(role.word.lowercased()) now.", "/users/\(person.name)/", web)
    }

    private static let others = "others"

    /// One for each client; where there are more of them, a field for the short names of the others.
    private func boxes(_ clients: [ClientRecord], _ person: PersonRecord) -> [Field] {
        let shown = clients.prefix(Self.clientsShownMax)
        var fields = [Field("all", "All clients, those added later too", .check(isOn: person.clients == nil))]
        fields += shown.map { client in
            Field(
                "client-\(client.slug)", client.name, .check(isOn: person.clients?.contains(client.slug) ?? false))
        }
        guard clients.count > shown.count else { return fields }
        let rest = (person.clients ?? []).subtracting(shown.map(\.slug)).sorted().joined(separator: ", ")
        fields.append(
            Field(
                Self.others, "Others, by short name", .long, value: rest,
                hint: "There are more clients than boxes. Put commas between them."))
        return fields
    }

    /// Nil where the form does not ask for them.
    private func written(_ web: WebRequest) async throws -> Set<String>? {
        guard let text = web.form[Self.others] else { return nil }
        let slugs = Set(text.split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() })
        for slug in slugs {
            guard try await house.clients.find(slug) == nil else { continue }
            throw PageProblem.unprocessable(
                "There is no client called \"\(slug.prefix(40))\".",
                fix: "Write short names, with commas between them.",
                field: Self.others)
        }
        return slugs
    }

    private func setClients(_ web: WebRequest) async throws -> Response {
        let before = try await person(web), all = try await house.clients.list()
        let shown = all.prefix(Self.clientsShownMax)
        // One that was added since the page was made may have taken the last box of it.
        let chosen = Set(all.map(\.slug).filter { web.form["client-\($0)"] == "yes" })
        // What has no box on the page is written, or stays as it is.
        let kept = try await written(web) ?? (before.clients ?? []).subtracting(shown.map(\.slug))
        let person = try await house.people.setClients(
            before.id, web.form["all"] == "yes" ? nil : chosen.union(kept), by: web.actor())
        return try await house.done(
            "\(person.displayName) sees \(person.clients.map { "\($0.count) clients" } ?? "all clients").",
            "/users/\(person.name)/", web)
    }

    /// Shown in the answer itself: a secret does not go through a notice that is stored.
    private func makeLink(_ web: WebRequest) async throws -> Response {
        let person = try await person(web)
        let token = try await house.people.makeLink(person.id, by: web.actor())
        var response = try await show(web, link: link(token, web))
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentLocation] = "/users/\(person.name)/"
        return response
    }

    func link(_ token: String, _ web: WebRequest) -> String {
        let base = house.site.publicURL ?? "http://\(web.head.head.authority ?? "127.0.0.1")"
        return "\(base)/login/link?token=\(token)"
    }

    private func askToDisable(_ web: WebRequest) async throws -> Response {
        let person = try await person(web), place = "/users/\(person.name)/"
        try PeopleDesk.expectOther(person, than: web.actor())
        return try await house.page(
            ConfirmPage(
                question: "Disable \(person.displayName)?", about: "\(person.displayName) (\(person.name))",
                crumbs: [
                    Link(word: "Users", address: "/users/"), Link(word: person.name, address: place),
                    Link(word: "Disable"),
                ],
                effect: "Every session, link and token of theirs ends at once. Nothing of theirs is deleted.",
                undo: "Enable the account, and make a new link to sign in with.", action: place + "disable",
                verb: "Disable", tone: "danger", back: Link(word: "Keep the account", address: place)
            ).page, web)
    }

    private func disable(_ web: WebRequest) async throws -> Response {
        guard ConfirmPage.isConfirmed(web) else { return .seeOther("/users/\(try await person(web).name)/disable") }
        let person = try await house.people.disable(
            person(web).id, reason: ConfirmPage.reason(web), by: web.actor())
        return try await house.done("\(person.displayName) is disabled.", "/users/\(person.name)/", web)
    }

    private func enable(_ web: WebRequest) async throws -> Response {
        let person = try await house.people.enable(person(web).id, by: web.actor())
        return try await house.done(
            "\(person.displayName) is enabled. Make a link to sign in with.", "/users/\(person.name)/", web)
    }
}
