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
            #expect(try await !server.answer(.get, "/login").text.contains("/help"))
        }
    }
}
