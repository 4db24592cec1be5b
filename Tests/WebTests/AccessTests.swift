import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("What admins do about somebody's access")
struct AccessTests {
    @Test("A lost phone is signed out, and its token ends, without the account")
    func revoke() async throws {
        try await Served.run { server in
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            let token = try await server.house.people.makeToken(
                ana.person.id, label: "phone", scope: .read, days: nil, by: Browser.tester)
            let page = try await boss.get("/users/ana/").text
            #expect(page.contains("Sign out the one begun") && page.contains("Revoke &quot;phone&quot;"))
            let session = try #require(try await server.house.people.sessions(ana.person.id).first)
            let kept = try #require(try await server.house.people.tokens(ana.person.id).first)
            #expect(try await boss.post("/users/ana/sessions/\(session.id)/end").status == 303)
            #expect(try await boss.post("/users/ana/tokens/\(kept.id)/revoke").status == 303)
            #expect(try await ana.get("/").status == 303, "asked to sign in")
            let answer = try await server.send(.get, "/api/v1/runs", ["Authorization": "Bearer \(token)"])
            #expect(answer.status == 401)
            // One of another person is not ended by way of this one.
            let own = try #require(try await server.house.people.sessions(boss.person.id).first)
            _ = try await boss.post("/users/ana/sessions/\(own.id)/end")
            #expect(try await boss.get("/").status == 200)
        }
    }

    @Test("Cutting somebody off is asked first")
    func disable() async throws {
        try await Served.run { server in
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            let asked = try await boss.post("/users/ana/disable")
            #expect(asked.status == 303 && asked.headers["location"] == "/users/ana/disable")
            #expect(try await boss.get("/users/ana/disable").text.contains("name=\"confirmed\" value=\"yes\""))
            #expect(try await ana.get("/").status == 200)
            #expect(try await boss.post("/users/ana/disable", "confirmed=yes&reason=Has+left").status == 303)
            let noted = try await server.house.audit.list(subject: "user ana").first { $0.action == "user disabled" }
            #expect(noted?.after?.contains("Has left") == true)
            #expect(try await ana.get("/").status == 303)
        }
    }

    private static let own: [(String, String)] = [
        ("role", "role=viewer"), ("clients", "all=no"), ("disable", "confirmed=yes"),
    ]

    @Test("No admin takes from themselves what they cannot give back", arguments: own)
    func oneself(verb: String, form: String) async throws {
        try await Served.run { server in
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let other = try await Browser.signedIn(server, "other", .admin)
            let path = "/users/boss/\(verb)"
            #expect(try await !boss.get("/users/boss/").text.contains("action=\"\(path)\""))
            #expect(try await other.get("/users/boss/").text.contains("action=\"\(path)\""))
            let refused = try await boss.post(path, form)
            #expect(refused.status == 422 && refused.text.contains("Ask another admin."), "\(refused.text)")
            if verb == "disable" { #expect(try await boss.get(path).status == 422) }
            let before = try await server.house.people.find("boss")
            #expect(before.role == .admin && before.clients == nil && !before.isDisabled)
            #expect(try await other.post(path, form).status == 303)
            let after = try await server.house.people.find("boss")
            #expect(after.role != .admin || after.clients != nil || after.isDisabled)
        }
    }

    @Test("The command line may do it, for whoever is stuck")
    func rescue() async throws {
        try await Served.run { server in
            let boss = try await Browser.signedIn(server, "boss", .admin).person, people = server.house.people
            _ = try await Browser.signedIn(server, "other", .admin)
            let after = try await people.setRole(boss.id, .viewer, by: Actor(name: "boss", surface: "cli"))
            #expect(after.role == .viewer)
        }
    }

    @Test("Clients that have no box on the page stay as they are")
    func manyClients() async throws {
        try await Served.run { server in
            for number in 0..<(PeoplePages.clientsShownMax + 3) {
                try await server.openClient(String(format: "client-%03d", number))
            }
            let all = try await server.house.clients.list().map(\.slug)
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let hidden = Set(all.dropFirst(PeoplePages.clientsShownMax)), shown = all[0], other = all[1]
            let ana = try await server.house.people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            _ = try await server.house.people.setClients(ana.id, hidden.union([shown]), by: Browser.tester)
            #expect(try await boss.post("/users/ana/clients", "client-\(other)=yes").status == 303)
            #expect(try await server.house.people.find("ana").clients == hidden.union([other]))
        }
    }

    @Test("A client that is ticked counts though one was added since that takes its box")
    func clientMeanwhile() async throws {
        try await Served.run { server in
            for number in 0..<PeoplePages.clientsShownMax {
                try await server.openClient(String(format: "client-%03d", number))
            }
            let boss = try await Browser.signedIn(server, "boss", .admin)
            _ = try await server.house.people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            let last = try #require(try await server.house.clients.list().last).slug
            try await server.openClient("acme")
            #expect(try await boss.post("/users/ana/clients", "client-\(last)=yes").status == 303)
            #expect(try await server.house.people.find("ana").clients == [last])
        }
    }

    @Test("A list of users goes on, and each is in it once, with the clients they see")
    func paging() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            for number in 0..<(PeoplePages.pageRows + 4) {
                let name = String(format: "user-%03d", number), people = server.house.people
                let made = try await people.add(name, displayName: nil, role: .viewer, by: Browser.tester)
                if number == 0 { _ = try await people.setClients(made.id, ["acme"], by: Browser.tester) }
            }
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let first = try await boss.get("/users/").text
            let next = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/)).1
            let second = try await boss.get(String(next)).text
            func names(_ text: String) -> Set<String> {
                Set(text.matches(of: /\(((?:user-[0-9]{3})|boss)\)/).map { String($0.1) })
            }
            #expect(names(first).count == PeoplePages.pageRows && names(second).count == 5)
            #expect(names(first).isDisjoint(with: names(second)) && !second.contains("rel=\"next\""))
            let csv = try await boss.get("/users.csv").text.split(separator: "\r\n")
            #expect(
                csv.count == PeoplePages.pageRows + 6 && csv.contains { $0.hasPrefix("user-000,user-000,viewer,acme,") }
            )
            let json = try JSONValue.parse(try await boss.get("/users.json?after=user-099").body)
            #expect(json["items"]?.array?.compactMap { $0["name"]?.string } == (100...103).map { "user-\($0)" })
            let whole = try JSONValue.parse(try await boss.get("/users.json").body)
            let goesOn = try #require(whole["next"]?.string)
            let rest = try JSONValue.parse(try await boss.get("/users.json?cursor=\(goesOn)").body)
            #expect(rest["items"]?.array?.count == 5 && rest["next"] == .null)
        }
    }

    private static let asked: [(String, String, Int)] = [
        ("/costs.csv?by=client", "client,runs,spent_usd,runs_without_price", 200),
        ("/costs.csv?by=status&month=2026-11", "status,runs,spent_usd,runs_without_price", 200),
        ("/costs.json?by=trigger", "\"next\": null", 200), ("/costs.csv?by=person", "Costs are not told by", 400),
    ]

    @Test("Costs come as CSV and JSON, by what the page shows", arguments: asked)
    func costs(path: String, words: String, status: Int) async throws {
        try await Served.run { server in
            let answer = try await Browser.signedIn(server, "otto", .operator).get(path)
            #expect(answer.status == status && answer.text.contains(words), "\(answer.text)")
            let narrow = try await Browser.signedIn(server, "olga", .operator, clients: [])
            #expect(try await narrow.get("/costs.csv?by=agent").status == 400, "sums of others' clients")
        }
    }
}

@Suite("What everybody sets for themselves")
struct OwnSettingsTests {
    @Test("A name that others read, and letter keys that do nothing")
    func own() async throws {
        try await Served.run { server in
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            let before = try await ana.get("/settings/").text
            #expect(before.contains("data-shortcuts=\"on\"") && before.contains(">Keyboard shortcuts on</a>"))
            #expect(try await ana.post("/settings/shortcuts", "shortcuts=off").status == 303)
            #expect(try await ana.post("/settings/name", "display_name=+Ana+Silva+").status == 303)
            let page = try await ana.get("/settings/").text
            #expect(page.contains("data-shortcuts=\"off\"") && page.contains("Switch them on"))
            #expect(page.contains(">Keyboard shortcuts off</a>"))
            #expect(try await server.house.people.find("ana").displayName == "Ana Silva")
            #expect(try await ana.post("/settings/name", "display_name=+").status == 422)
        }
    }
}
