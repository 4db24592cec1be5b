import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Signing in by a one-time link or a password, and out again.
struct SignInPages: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .open(.get, "/login", .page) { try await show($0) },
            .open(.post, "/login", .page, form: .origin) { try await byPassword($0) },
            .open(.get, "/login/link", .page) { try await showLink($0) },
            .open(.post, "/login/link", .page, form: .origin) { try await byLink($0) },
            .action("/logout", .viewer) { try await signOut($0) },
        ]
    }

    private func show(_ web: WebRequest, _ problem: FieldProblem? = nil) async throws -> Response {
        let next = Self.safePlace(web.form["next"] ?? web.query("next"))
        if web.visitor?.session != nil, problem == nil { return .seeOther(next) }
        var page = Page(title: "Sign in", heading: "Sign in")
        page.status = problem == nil ? 200 : 422
        let fields = [
            Field("next", "", .hidden, value: next),
            Field(
                "name", "Name", value: web.form["name"] ?? "", autocomplete: "username", isRequired: true,
                problem: problem?.at("name")),
            Field(
                "password", "Password", .line(type: "password"), autocomplete: "current-password", isRequired: true,
                problem: problem?.at("password")),
        ]
        page.blocks = [problem?.summary(fields)].compactMap(\.self)
        page.blocks += [
            Block(style: "narrow", forms: [Form(action: "/login", verb: "Sign in", fields: fields)]),
            Block(
                style: "narrow",
                text: "No password, or forgotten? Ask an admin for a one-time link: it signs you in once, and you can "
                    + "set a password on the settings page. On the server itself: bureau users link NAME"),
        ]
        return try await house.page(page, web)
    }

    private func byPassword(_ web: WebRequest) async throws -> Response {
        for field in ["name", "password"] where (web.form[field] ?? "").isEmpty {
            return try await show(web, FieldProblem(field: field, text: "Your \(field) is missing."))
        }
        let outcome = try await house.signIn.byPassword(
            web.form["name"] ?? "", web.form["password"] ?? "", from: web.remoteAddress,
            agent: web.head.headers[.userAgent] ?? "", replacing: web.visitor?.session?.id)
        switch outcome {
        case .signedIn(let token, _): return signedIn(token, Self.safePlace(web.form["next"]))
        case .tooMany: throw PageProblem.tooMany(minutes: Int(SignIn.triesWindowMinutes))
        case .refused:
            // Nobody is told which of the two is wrong; the password is the one that has to be typed once more.
            let text = "The name and the password do not belong together. Check both and try again."
            return try await show(web, FieldProblem(field: "password", text: text))
        }
    }

    /// Only shows a button: mail programs and chats open links to preview them, and that must not use it up.
    private func showLink(_ web: WebRequest, problem: String? = nil, status: Int = 200) async throws -> Response {
        var page = Page(title: "Sign in", heading: "Sign in with your one-time link")
        page.status = status
        if let problem {
            page.blocks = [
                Block(
                    callout: Callout(
                        tone: "warn", title: problem,
                        fix: "Ask an admin for a new link, or on the server: bureau users link NAME", isAlert: true))
            ]
        } else {
            page.blocks = [
                Block(
                    style: "narrow", text: "The link works once.",
                    forms: [
                        Form(
                            action: "/login/link", verb: "Sign in",
                            fields: [Field("token", "", .hidden, value: web.query("token") ?? "")])
                    ])
            ]
        }
        return try await house.page(page, web)
    }

    private func byLink(_ web: WebRequest) async throws -> Response {
        let outcome = try await house.signIn.byLink(
            web.form["token"] ?? "", from: web.remoteAddress, agent: web.head.headers[.userAgent] ?? "",
            replacing: web.visitor?.session?.id)
        switch outcome {
        case .signedIn(let token, let person):
            return signedIn(token, person.hasPassword ? "/" : "/settings/#password")
        case .tooMany: throw PageProblem.tooMany(minutes: Int(SignIn.triesWindowMinutes))
        case .refused:
            return try await showLink(
                web, problem: "This link was used already, is too old, or is not whole.", status: 422)
        }
    }

    private func signedIn(_ token: String, _ place: String) -> Response {
        var response = Response.seeOther(place)
        SessionCookie(site: house.site).set(token, on: &response)
        return response
    }

    private func signOut(_ web: WebRequest) async throws -> Response {
        if let session = web.visitor?.session { try await house.signIn.signOut(session) }
        var response = Response.seeOther("/login")
        SessionCookie(site: house.site).clear(&response)
        return response
    }

    /// Only a path on this server: an address elsewhere would make our sign-in page a door to somebody else's.
    static func safePlace(_ place: String?) -> String {
        guard let place, place.hasPrefix("/"), !place.hasPrefix("//"), place.utf8.count <= 500,
            place.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }), !place.hasPrefix("/log")
        else { return "/" }
        return place
    }
}
