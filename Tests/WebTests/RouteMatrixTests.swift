import BureauDomain
import BureauEngine
import BureauVendors
import Foundation
import Testing

@testable import BureauWeb

/// Somebody signed in, as a browser would be.
struct Browser: Sendable {
    let server: Served
    let person: PersonRecord
    let token: String
    static let tester = Actor(name: "test", surface: "test")

    static func signedIn(_ server: Served, _ name: String, _ role: Role, clients: Set<String>? = nil) async throws
        -> Browser
    {
        let made = try await server.house.people.add(name, displayName: nil, role: role, by: tester)
        let person = clients == nil ? made : try await server.house.people.setClients(made.id, clients, by: tester)
        return try await again(server, person)
    }

    static func again(_ server: Served, _ person: PersonRecord, cookie: String? = nil) async throws -> Browser {
        let link = try await server.house.people.makeLink(person.id, by: tester)
        let headers = cookie.map { ["Cookie": "bureau=\($0)"] } ?? [:]
        let answer = try await server.answer(
            .post, "/login/link", headers,
            body: "token=\(link)" + (cookie.map { "&form_token=" + FormToken.of(session: $0) } ?? ""))
        let value = try #require(answer.headers["set-cookie"]?.split(separator: ";").first?.split(separator: "=").last)
        return Browser(server: server, person: person, token: String(value))
    }

    var cookie: [String: String] { ["Cookie": "bureau=\(token)"] }

    func get(_ path: String) async throws -> VendorResponse { try await server.answer(.get, path, cookie) }

    func post(_ path: String, _ form: String = "", token own: String? = nil) async throws -> VendorResponse {
        let token = own ?? FormToken.of(session: token)
        return try await server.answer(.post, path, cookie, body: "form_token=\(token)&\(form)")
    }
}

extension AuditDesk {
    /// Everything that was noted about something.
    func list(subject: String?) async throws -> [AuditEntry] { try await list(.init(subject: subject, visible: nil)) }
}

extension VendorResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

@Suite("Who may reach what")
struct RouteMatrixTests {
    /// A path with nothing behind its names.
    private static func concrete(_ path: String) -> String {
        let thing = "01KA00000000000000000000XX"
        return path.split(separator: "/").map { part in
            if part.hasPrefix("{") { return thing + String(part.drop { $0 != "}" }.dropFirst()) }
            return part.hasPrefix(":") ? thing : String(part)
        }.reduce("") { $0 + "/" + $1 }
    }

    private static func send(_ route: Route, _ headers: [String: String], _ form: String, _ server: Served)
        async throws -> VendorResponse
    {
        // What a page asks by itself would never end.
        let path = (route.path == "/" ? "/" : concrete(route.path)) + (route.isUnattended ? "?once=yes" : "")
        return try await server.answer(
            VendorRequest.Method(rawValue: route.method.rawValue) ?? .get, path, headers, body: form)
    }

    @Test("Every role reaches exactly what the table gives it")
    func matrix() async throws {
        try await Served.run { server in
            let routes = RouteTable(house: server.house).routes
            #expect(routes.count > 40)
            for role in Role.allCases {
                let browser = try await Browser.signedIn(server, "a-\(role.rawValue)", role)
                for route in routes where route.surface == .page {
                    guard case .role(let least) = route.access, !route.path.hasPrefix("/logout") else { continue }
                    let form = "form_token=\(FormToken.of(session: browser.token))"
                    let answer = try await Self.send(route, browser.cookie, form, server)
                    let what: Comment = "\(route.method) \(route.path) as \(role.rawValue): \(answer.status)"
                    if role >= least {
                        #expect(answer.status != 401 && answer.status != 403 && answer.status < 500, what)
                    } else {
                        #expect(answer.status == 403, what)
                    }
                }
            }
        }
    }

    @Test("Nobody gets past the door without signing in, and no form without its token does anything")
    func nobody() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "boss", .admin)
            for route in RouteTable(house: server.house).routes {
                guard case .role = route.access else { continue }
                let answer = try await Self.send(route, [:], "", server)
                if route.surface == .api {
                    #expect(answer.status == 401, "\(route.path)")
                } else {
                    #expect(
                        answer.status == 303 && answer.headers["location"]?.hasPrefix("/login") == true, "\(route.path)"
                    )
                }
                guard route.form == .session else { continue }
                let forged = try await Self.send(
                    route, browser.cookie, "form_token=\(FormToken.of(session: "x"))", server)
                #expect(forged.status == 403, "\(route.path)")
                let elsewhere = browser.cookie.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }
                let form = "form_token=\(FormToken.of(session: browser.token))"
                #expect(try await Self.send(route, elsewhere, form, server).status == 403, "\(route.path)")
            }
        }
    }

    private static let forged: [(String, [String: String])] = [
        ("a program's", [:]), ("this server's", ["Sec-Fetch-Site": "same-origin"]),
        ("another port's", ["Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"]),
        ("a stranger's", ["Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"]),
        ("a form's", ["Content-Type": "text/plain"]),
    ]

    @Test("A browser's session changes nothing over the API, whosever page sent the request", arguments: forged)
    func session(whose: String, headers: [String: String]) async throws {
        try await Served.run { server in
            let boss = try await Browser.signedIn(server, "boss", .admin), run = try await server.addRun(client: nil)
            let sent = boss.cookie.merging(headers) { $1 }
            for route in RouteTable(house: server.house).routes where route.surface == .api && route.method != .get {
                guard case .role = route.access else { continue }
                let answer = try await Self.send(route, sent, "", server)
                #expect(answer.status == 403 && answer.text.contains("This needs a token"), "\(whose): \(route.path)")
            }
            #expect(try await server.answer(.post, "/api/v1/runs/\(run.id)/stop", sent).status == 403)
            #expect(try await server.house.runs.find(run.id).state == .queued, "\(whose) stop did nothing")
            #expect(try await server.answer(.get, "/api/v1/runs/\(run.id)", sent).status == 200, "looking is allowed")
        }
    }

    @Test("What changes something is never a GET, and every form of a page asks for the session's token")
    func shape() async throws {
        try await Served.run { server in
            for route in RouteTable(house: server.house).routes where route.surface == .page {
                #expect(route.method == .get || route.form != .none, "\(route.path)")
                let names =
                    route.path.contains("/:slug") || route.path.hasPrefix("/runs/:id")
                    || route.path.hasPrefix("/approvals/:id") || route.path.hasPrefix("/reports/:id")
                #expect(!names || route.subject != .none, "\(route.path) names a client's thing and does not say so")
            }
        }
    }

    @Test("Pages carry the headers that keep them in their place; hooks and probes stay as they were")
    func headers() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let page = try await browser.get("/")
            #expect(page.status == 200)
            #expect(page.headers["content-security-policy"] == Dress.contentSecurityPolicy)
            #expect(page.headers["cache-control"] == "private, no-cache")
            #expect(page.headers["x-content-type-options"] == "nosniff")
            #expect(!page.text.contains("style=") && !page.text.contains("<script>") && !page.text.contains("onclick"))
            let asset = try await server.answer(.get, AssetRoutes.stylesheet.path)
            #expect(asset.headers["cache-control"] == "public, max-age=31536000, immutable")
            #expect(ViewLibrary.shared.broken.isEmpty, "\(ViewLibrary.shared.broken)")
        }
    }
}
