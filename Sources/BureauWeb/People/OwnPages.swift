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
        if let token { page.blocks.append(OwnBlocks.shown(token)) }
        page.blocks += [OwnBlocks.name(person), OwnBlocks.password(person), OwnBlocks.theme(person)]
        page.blocks += try await OwnPreferences(house: house).blocks(person)
        page.blocks += [
            try await access.sessions(visitor.person, this: visitor.session?.id),
            try await access.tokens(person, with: [OwnBlocks.tokenForm]),
            OwnBlocks.keys(areOn: person.hasShortcuts),
        ]
        return try await house.page(page, web)
    }

    private var access: AccessBlocks { AccessBlocks(house: house, place: "/settings") }

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
