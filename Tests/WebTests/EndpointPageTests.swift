import BureauDomain
import BureauEngine
import BureauVendors
import Foundation
import Testing

@testable import BureauWeb

@Suite("The endpoints' pages")
struct EndpointPageTests {
    private static let place = "/system/endpoints",
        form = "url=https%3A%2F%2Ftools.example.com%2Fa&label=Tools&runs=yes"

    private static func secret(_ answer: VendorResponse) -> String? {
        answer.text.firstMatch(of: /whsec_[A-Za-z0-9+\/=_-]+/).map { String($0.0) }
    }

    @Test("A secret is told by the answer that made it, and by nothing else")
    func secrets() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "boss", .admin)
            let made = try await browser.post(Self.place, Self.form)
            let first = try #require(Self.secret(made))
            #expect(made.headers["cache-control"] == "no-store")
            let endpoint = try #require(try await server.house.endpoints.list().first)
            #expect(endpoint.label == "Tools" && endpoint.topics == ["runs"] && endpoint.madeBy == "boss")
            let page = "\(Self.place)/\(endpoint.id)/"
            #expect(try await browser.post(page + "rotate").headers["location"] == page + "rotate")
            #expect(try await browser.get(page + "rotate").text.contains("For a day both sign"))
            #expect(try await !browser.get(page).text.contains("signs too until"), "asking does nothing")
            let replaced = try #require(
                Self.secret(try await browser.post(page + "rotate", "confirmed=yes&reason=Leaked")))
            #expect(replaced != first)
            let noted = try await server.house.audit.list(subject: "endpoint \(endpoint.id)").first
            #expect(noted?.after?.contains("Leaked") == true)
            for path in [Self.place + "/", page, "/system/audit-log/"] {
                let text = try await browser.get(path).text
                #expect(text.contains("Tools") || path.contains("audit"), "\(path)")
                #expect(!text.contains("whsec_"), "\(path)")
            }
            #expect(try await browser.get(page).text.contains("signs too until"))
        }
    }

    @Test("It is tested, disabled with what waits, enabled and removed, and each is in the audit log")
    func life() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "erin", .engineer)
            _ = try await browser.post(Self.place, Self.form)
            let id = try #require(try await server.house.endpoints.list().first?.id), page = "\(Self.place)/\(id)/"
            #expect(try await browser.post(page + "test").status == 303)
            #expect(try await browser.get(page).text.contains("Waits"))
            #expect(try await browser.post(page + "disable").headers["location"] == page + "disable")
            #expect(try await browser.get(page + "disable").text.contains("given up: 1 now"))
            #expect(try await server.house.endpoints.list().first?.isActive == true, "asking does nothing")
            #expect(try await browser.get(page + "disable").text.contains("name=\"reason\""))
            #expect(try await browser.post(page + "disable", "confirmed=yes&reason=Too+slow").status == 303)
            let text = try await browser.get(page).text
            #expect(text.contains("disabled by erin") && text.contains("Given up") && text.contains("Enable"))
            #expect(try await browser.post(page + "test").status == 422, "nothing is sent to a disabled one")
            #expect(try await browser.get(page + "?status=told").text.contains("Nothing it was told matches."))
            #expect(try await browser.post(page + "enable").status == 303)
            let event = try #require(try await server.house.endpoints.announcements(id).first?.eventID)
            let asked = page + "again?event=\(event)"
            #expect(try await browser.post(page + "again", "event=\(event)").headers["location"] == asked)
            #expect(try await browser.get(asked).text.contains("as if it had never been tried"))
            #expect(try await server.house.endpoints.announcements(id).first?.state == .givenUp, "asking does nothing")
            let why = "confirmed=yes&reason=They+were+down&event="
            #expect(try await browser.post(page + "again", why + event).status == 303)
            #expect(try await server.house.endpoints.announcements(id).first?.state == .pending)
            #expect(try await browser.get(asked).status == 409, "it is about to be told")
            #expect(try await browser.post(page + "again", why + "nothing").status == 404)
            #expect(try await browser.post(page + "remove").headers["location"] == page + "remove")
            #expect(try await browser.get(page + "remove").text.contains("cannot be undone"))
            #expect(try await server.house.endpoints.list().count == 1, "asking does nothing")
            #expect(try await browser.post(page + "remove", "confirmed=yes&reason=Nobody+listens").status == 303)
            #expect(try await browser.get(page).status == 404)
            let noted = try await server.house.audit.list(subject: "endpoint \(id)")
            for reason in ["They were down", "Too slow", "Nobody listens"] {
                #expect(noted.contains { $0.after?.contains(reason) == true }, "\(reason)")
            }
            #expect(
                noted.map(\.action) == [
                    "endpoint removed", "announcement repeated", "endpoint enabled", "endpoint disabled",
                    "endpoint added",
                ])
        }
    }

    private static let refused: [(String, String)] = [
        ("an address on this machine", "url=https%3A%2F%2F127.0.0.1%2F&runs=yes"),
        ("plain http", "url=http%3A%2F%2Ftools.example.com%2F&runs=yes"),
        ("nothing to tell", "url=https%3A%2F%2Ftools.example.com%2F"),
        ("a client that is not there", form + "&client=nobody"), ("nothing at all", ""),
    ]

    @Test("What cannot be told is refused, and nothing is added", arguments: refused)
    func refusal(what: String, form: String) async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await browser.post(Self.place, form).status == 422, "\(what)")
            #expect(try await server.house.endpoints.list().isEmpty)
        }
    }

    @Test("Somebody who sees one client finds the endpoints of that client alone")
    func visibility() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let boss = try await Browser.signedIn(server, "boss", .admin)
            for client in ["", "plunkett", "acme"] {
                _ = try await boss.post(Self.place, Self.form + "&client=\(client)")
            }
            let ana = try await Browser.signedIn(server, "ana", .engineer, clients: ["acme"])
            for endpoint in try await server.house.endpoints.list() {
                let isOwn = endpoint.client == "acme", page = "\(Self.place)/\(endpoint.id)/"
                #expect(try await ana.get(page).status == (isOwn ? 200 : 404))
                #expect(try await ana.get(Self.place + "/").text.contains(endpoint.id) == isOwn)
                if !isOwn { #expect(try await ana.post(page + "disable").status == 404) }
            }
            #expect(try await ana.post(Self.place, Self.form).status == 422)
            #expect(try await ana.post(Self.place, Self.form + "&client=plunkett").status == 422)
            #expect(try await ana.post(Self.place, Self.form + "&client=acme").status == 200)
        }
    }
}
