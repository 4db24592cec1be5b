import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("Help")
struct HelpPageTests {
    @Test("Every page leads to it, and it explains each status and role and names who can change something")
    func words() async throws {
        try await Served.run { server in
            _ = try await Browser.signedIn(server, "boss", .admin)
            let gone = try await Browser.signedIn(server, "former", .admin)
            _ = try await server.house.people.disable(gone.person.id, by: Browser.tester)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await browser.get("/runs/").text.contains("<a href=\"/help\">Help</a>"))
            let page = try await browser.get("/help").text
            for state in RunState.allCases { #expect(page.contains("</span> \(state.word)</span>"), "\(state)") }
            for role in Role.allCases { #expect(page.contains(role.meaning), "\(role)") }
            #expect(page.contains("Yours is Viewer.") && page.lowercased().contains("what you see: boss."))
            for path in ["/help", "/settings/"] {
                #expect(try await browser.get(path).text.contains("href=\"\(OpenAPIDocument.place)\""), "\(path)")
            }
            let told = try JSONValue.parse(try await browser.get(OpenAPIDocument.place).body)
            #expect(told["openapi"]?.string == "3.1.0", "a browser shows it to whoever is signed in")
            let erin = try await Browser.signedIn(server, "erin", .engineer)
            #expect(try await erin.get("/system/").text.contains("href=\"\(OpenAPIDocument.place)\""))
            #expect(try await !server.answer(.get, "/login").text.contains("/help"))
        }
    }
}
