import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("Limits over the API")
struct BudgetAPITests {
    private static func body(_ scope: String, _ span: String, _ amount: String, reason: String = "Contract") -> String {
        #"{"scope": "\#(scope)", "span": "\#(span)", "limit_usd": \#(amount), "reason": "\#(reason)"}"#
    }

    private static let tries: [(String, String, Role, Int, Double?)] = [
        ("a client's month", body("client/acme", "month", "250"), .admin, 200, 250),
        ("an agent's day", body("agent/sentinel", "day", "9.5"), .admin, 200, 9.5),
        ("the agency's day", body("agency", "day", "100"), .admin, 200, 100),
        ("no amount", body("agency", "day", "\"lots\""), .admin, 400, nil),
        ("nothing at all", body("agency", "day", "0"), .admin, 400, nil),
        ("too much", body("agency", "day", "1e300"), .admin, 400, nil),
        ("a blank reason", body("agency", "day", "5", reason: " "), .admin, 422, nil),
        ("a reason of two lines", body("agency", "day", "5", reason: "a\\nb"), .admin, 400, nil),
        ("nobody's", body("moon", "day", "5"), .admin, 400, nil),
        ("a client's day", body("client/acme", "day", "5"), .admin, 422, nil),
        ("a client that is not there", body("client/nobody", "month", "5"), .admin, 404, nil),
        ("an agent that is not there", body("agent/nobody", "month", "5"), .admin, 404, nil),
        ("an operator", body("agency", "day", "5"), .operator, 403, nil),
    ]

    @Test("A limit holds at once and is in the audit log with its reason", arguments: tries)
    func set(what: String, body: String, role: Role, status: Int, limit: Double?) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let program = try await Program.of(server, "ana", role)
            let answer = try await program.send(.post, "/api/v1/budgets", body)
            #expect(answer.status == status, "\(what): \(answer.text)")
            let listed = try await program.json("/api/v1/budgets")["items"]?.array ?? []
            #expect(listed.compactMap { $0["limit_usd"]?.number?.double } == [limit].compactMap(\.self), "\(what)")
            let noted = try await server.house.audit.list(subject: nil).filter { $0.action == "budget set" }
            #expect(noted.count == (limit == nil ? 0 : 1))
            if limit != nil {
                #expect(listed.contains(answer.document) && noted.first?.after?.contains("reason") == true)
            }
        }
    }

    @Test("A limit is raised for now when there is one, and to more than it is")
    func raise() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let ana = try await Program.of(server, "ana", .admin), path = "/api/v1/budgets/raise"
            let raised = Self.body("client/acme", "month", "300")
            #expect(try await ana.send(.post, path, raised).status == 409, "there is none")
            _ = try await ana.send(.post, "/api/v1/budgets", Self.body("client/acme", "month", "250"))
            let answer = try await ana.send(.post, path, raised)
            #expect(answer.status == 200 && answer.document["limit_usd"]?.int == 300, "\(answer.text)")
            let again = try await ana.send(.post, path, raised)
            #expect(again.status == 409 && again.document["fix"]?.string != nil)
            let lower = try await ana.send(.post, "/api/v1/budgets", Self.body("client/acme", "month", "270"))
            #expect(lower.document["limit_usd"]?.int == 270, "what is set holds at once: \(lower.text)")
        }
    }

    private static let readers: [Set<String>?] = [nil, ["zeta"]]

    @Test("A limit is listed behind more clients without one than a list has lines", arguments: readers)
    func many(clients: Set<String>?) async throws {
        try await Served.run { server in
            try await server.database.write { db in
                _ = try db.execute(
                    """
                    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n <= ?)
                    INSERT INTO client (slug, name, record, created_at, updated_at)
                    SELECT 'client-' || n, 'Client', '{"slug":"client-' || n || '","name":"Client"}', 1, 1 FROM number
                    """, [BudgetDesk.linesMax])
            }
            try await server.openClient("zeta")
            let boss = try await Program.of(server, "boss", .admin)
            _ = try await boss.send(.post, "/api/v1/budgets", Self.body("client/zeta", "month", "9"))
            let reader = try await Program.of(server, "olga", .operator, clients: clients)
            let listed = try await reader.json("/api/v1/budgets")["items"]?.array ?? []
            #expect(listed.contains { $0["scope"]?.string == "client/zeta" }, "\(listed.count)")
        }
    }

    @Test("One run is let cost more, until it is over")
    func run() async throws {
        try await Served.run { server in
            let ana = try await Program.of(server, "ana", .admin), run = try await server.addRun(client: nil)
            let path = "/api/v1/runs/\(run.id)/raise", body = #"{"limit_usd": 12.5, "reason": "Large site"}"#
            let answer = try await ana.send(.post, path, body)
            #expect(answer.status == 200 && answer.document["id"]?.string == run.id, "\(answer.text)")
            #expect(try await server.house.runs.find(run.id).costMax == .cents(1_250))
            #expect(try await server.house.audit.list(subject: "run \(run.id)").first?.after?.contains("Large") == true)
            _ = try await ana.send(.post, "/api/v1/runs/\(run.id)/stop")
            let late = try await ana.send(.post, path, body)
            #expect(late.status == 409 && late.text.contains("/api/v1/runs/\(run.id)/again"), "\(late.text)")
        }
    }

    @Test("An admin of some clients sees and sets their limits and nobody else's")
    func narrow() async throws {
        try await Served.run(hasAgents: true) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let boss = try await Program.of(server, "boss", .admin)
            for slug in ["acme", "plunkett"] {
                let set = try await boss.send(.post, "/api/v1/budgets", Self.body("client/\(slug)", "month", "9"))
                #expect(set.status == 200)
            }
            let nina = try await Program.of(server, "nina", .admin, clients: ["acme"])
            let scopes = try await nina.json("/api/v1/budgets")["items"]?.array?.compactMap { $0["scope"]?.string }
            #expect(scopes == ["client/acme"])
            for body in [
                Self.body("client/plunkett", "month", "5"), Self.body("agency", "day", "5"),
                Self.body("agent/sentinel", "day", "5"),
            ] { #expect(try await nina.send(.post, "/api/v1/budgets", body).status == 404, "\(body)") }
            let own = try await nina.send(.post, "/api/v1/budgets", Self.body("client/acme", "month", "5"))
            #expect(own.status == 200)
        }
    }
}
