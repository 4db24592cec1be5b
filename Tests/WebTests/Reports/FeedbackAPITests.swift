import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("What people wrote, over the API")
struct FeedbackAPITests {
    @Test("A run's comments are told to those who see it, to their end")
    func feedback() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let seed = ReportSeed(), path = "/api/v1/runs/\(seed.run)/feedback"
            try await seed.put(into: server)
            let vera = try await Program.of(server, "vera", .viewer)
            let nothing = try await vera.json(path)
            #expect(nothing["items"]?.array?.isEmpty == true && nothing["next"] == .null)
            let ana = try await Browser.signedIn(server, "ana", .consultant)
            #expect(try await ana.post("/reports/\(seed.id)/changes", "text=Name+the+cities").status == 303)
            let page = try await vera.json(path), next = try #require(page["next"]?.string, "\(page.compact)")
            #expect(page["items"]?.array?.compactMap { $0["text"]?.string } == ["Name the cities"])
            #expect(page["items"]?.array?.first?["run"]?.string == seed.run)
            #expect(try await vera.json(path + "?cursor=\(next)")["items"]?.array?.isEmpty == true)
            let nina = try await Program.of(server, "nina", .viewer, clients: ["plunkett"])
            #expect(try await nina.send(.get, path).status == 404)
        }
    }
}
