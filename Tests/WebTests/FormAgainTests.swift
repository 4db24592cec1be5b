import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("A form that is sent again")
struct FormAgainTests {
    private static let key = "form_key=0123456789abcdef0123"

    @Test("What is shown once says so the second time, and nothing is made twice")
    func shownOnce() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let first = try await browser.post("/settings/tokens", "label=robot&scope=read&\(Self.key)")
            #expect(first.status == 200 && first.text.contains("This is the token."))
            let second = try await browser.post("/settings/tokens", "label=robot&scope=read&\(Self.key)")
            #expect(second.status == 303 && second.headers["location"] == "/settings/")
            #expect(try await browser.get("/settings/").text.contains("What is shown once is not shown again."))
            #expect(try await server.house.people.tokens(browser.person.id).count == 1)
        }
    }

    private static let refused: [(String, String, [String], String)] = [
        ("a user's name", "/users", ["name=Not+A+Name&display_name=Ana+Silva"], "value=\"Ana Silva\""),
        (
            "a denial without a reason", "/approvals/together", ["decision=deny&reason=&note=kept"],
            "value=\"kept\""
        ),
        (
            "the lines of a note", "/approvals/together", ["decision=deny&reason=&note=one%0D%0Atwo"], "two</textarea>"
        ),
        ("a password", "/settings/password", ["password=2brief"], "type=\"password\" value=\"\""),
    ]

    @Test("What came too late is shown and not offered again: it would be refused for ever")
    func late() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            try await ReportSeed(runState: "waiting_approval").put(into: server)
            let id = try await server.ask("01KARVN0000000000000000001", text: "October offer")
            let otto = try await Browser.signedIn(server, "otto", .operator)
            _ = try await server.house.approvals.approve(id, by: .bureau(name: "ana"), on: "slack")
            let answer = try await otto.post("/approvals/\(id)/decision", "decision=deny&reason=One+day+only.")
            #expect(answer.status == 409 && answer.text.contains("The first decision stands"))
            #expect(answer.text.contains("What you wrote") && answer.text.contains("One day only."))
            #expect(!answer.text.contains("Send it again") && !answer.text.contains("/decision\""))
        }
    }

    @Test("A refused form comes back with what was written, and can be sent from there", arguments: refused)
    func refusal(what: String, path: String, forms: [String], shown: String) async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "boss", .admin)
            for form in forms {
                let answer = try await browser.post(path, form + "&" + Self.key)
                #expect((400..<500).contains(answer.status), "\(what): \(answer.status)")
                #expect(answer.text.contains("What you wrote") && answer.text.contains(shown), "\(what)")
                #expect(answer.text.contains("action=\"\(path)\"") && !answer.text.contains("2brief"))
                let again = try await browser.post(path, form + "&" + Self.key)
                #expect(again.status == answer.status, "the key is free again")
            }
        }
    }
}
