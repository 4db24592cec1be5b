import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("Signing in")
struct SignInTests {
    @Test("A link signs in once, by its button; looking at it does not use it up")
    func link() async throws {
        try await Served.run { server in
            let person = try await server.house.people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            let link = try await server.house.people.makeLink(person.id, by: Browser.tester)
            for _ in 0..<3 { #expect(try await server.answer(.get, "/login/link?token=\(link)").status == 200) }
            #expect(try await server.answer(.post, "/login/link", body: "token=\(link)").status == 303)
            let second = try await server.answer(.post, "/login/link", body: "token=\(link)")
            #expect(second.status == 422 && second.headers["set-cookie"] == nil)
        }
    }

    @Test("A session from before is not the session after, and ends")
    func fixation() async throws {
        try await Served.run { server in
            let first = try await Browser.signedIn(server, "ana", .viewer)
            let planted = String(repeating: "a", count: 64)
            let second = try await Browser.again(server, first.person, cookie: first.token)
            #expect(second.token != first.token && second.token != planted)
            #expect(try await first.get("/").status == 303, "the session that signed in anew is over")
            #expect(try await server.answer(.get, "/", ["Cookie": "bureau=\(planted)"]).status == 303)
        }
    }

    @Test("A password opens, a wrong one does not, and after ten tries the right one has to wait")
    func password() async throws {
        try await Served.run { server in
            let people = server.house.people
            let person = try await people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            _ = try await people.setPassword(person.id, "correct horse test", keeping: nil, by: Browser.tester)
            let right = "name=Ana&password=correct+horse+test"
            #expect(try await server.answer(.post, "/login", body: right).status == 303)
            for _ in 0..<SignIn.triesPerAccount {
                #expect(try await server.answer(.post, "/login", body: "name=ana&password=wrong").status == 422)
            }
            let late = try await server.answer(.post, "/login", body: right)
            #expect(late.status == 429 && late.headers["retry-after"] == "\(SignIn.triesWindowMinutes * 60)")
        }
    }

    private static let wrongs: [(String, field: String)] = [
        ("name=Ana&password=wrong", "password"), ("name=Ana&password=", "password"), ("name=&password=x", "name"),
    ]

    @Test("What is wrong stands at its field, which has the focus; the name is kept, no password is", arguments: wrongs)
    func fields(form: String, field: String) async throws {
        try await Served.run { server in
            let answer = try await server.answer(.post, "/login", body: form)
            #expect(answer.status == 422)
            let page = answer.text
            #expect(page.contains("aria-describedby=\"f-\(field)-problem\" aria-invalid=\"true\" autofocus>"))
            #expect(page.contains("href=\"#f-\(field)\">Go to "))
            #expect(page.contains(form.hasPrefix("name=Ana") ? "value=\"Ana\"" : "Your name is missing."))
            #expect(!page.contains("value=\"wrong\""))
        }
    }

    @Test("Many people behind one address sign in all day, and wrong tries from there still count")
    func oneAddress() async throws {
        try await Served.run { server in
            let people = server.house.people
            let person = try await people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            _ = try await people.setPassword(person.id, "correct horse test", keeping: nil, by: Browser.tester)
            let right = "name=ana&password=correct+horse+test"
            for number in 0..<(SignIn.triesPerAddress + 5) {
                #expect(try await server.answer(.post, "/login", body: right).status == 303, "the \(number)th")
            }
            for number in 0..<SignIn.triesPerAddress {
                #expect(
                    try await server.answer(.post, "/login", body: "name=who\(number)&password=wrong").status == 422)
            }
            #expect(try await server.answer(.post, "/login", body: right).status == 429)
        }
    }

    private static let places: [(String, String)] = [
        ("/runs/", "/runs/"), ("/runs/?a=b&c=d", "/runs/?a=b&c=d"), ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"), ("/a\r\nSet-Cookie: x=y", "/"), ("javascript:alert(1)", "/"), ("/logout", "/"),
        ("", "/"),
    ]

    @Test("After signing in one lands on this server", arguments: places)
    func openRedirect(asked: String, place: String) { #expect(SignInPages.safePlace(asked) == place) }

    @Test("Who is disabled, signed out or gone is out at once")
    func disabled() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .operator)
            let api = try await server.house.people.makeToken(
                browser.person.id, label: "test", scope: .write, days: nil, by: Browser.tester)
            let bearer = ["Authorization": "Bearer \(api)"]
            #expect(try await server.answer(.get, "/api/v1/approvals", bearer).status == 200)
            _ = try await server.house.people.disable(browser.person.id, by: Browser.tester)
            #expect(try await browser.get("/").status == 303)
            #expect(try await server.answer(.get, "/api/v1/approvals", bearer).status == 401)
        }
    }

    @Test("A token that may read may not decide")
    func scope() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .admin)
            let token = try await server.house.people.makeToken(
                browser.person.id, label: "test", scope: .read, days: 1, by: Browser.tester)
            let answer = try await server.answer(
                .post, "/api/v1/approvals/01KA/decision", ["Authorization": "Bearer \(token)"],
                body: #"{"decision":"approve"}"#)
            #expect(answer.status == 403 && answer.headers["content-type"] == "application/problem+json")
        }
    }

    @Test("From outside the office nobody signs in, and webhooks and health still answer")
    func office() async throws {
        let range = try #require(AddressRange("203.0.113.0/24"))
        try await Served.run(site: .init(offices: [range], version: "1.2.3")) { server in
            let outside = try await server.answer(.get, "/login"), health = try await server.answer(.get, "/health")
            let inside = try await server.answer(.get, "/login", ["X-Forwarded-For": "203.0.113.9"])
            #expect(outside.status == 403 && inside.status == 200 && health.status == 200)
            // Whoever is signed in and goes home learns nothing from a path that is not there.
            let headers = ["X-Forwarded-For": "203.0.113.9"]
            let person = try await server.house.people.add("ana", displayName: nil, role: .admin, by: Browser.tester)
            let link = try await server.house.people.makeLink(person.id, by: Browser.tester)
            let signed = try await server.answer(.post, "/login/link", headers, body: "token=\(link)")
            let cookie = try #require(signed.headers["set-cookie"]?.split(separator: ";").first.map(String.init))
            for path in ["/nowhere/", "/api/v1/nowhere"] {
                let away = try await server.answer(.get, path, ["Cookie": cookie])
                #expect(away.status == 403 && away.text.contains("Not from here"), "\(path)")
                #expect(!away.text.contains("Inbox") && !away.text.contains("Sign out"), "\(path)")
                let there = try await server.answer(.get, path, headers.merging(["Cookie": cookie]) { $1 })
                #expect(there.status == 404, "\(path)")
            }
        }
    }

    @Test("Behind https the cookie is for https alone")
    func secure() async throws {
        try await Served.run(site: .init(publicURL: "https://bureau.example.com", version: "1.2.3")) { server in
            let person = try await server.house.people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            let link = try await server.house.people.makeLink(person.id, by: Browser.tester)
            let answer = try await server.answer(.post, "/login/link", body: "token=\(link)")
            let cookie = try #require(answer.headers["set-cookie"])
            #expect(cookie.hasPrefix("__Host-bureau=") && cookie.contains("; Secure") && cookie.contains("Path=/;"))
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
        }
    }

    @Test("No table keeps a token or a password as it is")
    func hashes() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .admin)
            let secret = "canary password test"
            _ = try await server.house.people.setPassword(browser.person.id, secret, keeping: nil, by: Browser.tester)
            let token = try await server.house.people.makeToken(
                browser.person.id, label: "test", scope: .read, days: nil, by: Browser.tester)
            for table in ["person", "web_session", "api_token", "sign_in_link", "audit"] {
                for row in try await server.database.query("SELECT * FROM \(table)") {
                    let text = "\(row)"
                    #expect(
                        !text.contains(browser.token) && !text.contains(token) && !text.contains(secret), "\(table)")
                }
            }
        }
    }
}
