import BureauDomain
import HTTPTypes
import Hummingbird

/// One thing the server answers: what it is, who may ask, and what stands before its answer. The router is built from
/// these alone, so what is not declared cannot be reached.
struct Route: Sendable {
    enum Surface: String, Sendable { case page, api, hook, asset, probe }

    enum Access: Hashable, Sendable {
        /// Everybody who can reach the server.
        case everyone
        /// Whoever proves it by a vendor's signature over the body.
        case vendor
        /// Whoever sends the installation's internal token, which the handler checks.
        case internalToken
        case role(Role)
    }

    /// What the path names. It is looked up before the handler runs, and what the person may not see is not found.
    enum Subject: Hashable, Sendable { case none, run, client, approval, report }

    /// What a form must bring before anything happens.
    enum FormGuard: Hashable, Sendable {
        case none
        /// From a page of this server, by the browser's word (`Origin`, `Sec-Fetch-Site`): nobody is signed in yet.
        case origin
        /// As above, and the session's token.
        case session
    }

    typealias Handler = @Sendable (WebRequest) async throws -> Response

    let method: HTTPRequest.Method
    /// As the router reads it.
    let path: String
    let surface: Surface
    let access: Access
    let subject: Subject
    let form: FormGuard
    /// Nil where a channel handler answers before the router is asked.
    let handler: Handler?
    /// What programs are told of it, where it is an operation of the API.
    var operation: APIOperation?
    /// A token that may only read may post here: what it asks for decides what it gets.
    var takesReadTokens = false
    /// A page left open asks this by itself: it is no sign that anybody is there.
    var isUnattended = false

    static func page(
        _ path: String, _ role: Role, _ subject: Subject = .none, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .get, path: path, surface: .page, access: .role(role), subject: subject, form: .none,
            handler: handler)
    }

    static func action(
        _ path: String, _ role: Role, _ subject: Subject = .none, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: .post, path: path, surface: .page, access: .role(role), subject: subject, form: .session,
            handler: handler)
    }

    static func open(
        _ method: HTTPRequest.Method, _ path: String, _ surface: Surface, access: Access = .everyone,
        form: FormGuard = .none, _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: method, path: path, surface: surface, access: access, subject: .none, form: form, handler: handler)
    }

    /// With `Authorization: Bearer …`: a person's own token, or API_TOKEN.
    static func api(
        _ method: HTTPRequest.Method, _ path: String, _ role: Role, _ subject: Subject = .none,
        _ handler: @escaping Handler
    ) -> Route {
        Route(
            method: method, path: path, surface: .api, access: .role(role), subject: subject, form: .none,
            handler: handler)
    }
}
