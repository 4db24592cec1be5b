import BureauDomain
import BureauEngine
import BureauVendors
import Testing

@testable import BureauWeb

@Suite("Users over the API")
struct PeopleAPITests {
    @Test("Somebody is added, changed, disabled and let in again, each noted with who did it")
    func life() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let boss = try await Program.of(server, "boss", .admin), path = "/api/v1/users/ana.silva"
            let made = try await boss.send(
                .post, "/api/v1/users", #"{"name": "ana.silva", "display_name": "Ana Silva", "role": "viewer"}"#)
            #expect(made.status == 201 && made.document["clients"]?.string == "all", "\(made.text)")
            #expect(try await boss.json(path) == made.document)
            let steps: [(String, String, String, BureauDomain.JSONValue)] = [
                ("role", #"{"role": "operator"}"#, "role", .string("operator")),
                ("clients", #"{"clients": ["acme"]}"#, "clients", .array([.string("acme")])),
                ("clients", #"{"clients": []}"#, "clients", .array([])),
                ("clients", #"{"clients": null}"#, "clients", .string("all")),
                ("slack", #"{"slack_id": "U0123ABCD"}"#, "slack", .string("U0123ABCD")),
                ("slack", #"{"slack_id": null}"#, "slack", .null), ("disable", "{}", "disabled", .bool(true)),
                ("enable", "", "disabled", .bool(false)),
            ]
            for (verb, body, member, value) in steps {
                let answer = try await boss.send(.post, path + "/" + verb, body)
                #expect(answer.status == 200 && answer.document[member] == value, "\(verb): \(answer.text)")
            }
            let unknown = try await boss.send(.post, path + "/clients", #"{"clients": ["nobody"]}"#)
            #expect(unknown.document["fix"]?.string == "GET /api/v1/clients lists those there are.", "\(unknown.text)")
            let noted = try await server.house.audit.list(subject: "user ana.silva")
            #expect(noted.count == steps.count + 1 && noted.allSatisfy { $0.actor.name == "boss" })
        }
    }

    @Test("The list goes on by name, through names with dots")
    func list() async throws {
        try await Served.run { server in
            let boss = try await Program.of(server, "boss", .admin)
            for name in ["a.b", "a.c", "z-1"] {
                _ = try await server.house.people.add(name, displayName: nil, role: .viewer, by: Browser.tester)
            }
            var seen: [String] = [], next: String?
            repeat {
                let page = try await boss.json("/api/v1/users?limit=1" + (next.map { "&cursor=\($0)" } ?? ""))
                seen += (page["items"]?.array ?? []).compactMap { $0["name"]?.string }
                next = page["next"]?.string
            } while next != nil && seen.count < 20
            #expect(seen == ["a.b", "a.c", "boss", "z-1"])
        }
    }

    @Test("A link and a token are told once, work, and are in no log and no repeated answer")
    func secrets() async throws {
        try await Served.run { server in
            let boss = try await Program.of(server, "boss", .admin)
            let ana = try await server.house.people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            let wishes = [
                ("link", "{}", "link"), ("tokens", #"{"label": "sheets", "scope": "read", "days": 7}"#, "token"),
            ]
            for (index, (verb, body, member)) in wishes.enumerated() {
                let path = "/api/v1/users/ana/\(verb)", key = ["Idempotency-Key": "secret-000\(index)"]
                let first = try await boss.send(.post, path, body, key)
                let secret = try #require(first.document[member]?.string, "\(first.text)")
                #expect(first.status == 201)
                let again = try await boss.send(.post, path, body, key)
                #expect(again.status == 201 && again.document[member] == .null && !again.text.contains(secret))
                let log = try await server.house.audit.list(subject: nil)
                #expect(log.allSatisfy { !"\($0)".contains(secret) })
                guard member == "token" else { continue }
                let own = Program(server: server, person: ana, token: secret)
                #expect(try await own.send(.get, "/api/v1/runs").status == 200)
                let listed = try await boss.json(path)["items"]?.array ?? []
                let id = try #require(listed.first?["id"]?.string)
                #expect(listed.count == 1 && listed.first?["expires_at"]?.string != nil)
                #expect(try await boss.send(.delete, path + "/" + id).status == 204)
                #expect(try await own.send(.get, "/api/v1/runs").status == 401)
                #expect(try await boss.send(.delete, path + "/" + id).status == 404, "it is revoked")
            }
        }
    }

    private static let own: [(String, String)] = [
        ("role", #"{"role": "viewer"}"#), ("clients", #"{"clients": []}"#), ("disable", "{}"),
    ]

    @Test("Nobody does it to themselves: another admin does", arguments: own)
    func oneself(verb: String, body: String) async throws {
        try await Served.run { server in
            let boss = try await Program.of(server, "boss", .admin), path = "/api/v1/users/boss/\(verb)"
            let other = try await Program.of(server, "other", .admin)
            let refused = try await boss.send(.post, path, body)
            #expect(refused.status == 422 && refused.document["fix"]?.string == "Ask another admin.")
            #expect(try await other.send(.post, path, body).status == 200)
        }
    }

    @Test("Nothing that lets in is made for somebody disabled", arguments: ["tokens", "link"])
    func disabled(verb: String) async throws {
        try await Served.run { server in
            let boss = try await Program.of(server, "boss", .admin), people = server.house.people
            let ana = try await people.add("ana", displayName: nil, role: .viewer, by: Browser.tester)
            _ = try await people.disable(ana.id, by: Browser.tester)
            let body = verb == "link" ? "{}" : #"{"label": "sheets", "scope": "read"}"#
            let answer = try await boss.send(.post, "/api/v1/users/ana/\(verb)", body)
            #expect(answer.status == 422 && answer.text.contains("is disabled"), "\(answer.text)")
            _ = try await people.enable(ana.id, by: Browser.tester)
            #expect(try await people.tokens(ana.id).isEmpty)
        }
    }

    @Test("Where somebody is signed in is listed and ended")
    func sessions() async throws {
        try await Served.run { server in
            let boss = try await Program.of(server, "boss", .admin)
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            let listed = try await boss.json("/api/v1/users/ana/sessions")["items"]?.array ?? []
            let id = try #require(listed.first?["id"]?.string)
            #expect(listed.count == 1 && !listed.contains { $0.compact.contains(ana.token) })
            #expect(try await boss.send(.delete, "/api/v1/users/ana/sessions/\(id)").status == 204)
            #expect(try await ana.get("/runs/").status == 303)
            #expect(try await boss.send(.delete, "/api/v1/users/ana/sessions/\(id)").status == 404)
        }
    }

    private static let refusals: [(VendorRequest.Method, String, String, Int)] = [
        (.post, "users", #"{"name": "boss", "role": "viewer"}"#, 422),
        (.post, "users", #"{"name": "9lives", "role": "viewer"}"#, 422),
        (.post, "users", #"{"name": "ana", "role": "king"}"#, 400),
        (.post, "users", #"{"name": "a\u0000a", "role": "viewer"}"#, 400),
        (.post, "users/boss/role", #"{"role": "viewer"}"#, 422), (.post, "users/boss/disable", "{}", 422),
        (.post, "users/boss/clients", #"{"clients": ["nobody"]}"#, 422), (.post, "users/boss/clients", "{}", 400),
        (.post, "users/boss/slack", #"{"slack_id": "ana"}"#, 400),
        (.post, "users/boss/tokens", #"{"label": "x", "scope": "all"}"#, 400),
        (.post, "users/boss/tokens", #"{"label": "x", "scope": "read", "days": 0}"#, 400),
        (.post, "users/nobody/link", "{}", 404), (.get, "users/nobody", "", 404),
        (.get, "users/nobody/tokens", "", 404), (.delete, "users/boss/tokens/01KA00000000000000000000XX", "", 404),
    ]

    @Test("What cannot be is refused with what to do about it", arguments: refusals)
    func refused(method: VendorRequest.Method, path: String, body: String, status: Int) async throws {
        try await Served.run { server in
            let boss = try await Program.of(server, "boss", .admin)
            let answer = try await boss.send(method, "/api/v1/" + path, body)
            #expect(answer.status == status, "\(path): \(answer.text)")
            #expect(answer.document["fix"]?.string != nil)
        }
    }
}
