import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("A call is changed over the API")
struct ChangeAPITests {
    private static let run = "01KARVN0000000000000000001"
    private static let wanted = #"{"text":"Half price on Monday"}"#

    private static func seeded(_ server: Served) async throws -> String {
        try await server.openClient("acme")
        try await ReportSeed(runState: "waiting_approval").put(into: server)
        return try await server.ask(run, text: "Half price all week")
    }

    @Test("The decision is told with both inputs; the same key is answered alike, and another try comes too late")
    func changed() async throws {
        try await Served.run { server in
            let id = try await Self.seeded(server), path = "/api/v1/approvals/\(id)/change"
            let otto = try await Program.of(server, "otto", .operator)
            let body = #"{"input":\#(Self.wanted),"reason":"One day only."}"#, key = ["Idempotency-Key": "change-0001"]
            let first = try await otto.send(.post, path, body, key)
            #expect(first.status == 200 && first.document["status"]?.string == "changed", "\(first.text)")
            #expect(first.document["changed_input"]?["text"]?.string == "Half price on Monday")
            #expect(first.document["input"]?["text"]?.string == "Half price all week")
            #expect(first.document["decided_by"]?.string == "otto" && first.document["version"]?.int == 1)
            let again = try await otto.send(.post, path, body, key)
            #expect(again.status == 200 && again.headers["idempotent-replayed"] == "true")
            #expect(try await otto.send(.post, path, body).status == 409)
            let list = try await otto.json("/api/v1/approvals?status=changed")
            #expect(list["items"]?.array?.compactMap { $0["id"]?.string } == [id])
        }
    }

    private static let attempts: [(String, Role, Set<String>?, String, Int)] = [
        ("a viewer", .viewer, nil, #"{"input":\#(wanted)}"#, 403),
        ("a consultant nobody named", .consultant, nil, #"{"input":\#(wanted)}"#, 403),
        ("another client's", .admin, [], #"{"input":\#(wanted)}"#, 404),
        ("nothing else", .operator, nil, #"{"input":{"text":"Half price all week"}}"#, 422),
        ("too much", .operator, nil, #"{"input":{"text":"\#(String(repeating: "x", count: 17_000))"}}"#, 422),
        ("no object", .operator, nil, #"{"input":[1]}"#, 400), ("no input", .operator, nil, "{}", 400),
        ("an unknown member", .operator, nil, #"{"input":\#(wanted),"decision":"approve"}"#, 400),
    ]

    @Test("What is not allowed, or cannot be told the agent, decides nothing", arguments: attempts)
    func refused(what: String, role: Role, clients: Set<String>?, body: String, status: Int) async throws {
        try await Served.run { server in
            let id = try await Self.seeded(server)
            let program = try await Program.of(server, "ana", role, clients: clients)
            let answer = try await program.send(.post, "/api/v1/approvals/\(id)/change", body)
            #expect(answer.status == status, "\(what): \(answer.text)")
            #expect(try await server.house.approvals.find(id)?.state == .open, "\(what)")
        }
    }
}
