import BureauDomain
import BureauEngine
import BureauVendors
import Foundation
import Testing

@testable import BureauWeb

/// A program with a token of somebody's.
struct Program: Sendable {
    let server: Served
    let person: PersonRecord
    let token: String

    static func of(
        _ server: Served, _ name: String, _ role: Role, scope: TokenRecord.Scope = .write, clients: Set<String>? = nil
    ) async throws -> Program {
        let people = server.house.people
        let made = try await people.add(name, displayName: nil, role: role, by: Browser.tester)
        let person = clients == nil ? made : try await people.setClients(made.id, clients, by: Browser.tester)
        let token = try await people.makeToken(
            person.id, label: "test", scope: scope, days: nil, by: Browser.tester)
        return Program(server: server, person: person, token: token)
    }

    func send(
        _ method: VendorRequest.Method, _ path: String, _ body: String = "", _ headers: [String: String] = [:]
    ) async throws -> VendorResponse {
        try await server.answer(
            method, path, headers.merging(["Authorization": "Bearer \(token)"]) { $1 }, body: body)
    }

    func json(_ path: String) async throws -> BureauDomain.JSONValue {
        try BureauDomain.JSONValue.parse(Array(try await send(.get, path).body))
    }
}

extension VendorResponse {
    var document: BureauDomain.JSONValue { (try? BureauDomain.JSONValue.parse(Array(body))) ?? .null }
}

extension Served {
    /// A run for a client, as a trigger leaves it.
    func addRun(client: String?, agent: String = "sentinel") async throws -> RunRecord {
        let hash = String(repeating: "a", count: 64)
        _ = try await database.write {
            try $0.execute(
                """
                INSERT INTO agent_config (sha256, agent, version, body, loaded_at) VALUES (?, ?, '1.0.0', ?, 1)
                ON CONFLICT (sha256) DO NOTHING
                """, [hash, agent, AgentBody.sentinel])
        }
        return try await house.runs.start(
            NewRun(
                agent: agent, agentVersion: "1.0.0", configHash: hash,
                triggerSource: .cli, requestedBy: "cli test", dedupeKey: UUID().uuidString, clientSlug: client,
                clientName: client))
    }

    func keepClient(_ slug: String) async throws {
        let text =
            #"{"slug": "\#(slug)", "name": "\#(slug) (fictional)", "fields": {"website_url": "https://a.example"}}"#
        let client = try #require(ClientRecord.load(Array(text.utf8), fileName: "test").client)
        try await database.write { try ClientStore(db: $0).save(client, now: 1) }
    }
}

@Suite("The API")
struct APITests {
    private static func concrete(_ path: String) -> String {
        path.split(separator: "/").map { $0.hasPrefix(":") ? "01KA00000000000000000000XX" : String($0) }
            .reduce("") { $0 + "/" + $1 }
    }

    private static func method(_ route: Route) -> VendorRequest.Method {
        VendorRequest.Method(rawValue: route.method.rawValue) ?? .get
    }

    @Test("Every role reaches exactly the operations the table gives it, and nothing under /api/v1 is undeclared")
    func matrix() async throws {
        try await Served.run { server in
            let routes = RouteTable(house: server.house).routes.filter { $0.path.hasPrefix("/api/") }
            #expect(routes.count > 30)
            #expect(routes.allSatisfy { $0.operation != nil && $0.surface == .api })
            for role in Role.allCases {
                let program = try await Program.of(server, "a-\(role.rawValue)", role)
                for route in routes {
                    guard case .role(let least) = route.access else { continue }
                    let answer = try await program.send(Self.method(route), Self.concrete(route.path), "")
                    let what: Comment = "\(route.method) \(route.path) as \(role.rawValue): \(answer.status)"
                    #expect(role >= least ? answer.status != 401 && answer.status != 403 : answer.status == 403, what)
                    #expect(answer.status < 500, what)
                }
            }
        }
    }

    @Test("A token that may read changes nothing")
    func scope() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "reader", .admin, scope: .read)
            for route in RouteTable(house: server.house).routes where route.operation != nil && route.method != .get {
                let answer = try await program.send(Self.method(route), Self.concrete(route.path))
                #expect(answer.status == 403, "\(route.method) \(route.path)")
            }
        }
    }

    @Test("API_TOKEN is an operator and no more")
    func installation() async throws {
        try await Served.run { server in
            for (path, status) in [("runs", 200), ("costs", 200), ("endpoints", 403), ("alerts", 403)] {
                let answer = try await server.answer(
                    .get, "/api/v1/\(path)", ["Authorization": "Bearer test-token"])
                #expect(answer.status == status, "\(path)")
            }
        }
    }

    @Test("Somebody who sees one client finds nothing of another, in any list or by any id")
    func visibility() async throws {
        try await Served.run { server in
            try await server.keepClient("acme")
            try await server.keepClient("other")
            let (own, foreign) = (try await server.addRun(client: "acme"), try await server.addRun(client: "other"))
            let program = try await Program.of(server, "ana", .admin, clients: ["acme"])
            let runs = try await program.json("/api/v1/runs")["items"]?.array ?? []
            #expect(runs.compactMap { $0["id"]?.string } == [own.id])
            let clients = try await program.json("/api/v1/clients")["items"]?.array ?? []
            #expect(clients.compactMap { $0["slug"]?.string } == ["acme"])
            for path in [
                "/api/v1/runs/\(foreign.id)", "/api/v1/runs/\(foreign.id)/events", "/api/v1/clients/other",
                "/api/v1/clients/other/readiness",
            ] { #expect(try await program.send(.get, path).status == 404, "\(path)") }
            #expect(try await program.send(.post, "/api/v1/runs/\(foreign.id)/stop", "{}").status == 404)
            #expect(try await program.send(.get, "/api/v1/runs/\(own.id)").status == 200)
        }
    }

    @Test("A list goes on where it left off, and takes no cursor of its own making")
    func cursors() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .viewer)
            var made: [String] = []
            for _ in 0..<5 { made.append(try await server.addRun(client: nil).id) }
            var (seen, next): ([String], String?) = ([], nil)
            for _ in 0..<4 {
                let page = try await program.json("/api/v1/runs?limit=2" + (next.map { "&cursor=\($0)" } ?? ""))
                seen += (page["items"]?.array ?? []).compactMap { $0["id"]?.string }
                next = page["next"]?.string
                if next == nil { break }
            }
            #expect(seen == made.sorted().reversed() && next == nil)
            let foreign = APICursor.make("alerts", made[0])
            for bad in ["abc", foreign, "%00", String(repeating: "A", count: 300)] {
                #expect(try await program.send(.get, "/api/v1/runs?cursor=\(bad)").status == 400, "\(bad)")
            }
        }
    }

    @Test("The same key with the same request happens once; with another it is refused")
    func idempotency() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .admin)
            let run = try await server.addRun(client: nil)
            let key = ["Idempotency-Key": "key-of-a-test-1"], path = "/api/v1/runs/\(run.id)/stop"
            let first = try await program.send(.post, path, #"{"reason": "twice"}"#, key)
            #expect(first.status == 200 && first.document["status"]?.string == "stopped")
            let second = try await program.send(.post, path, #"{"reason": "twice"}"#, key)
            #expect(second.status == 200 && second.headers["idempotent-replayed"] == "true")
            #expect(second.document == first.document)
            #expect(try await program.send(.post, path, #"{"reason": "other"}"#, key).status == 422)
            // Without the key it is a new request, and a stopped run cannot be stopped.
            #expect(try await program.send(.post, path, #"{"reason": "twice"}"#).status == 409)
            // Another person's key of the same letters is another key.
            let other = try await Program.of(server, "ben", .admin)
            #expect(try await other.send(.post, path, #"{"reason": "twice"}"#, key).status == 409)
        }
    }

    @Test("A run that delivers is not said to be stopped, and no stop is noted")
    func delivering() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .admin)
            let run = try await server.addRun(client: nil)
            try await server.database.write {
                _ = try $0.execute("UPDATE run SET state = 'delivering', session_id = 's' WHERE id = ?", [run.id])
            }
            let answer = try await program.send(.post, "/api/v1/runs/\(run.id)/stop", #"{"reason": "late"}"#)
            #expect(answer.status == 409 && answer.text.contains("delivering already, and finishes"), "\(answer.text)")
            #expect(try await server.house.audit.list(subject: "run \(run.id)").isEmpty)
        }
    }

    @Test("A refused request leaves its key free, and one cut off is not carried out again")
    func cutOff() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .admin)
            let key = ["Idempotency-Key": "key-of-a-test-2"], path = "/api/v1/endpoints"
            #expect(
                try await program.send(.post, path, #"{"url": "http://127.0.0.1/", "topics": ["runs"]}"#, key).status
                    == 422)
            let mended = #"{"url": "https://tools.example.com/", "topics": ["runs"]}"#
            let made = try await program.send(.post, path, mended, key)
            let secret = try #require(made.document["secret"]?.string)
            #expect(made.status == 201 && secret.hasPrefix("whsec_"))
            let again = try await program.send(.post, path, mended, key)
            #expect(again.status == 201 && !again.text.contains(secret) && again.document["secret"] == .null)
            _ = try await server.house.requestKeys.claim(
                "key-of-a-test-3", by: program.person.id,
                request: Hex.sha256(Array("POST \(path)\n\(mended)".utf8)))
            let open = try await program.send(.post, path, mended, ["Idempotency-Key": "key-of-a-test-3"])
            #expect(open.status == 409)
            #expect(try await program.json(path)["items"]?.array?.count == 1)
        }
    }

    @Test("An ETag saves an answer, and holds off a change made from an older sight")
    func versions() async throws {
        try await Served.run { server in
            try await server.keepClient("acme")
            let program = try await Program.of(server, "ana", .admin)
            let first = try await program.send(.get, "/api/v1/clients/acme")
            let tag = try #require(first.headers["etag"])
            #expect(try await program.send(.get, "/api/v1/clients/acme", "", ["If-None-Match": tag]).status == 304)
            let change = #"{"fields": {"website_url": "https://b.example"}}"#
            let done = try await program.send(.patch, "/api/v1/clients/acme", change, ["If-Match": tag])
            #expect(done.status == 200 && done.document["fields"]?["website_url"]?.string == "https://b.example")
            #expect(try await program.send(.patch, "/api/v1/clients/acme", change, ["If-Match": tag]).status == 412)
            #expect(try await program.send(.get, "/api/v1/clients/acme", "", ["If-None-Match": tag]).status == 200)
        }
    }

    private static let misshapen: [(VendorRequest.Method, String, String, [String: String], Int)] = [
        (.get, "/api/v1/runs?limit=0", "", [:], 400), (.get, "/api/v1/runs?limit=201", "", [:], 400),
        (.get, "/api/v1/runs?stats=done", "", [:], 400), (.get, "/api/v1/runs?status=nonsense", "", [:], 400),
        (.get, "/api/v1/costs?month=2026-13", "", [:], 400), (.post, "/api/v1/runs", "{", [:], 400),
        (.post, "/api/v1/runs", "{}", [:], 400), (.post, "/api/v1/runs", #"{"agent": "x", "more": 1}"#, [:], 400),
        (.post, "/api/v1/runs", #"{"agent": "x", "client": "acme"}"#, [:], 422),
        (.post, "/api/v1/runs", #"{"agent": 1}"#, [:], 400),
        (.post, "/api/v1/runs", "agent=x", ["Content-Type": "application/x-www-form-urlencoded"], 415),
        (.post, "/api/v1/runs", "{}", ["Idempotency-Key": "short"], 400),
        (.post, "/api/v1/runs", String(repeating: " ", count: (64 << 10) + 1), [:], 413),
    ]

    @Test("What is not as declared is refused with what to do about it", arguments: misshapen)
    func refused(
        method: VendorRequest.Method, path: String, body: String, headers: [String: String], status: Int
    ) async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .admin)
            let answer = try await program.send(method, path, body, headers)
            #expect(answer.status == status, "\(path) \(answer.text)")
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(answer.document["fix"]?.string != nil && answer.document["instance"]?.string != nil)
        }
    }

    @Test("The document tells of every operation, once by each name, and every reference leads somewhere")
    func document() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .viewer)
            let document = try await program.json("/api/v1/openapi.json")
            let told = (document["paths"]?.object?.members ?? []).flatMap { path in
                (path.value.object?.members ?? []).map { "\($0.key.uppercased()) \(path.key)" }
            }
            let routes = RouteTable(house: server.house).routes.filter { $0.operation != nil }
            #expect(told.count == routes.count)
            #expect(Set(routes.compactMap { $0.operation?.name }).count == routes.count)
            let schemas = Set(document["components"]?["schemas"]?.object?.keys ?? [])
            let references = document.compact.components(separatedBy: #""$ref":"#).dropFirst().map {
                String($0.split(separator: "\"")[0].split(separator: "/").last ?? "")
            }
            #expect(!references.isEmpty && references.allSatisfy(schemas.contains), "\(references)")
        }
    }
}
