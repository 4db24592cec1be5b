import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// What everybody sets for themselves: name, password, theme, sessions, tokens, and what `OwnPreferences` adds.
struct OwnPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }

    var routes: [Route] {
        [
            .page("/settings", .viewer) { try await show($0) },
            .action("/settings/password", .viewer) { try await setPassword($0) },
            .action("/settings/theme", .viewer) { web in
                try await house.people.setTheme(web.signedIn().person.id, web.form["theme"] ?? "")
                return try await house.done("The theme is changed.", "/settings/", web)
            },
            .action("/settings/name", .viewer) { web in
                try await house.people.setDisplayName(
                    web.signedIn().person.id, web.form["display_name"] ?? "", by: web.actor())
                return try await house.done("The name is changed.", "/settings/", web)
            },
            .action("/settings/shortcuts", .viewer) { web in
                let areOn = web.form["shortcuts"] == "on"
                try await house.people.setShortcuts(web.signedIn().person.id, areOn)
                return try await house.done("Shortcuts are \(areOn ? "on" : "off").", "/settings/#keys", web)
            },
            .action("/settings/tokens", .viewer) { try await makeToken($0) },
            .action("/settings/tokens/:id/revoke", .viewer) { web in
                try await house.people.revoke(token: web.parameter("id"), of: web.signedIn().person.id, by: web.actor())
                return try await house.done("The token no longer works.", "/settings/#tokens", web)
            },
            .action("/settings/sessions/:id/end", .viewer) { web in
                try await house.people.end(session: web.parameter("id"), of: web.signedIn().person.id, by: web.actor())
                return try await house.done("That session is signed out.", "/settings/#sessions", web)
            },
        ]
    }

    private func show(_ web: WebRequest, token: String? = nil) async throws -> Response {
        let visitor = try web.signedIn(), person = visitor.person
        var page = Page(title: "Settings", heading: "Settings")
        page.lead = "\(person.displayName) (\(person.name)), \(person.role.word.lowercased()). \(person.role.meaning)"
        if let token {
            page.blocks.append(
                Block(
                    callout: Callout(
                        tone: "ok", title: "This is the token. It is shown only now.",
                        text: "Send it as Authorization: Bearer, and keep it like a password.", isAlert: true),
                    facts: Facts([Facts.Fact(name: "Token", value: token, isCode: true, isCopied: true)])))
        }
        page.blocks += [
            Block(
                heading: "Name",
                forms: [
                    Form(
                        action: "/settings/name", verb: "Change name",
                        fields: [
                            Field(
                                "display_name", "Full name", value: person.displayName, hint: "What others read.",
                                autocomplete: "name", isRequired: true)
                        ], tone: "")
                ]),
            Block(
                id: "password", heading: "Password",
                forms: [
                    Form(
                        action: "/settings/password", verb: person.hasPassword ? "Change password" : "Set password",
                        fields: [
                            Field(
                                "password", "New password", .line(type: "password"),
                                hint:
                                    "\(PasswordHash.charactersMin) characters or more. Your other sessions are signed out.",
                                autocomplete: "new-password", isRequired: true)
                        ])
                ]),
            Block(
                heading: "Theme",
                forms: [
                    Form(
                        action: "/settings/theme", verb: "Change theme",
                        fields: [
                            Field(
                                "theme", "Colours",
                                .options(
                                    ["system", "light", "dark"].map {
                                        Field.Option(word: $0.capitalizedFirst, value: $0, isOn: $0 == person.theme)
                                    }))
                        ], tone: "")
                ]),
        ]
        page.blocks += try await OwnPreferences(house: house).blocks(person)
        page.blocks += [
            try await access.sessions(visitor.person, this: visitor.session?.id),
            try await access.tokens(person, with: [tokenForm]),
            keys(areOn: person.hasShortcuts),
        ]
        return try await house.page(page, web)
    }

    private var access: AccessBlocks { AccessBlocks(house: house, place: "/settings") }

    private var tokenForm: Form {
        Form(
            action: "/settings/tokens", verb: "Make a token",
            fields: [
                Field("label", "What it is for", isRequired: true),
                Field(
                    "scope", "Scope",
                    .options([
                        Field.Option(word: "Read", value: "read"), Field.Option(word: "Write", value: "write"),
                    ]), hint: "Write does what you may do."),
            ], tone: "")
    }

    private func keys(areOn: Bool) -> Block {
        Block(
            id: "keys", heading: "Keyboard shortcuts",
            table: Table(
                "Never inside a field",
                Table.columns("Keys", "What they do"),
                [
                    ("/", "Search"), ("g then t, i, r, c, a", "Today, Inbox, Runs, Clients, Agents"),
                    ("j, k", "Next and previous row or approval"),
                    ("a", "Go to the Approve button, of the approval in focus; it is not pressed"),
                    ("f", "Follow a live timeline, or not"),
                    ("e", "First trouble in a timeline"),
                    (".", "Open the menu More; a second time go to what can be done with a run. Esc closes it"),
                    ("?", "This list"),
                ].map { [Table.Cell(text: $0.0), Table.Cell(text: $0.1)] }, empty: ""),
            forms: [
                Form(
                    action: "/settings/shortcuts", verb: areOn ? "Switch them off" : "Switch them on", tone: "",
                    style: "form row", buttonName: "shortcuts", buttonValue: areOn ? "off" : "on")
            ])
    }

    private func setPassword(_ web: WebRequest) async throws -> Response {
        let visitor = try web.signedIn()
        _ = try await house.people.setPassword(
            visitor.person.id, web.form["password"] ?? "", keeping: visitor.session?.id, by: web.actor())
        return try await house.done("The password is set. Other sessions are signed out.", "/settings/", web)
    }

    private func makeToken(_ web: WebRequest) async throws -> Response {
        let scope = TokenRecord.Scope(rawValue: web.form["scope"] ?? "") ?? .read
        let token = try await house.people.makeToken(
            web.signedIn().person.id, label: web.form["label"] ?? "", scope: scope, days: nil, by: web.actor())
        var response = try await show(web, token: token)
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentLocation] = "/settings/"
        return response
    }
}
