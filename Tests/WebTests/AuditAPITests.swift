import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("The audit log over the API")
struct AuditAPITests {
    @Test("Changes are listed newest first, page by page, and found by who and what")
    func list() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let erin = try await Program.of(server, "erin", .engineer)
            let all = try await server.house.audit.list(subject: nil).map(\.id)
            var seen: [String] = [], next: String?
            repeat {
                let page = try await erin.json("/api/v1/audit-log?limit=2" + (next.map { "&cursor=\($0)" } ?? ""))
                seen += (page["items"]?.array ?? []).compactMap { $0["id"]?.string }
                next = page["next"]?.string
            } while next != nil && seen.count < 100
            #expect(seen == all && all.count > 3)
            let about = try await erin.json("/api/v1/audit-log?subject=client+acme")["items"]?.array ?? []
            #expect(!about.isEmpty && about.allSatisfy { $0["client"]?.string == "acme" })
            #expect(about.last?["before"] == .null && about.last?["after"]?["slug"]?.string == "acme")
            #expect(try await erin.json("/api/v1/audit-log?actor=nobody")["items"]?.array?.isEmpty == true)
            for bad in ["?subject=%00", "?actor=a%0Ab", "?actor=", "?cursor=abc", "?action=x"] {
                #expect(try await erin.send(.get, "/api/v1/audit-log" + bad).status == 400, "\(bad)")
            }
        }
    }

    @Test("Who sees one client finds no change of another")
    func narrow() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let ana = try await Program.of(server, "ana", .engineer, clients: ["acme"])
            let found = try await ana.json("/api/v1/audit-log?limit=200")["items"]?.array ?? []
            #expect(Set(found.compactMap { $0["client"]?.string }) == ["acme"])
        }
    }
}
