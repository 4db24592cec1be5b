import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Stands before every handler: who asks, from where, whether they may, whether the form is genuine, and whether they
/// may see what the path names.
struct WebGate: Sendable {
    let house: WebHouse
    let logger: Logger
    static let formBytesMax = 64 << 10
    /// After the address of a page that answered a form itself, with something it shows only then.
    private static let shownOnce = "#shown-once"

    func answer(_ route: Route, _ request: Request, _ context: WebContext, _ handler: Route.Handler) async -> Response {
        var web = request.asked(context)
        do { return Dress.on(try await pass(route, &web, handler), route.surface) } catch {
            let answer = await Reader.serving(web.visitor?.person, of: house) { [web] in
                await refusal(error, route.surface, web)
            }
            return Dress.on(answer, route.surface)
        }
    }

    /// For paths no route answers.
    func unknown(_ request: Request, _ context: WebContext) async -> Response {
        var web = request.asked(context)
        let surface: Route.Surface = request.uri.path.hasPrefix("/api/") ? .api : .page
        // Outside the office nobody is looked up: the page would tell what waits for them.
        if let outside = outside(web) { return Dress.on(await refusal(outside, surface, web), surface) }
        web.visitor = try? await visitor(web)
        let answer = await Reader.serving(web.visitor?.person, of: house) { [web] in
            await refusal(PageProblem.notFound, surface, web)
        }
        return Dress.on(answer, surface)
    }

    private func pass(_ route: Route, _ web: inout WebRequest, _ handler: Route.Handler) async throws -> Response {
        guard case .role(let role) = route.access else {
            // Staff's own tools may run beside the server.
            if route.access == .internalToken, !Sender.isHere(web.remoteAddress) { try checkOffice(web) }
            if route.surface == .page {
                try checkOffice(web)
                web.visitor = try await visitor(web)
                if route.form == .origin { try await takeForm(&web) }
            }
            return try await handler(web)
        }
        try checkOffice(web)
        var found = installation(route, web)
        if found == nil { found = try await visitor(web, isThere: !route.isUnattended) }
        guard let visitor = found, route.surface == .api || visitor.session != nil else {
            throw PageProblem.notSignedIn(returnTo: web.head.method == .get ? web.address : nil)
        }
        web.visitor = visitor
        let isLook = web.head.method == .get || web.head.method == .head
        // A browser sends its session along with whatever a page of another port or a neighbouring name makes it send.
        guard isLook || route.surface != .api || visitor.session == nil else { throw PageProblem.needsToken }
        guard isLook || route.takesReadTokens || visitor.mayWrite else { throw PageProblem.forbidden(needs: nil) }
        guard visitor.person.role >= role else { throw PageProblem.forbidden(needs: role) }
        if route.form == .session { try await takeForm(&web) }
        try await findSubject(route.subject, &web)
        return try await Reader.serving(visitor.person, of: house) { [web] in
            route.form == .session ? try await once(web, handler) : try await handler(web)
        }
    }

    // MARK: Who

    /// Whoever holds API_TOKEN: an operator of this installation who is nobody in particular.
    private func installation(_ route: Route, _ web: WebRequest) -> WebRequest.Visitor? {
        guard route.surface == .api, let door = house.apiDoor, door.isOpen(to: web.head.headers[.authorization]) else {
            return nil
        }
        return .init(person: .installation(door.person), session: nil, formToken: "", surface: "api")
    }

    /// `isThere` is false for what a page asks by itself.
    private func visitor(_ web: WebRequest, isThere: Bool = true) async throws -> WebRequest.Visitor? {
        if let header = web.head.headers[.authorization] {
            guard header.lowercased().hasPrefix("bearer "),
                let (token, person) = try await house.signIn.person(apiToken: String(header.dropFirst(7)))
            else { return nil }
            return .init(
                person: person, session: nil, formToken: "", surface: "api", mayWrite: token.scope == .write)
        }
        guard let token = SessionCookie(site: house.site).read(web.head),
            let (session, person) = try await house.signIn.person(session: token, isThere: isThere)
        else { return nil }
        return .init(person: person, session: session, formToken: FormToken.of(session: token), surface: "web")
    }

    /// Nil for whoever comes from the office, or where there is none.
    private func outside(_ web: WebRequest) -> PageProblem? {
        let offices = house.site.offices
        return offices.isEmpty || offices.contains { $0.contains(web.remoteAddress) } ? nil : .outside
    }

    private func checkOffice(_ web: WebRequest) throws {
        if let outside = outside(web) { throw outside }
    }

    // MARK: Forms

    private func takeForm(_ web: inout WebRequest) async throws {
        guard isFromHere(web.head) else { throw PageProblem.formOver }
        guard let buffer = try? await web.head.body.collect(upTo: Self.formBytesMax) else { throw PageProblem.tooLarge }
        web.form = FormBody(Data(buffer.readableBytesView))
        guard let visitor = web.visitor, visitor.session != nil else { return }
        guard FormToken.isSame(web.form["form_token"] ?? "", visitor.formToken) else { throw PageProblem.formOver }
    }

    /// By what browsers say of where a form comes from, which no page can change.
    private func isFromHere(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin] else { return true }
        if let known = house.site.publicURL, origin == known { return true }
        return origin.split(separator: "/").last.map(String.init) == request.head.authority
    }

    /// Sending a form twice does once what it says, and leads to the same page.
    private func once(_ web: WebRequest, _ handler: Route.Handler) async throws -> Response {
        let (person, key) = (try web.signedIn().person.id, web.form["form_key"] ?? "")
        guard (16...64).contains(key.utf8.count) else { return try await handler(web) }
        guard try await house.signIn.claimForm(key, by: person) else {
            guard let place = try await house.signIn.formLocation(key, by: person) else {
                return try await house.done("That was sent already. Look whether it is done.", "/", web)
            }
            guard place.hasSuffix(Self.shownOnce) else { return .seeOther(place) }
            return try await house.done(
                "That was done already. What is shown once is not shown again.",
                place.replacing(Self.shownOnce, with: ""), web)
        }
        do {
            let response = try await handler(web)
            if response.status.code >= 400 {
                // Refused with its form on the page again: the next try is another one.
                try await house.signIn.releaseForm(key, by: person)
            } else if let place = response.headers[.location] ?? response.headers[.contentLocation] {
                let isShown = response.headers[.location] == nil
                try await house.signIn.settleForm(
                    key, by: person, location: isShown ? place + Self.shownOnce : place)
            }
            return response
        } catch {
            try await house.signIn.releaseForm(key, by: person)
            throw error
        }
    }

    // MARK: What the path names

    private func findSubject(_ subject: Route.Subject, _ web: inout WebRequest) async throws {
        let person = try web.signedIn().person
        switch subject {
        case .none: return
        case .run:
            guard let run = try? await house.runs.find(web.parameter("id")), person.maySee(client: run.clientSlug)
            else { throw PageProblem.notFound }
            web.run = run
        case .client:
            guard let client = try await house.clients.find(web.parameter("slug")), person.maySee(client: client.slug)
            else { throw PageProblem.notFound }
            web.client = client
        case .approval:
            guard let approval = try await house.approvals.find(web.parameter("id").uppercased()),
                let run = try? await house.runs.find(approval.runID), person.maySee(client: run.clientSlug)
            else { throw PageProblem.notFound }
            (web.approval, web.run) = (approval, run)
        case .report:
            guard let report = try? await house.reports.find(web.parameter("id")),
                person.maySee(client: report.clientSlug)
            else { throw PageProblem.notFound }
            web.report = report
        }
    }
}

extension Request {
    func asked(_ context: WebContext) -> WebRequest {
        WebRequest(head: self, context: context, remoteAddress: Sender.of(headers, direct: context.remoteAddress))
    }
}
