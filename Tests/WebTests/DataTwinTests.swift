import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The data behind a page")
struct DataTwinTests {
    private static let places = [
        ("/agents.json", "items"), ("/agents/sentinel/data.json", "name"), ("/system/alerts.json", "items"),
        ("/system/queue.json", "lines"),
        ("/system/webhooks.json?limit=5", "items"), ("/system/endpoints.json", "items"),
    ]

    @Test("Leads to what the API tells, which whoever is signed in may read", arguments: places)
    func leads(path: String, member: String) async throws {
        try await Served.run(hasAgents: true) { server in
            let browser = try await Browser.signedIn(server, "boss", .admin)
            let answer = try await browser.get(path)
            let place = try #require(answer.headers["location"], "\(path): \(answer.status)")
            #expect(answer.status == 303 && place.hasPrefix("/api/v1/"))
            let data = try await browser.get(place)
            #expect(data.status == 200, "\(place): \(data.text)")
            #expect(try JSONValue.parse(data.body)[member] != nil, "\(place): \(data.text.prefix(300))")
        }
    }

    @Test("The inbox tells what it counts and lists, narrowed as the page is")
    func inbox() async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed().put(into: server)
            _ = try await server.ask("01KARVN0000000000000000001", text: "Offer")
            let browser = try await Browser.signedIn(server, "boss", .admin)
            let all = try JSONValue.parse(try await browser.get("/inbox.json").body)
            #expect(all["counts"]?["reviews"]?.int == 1 && all["reviews"]?.array?.count == 1)
            #expect(all["approvals"]?.array?.count == 1)
            let none = try JSONValue.parse(try await browser.get("/inbox.json?client=nobody").body)
            #expect(none["counts"]?["reviews"]?.int == 0 && none["approvals"]?.array?.isEmpty == true)
        }
    }
}
