import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

private let session = """
    {"id":"sesn_1","type":"session","status":"running","title":"Audit","agent":{"id":"agent_1","type":"agent","name":"Sentinel","version":7,
    "model":{"id":"claude-sonnet-5-5","speed":"standard"}},"environment_id":"env_1","metadata":{"bureau_run":"run_1"},
    "created_at":"2026-11-20T09:00:00.123456Z","archived_at":null,"budget":{"type":"limit","max_list_cost":{"amount":"500","currency":"USD"}},
    "stats":{"active_seconds":212.4,"duration_seconds":250.0},"usage":{"output_tokens":18544,"list_cost":{"amount":"60","currency":"USD"}}}
    """

private func client(_ server: VendorServer, _ transport: HTTPTransport, beta: [String] = []) -> AnthropicClient {
    AnthropicClient(
        transport: transport, baseURL: server.baseURL + "/anthropic", key: Secret("sk-ant-canary-key-000111222"),
        betaHeaders: beta)
}

@Suite("Anthropic client")
struct AnthropicClientTests {
    @Test("A session is created with agent, cap, tags and kickoff in one request")
    func create() async throws {
        try await VendorServer.run(answer: { _ in .json(session) }) { server, transport in
            let new = NewSession(
                agentID: "agent_1", agentVersion: 7, environmentID: "env_1", title: "Audit",
                metadata: ["bureau_run": "run_1"],
                budgetMicroUSD: 4_999_999, kickoff: "Run the audit\n\"now\" 日本")
            let created = try await client(
                server, transport, beta: ["files-api-2025-04-14, managed-agents-2026-04-01", "x"]
            ).createSession(new)
            #expect(created.id == "sesn_1" && created.status == .running && created.agentVersion == 7)
            #expect(created.usage.listCostMicroUSD == 600_000 && created.budgetMicroUSD == 5_000_000)
            #expect(created.modelID == "claude-sonnet-5-5" && created.metadata == ["bureau_run": "run_1"])
            let request = try #require(server.received.first)
            #expect(request.method == "POST" && request.path == "/anthropic/v1/sessions")
            #expect(
                request.headers["x-api-key"] == "sk-ant-canary-key-000111222" && request.headers["authorization"] == nil
            )
            #expect(request.headers["anthropic-version"] == "2023-06-01")
            #expect(request.headers["anthropic-beta"] == "managed-agents-2026-04-01,files-api-2025-04-14,x")
            #expect(
                try request.json
                    == .parsed(
                        """
                        {"agent":{"type":"agent","id":"agent_1","version":7},"environment_id":"env_1","title":"Audit","metadata":{"bureau_run":"run_1"},
                        "budget":{"type":"limit","max_list_cost":{"amount":"500","currency":"USD"}},
                        "initial_events":[{"type":"user.message","content":[{"type":"text","text":"Run the audit\\n\\"now\\" 日本"}]}]}
                        """))
        }
    }

    @Test("Without a cap or version neither is sent")
    func createPlain() async throws {
        try await VendorServer.run(answer: { _ in .json(session) }) { server, transport in
            _ = try await client(server, transport).createSession(
                NewSession(agentID: "a", environmentID: "e", title: "t", kickoff: "k"))
            #expect(server.received.first?.json?["budget"] == nil)
            #expect(server.received.first?.json?["agent"]?["version"] == nil)
        }
    }

    @Test(
        "A session with next to nothing in it is read",
        arguments: [
            (#"{"id":"s","status":"dancing"}"#, AnthropicSession.Status.unknown("dancing")),
            (#"{"id":"s","status":"idle","usage":null,"agent":"a"}"#, .idle),
            (#"{"id":"s","status":"terminated","usage":{"list_cost":null},"metadata":null}"#, .terminated),
        ])
    func sparse(json: String, status: AnthropicSession.Status) async throws {
        try await VendorServer.run(answer: { _ in .json(json) }) { server, transport in
            let read = try await client(server, transport).session("s")
            #expect(read.status == status && read.usage == SessionUsage())
        }
    }

    @Test(
        "A thread's model is read where it stands, and is not known where it does not",
        arguments: [
            (
                #"{"id":"sthr_2","agent":{"type":"agent","name":"B","model":{"id":"claude-haiku-4-5"}}}"#,
                "claude-haiku-4-5"
            ),
            (#"{"id":"sthr_2","agent":{"type":"advisor","model":"claude-opus-5-5"}}"#, "claude-opus-5-5"),
            (#"{"id":"sthr_2","agent":{"type":"agent","model":null}}"#, nil),
            (#"{"id":"sthr_2","agent":"b"}"#, nil), (#"{"id":"sthr_2"}"#, nil),
        ] as [(String, String?)])
    func threadModel(json: String, model: String?) async throws {
        try await VendorServer.run(answer: { _ in .json(json) }) { server, transport in
            let told = try await client(server, transport).model(of: "sesn_1", thread: "sthr_2")
            #expect(told == model)
            #expect(server.received.first?.path == "/anthropic/v1/sessions/sesn_1/threads/sthr_2")
        }
    }

    @Test("Lists carry their filters and cursors")
    func lists() async throws {
        try await VendorServer.run(answer: { request in
            request.path.hasSuffix("/events")
                ? .json(#"{"data":[{"id":"e1","type":"t"}],"next_page":"p2"}"#)
                : .json("{\"data\":[\(session)],\"next_page\":\"p2\"}")
        }) { server, transport in
            let client = client(server, transport)
            let sessions = try await client.sessions(
                agentID: "agent_1", createdAtOrAfter: "2026-11-20T08:59:00Z", page: "p1")
            #expect(sessions.sessions.map(\.id) == ["sesn_1"] && sessions.nextPage == "p2")
            let events = try await client.history(
                of: "sesn_1", page: "p1", limit: 5000, newestFirst: true, types: ["user.message", "x"])
            #expect(events.events.map(\.id) == ["e1"] && events.nextPage == "p2")
            #expect(
                server.received[0].queryItems == [
                    "limit": "100", "include_archived": "true", "agent_id": "agent_1",
                    "created_at[gte]": "2026-11-20T08:59:00Z", "page": "p1",
                ])
            #expect(server.received[1].query == "limit=1000&order=desc&types%5B%5D=user.message&types%5B%5D=x&page=p1")
        }
    }

    @Test("Every outgoing event has its wire form")
    func send() async throws {
        try await VendorServer.run(answer: { _ in .json(#"{"data":[{"id":"sevt_1"},{"id":""},{}]}"#) }) {
            server, transport in
            let ids = try await client(server, transport).send(
                [
                    .message("hi"), .interrupt,
                    .toolConfirmation(toolUseID: "sevt_0", allow: true, denyMessage: "ignored"),
                    .toolConfirmation(toolUseID: "sevt_0", allow: false, denyMessage: "no"),
                    .customToolResult(customToolUseID: "sevt_9", text: "unknown tool", isError: true),
                ], to: "sesn_1")
            #expect(ids == ["sevt_1", "", ""])
            #expect(
                try server.received.first?.json
                    == .parsed(
                        """
                        {"events":[{"type":"user.message","content":[{"type":"text","text":"hi"}]},{"type":"user.interrupt"},
                        {"type":"user.tool_confirmation","tool_use_id":"sevt_0","result":"allow"},
                        {"type":"user.tool_confirmation","tool_use_id":"sevt_0","result":"deny","deny_message":"no"},
                        {"type":"user.custom_tool_result","custom_tool_use_id":"sevt_9","content":[{"type":"text","text":"unknown tool"}],"is_error":true}]}
                        """))
        }
    }

    @Test("A budget is raised in whole cents")
    func budget() async throws {
        try await VendorServer.run(answer: { _ in .json(session) }) { server, transport in
            _ = try await client(server, transport).setBudget(of: "sesn_1", toMicroUSD: 6_000_001)
            #expect(server.received.first?.path == "/anthropic/v1/sessions/sesn_1")
            #expect(
                server.received.first?.text
                    == #"{"budget":{"max_list_cost":{"amount":"601","currency":"USD"},"type":"limit"}}"#)
        }
    }

    @Test("Small calls go where they should")
    func small() async throws {
        try await VendorServer.run(answer: { _ in .json(#"{"id":"x","name":"n","version":3,"data":[]}"#) }) {
            server, transport in
            let client = client(server, transport)
            try await client.archive("sesn_1")
            #expect(try await client.agent("agent_1").version == 3)
            #expect(try await client.environment("env_1").name == "n")
            try await client.checkKey()
            #expect(
                server.received.map { "\($0.method) \($0.path)" } == [
                    "POST /anthropic/v1/sessions/sesn_1/archive", "GET /anthropic/v1/agents/agent_1",
                    "GET /anthropic/v1/environments/env_1", "GET /anthropic/v1/models",
                ])
        }
    }

    @Test(
        "Answers are classified by status and code",
        arguments: [
            (
                400, [:], #"{"type":"error","error":{"type":"invalid_request_error","message":"title: too long"}}"#,
                .rejected(status: 400, code: "invalid_request_error"), false, false
            ),
            (
                400, [:],
                #"{"error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}"#,
                .credential(status: 400, code: "spend_limit_reached"), false, false
            ),
            (
                400, [:], #"{"error":{"type":"invalid_request_error","message":"waiting on responses to events [x]"}}"#,
                .rejected(status: 400, code: "waiting_on_responses"), false, false
            ),
            (
                401, [:], #"{"error":{"type":"authentication_error","message":"bad sk-ant-canary-key-000111222"}}"#,
                .credential(status: 401, code: "authentication_error"), false, false
            ),
            (
                402, [:], #"{"error":{"type":"billing_error","message":"m"}}"#,
                .credential(status: 402, code: "billing_error"), false, false
            ),
            (403, [:], "", .credential(status: 403, code: ""), false, false),
            (
                404, [:], #"{"error":{"type":"not_found_error","message":"m"}}"#,
                .rejected(status: 404, code: "not_found_error"), false, false
            ),
            (408, [:], "", .unavailable(status: 408), true, true),
            (
                409, [:], #"{"error":{"type":"conflict_error","message":"m"}}"#,
                .rejected(status: 409, code: "conflict_error"), true, false
            ),
            (413, [:], "", .rejected(status: 413, code: ""), false, false),
            (
                429, ["retry-after": "7"], #"{"error":{"type":"rate_limit_error","message":"m"}}"#,
                .limited(retryAfterMilliseconds: 7000), true, false
            ),
            (429, ["retry-after-ms": "70"], "", .limited(retryAfterMilliseconds: 70), true, false),
            (
                429, [:], #"{"error":{"type":"rate_limit_error","message":"m"}}"#,
                .limited(retryAfterMilliseconds: nil), true, false
            ),
            (
                429, [:],
                #"{"error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                .credential(status: 429, code: "enforced_spend_limit_reached"), false, false
            ),
            (
                429, ["retry-after": "7"],
                #"{"error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                .limited(retryAfterMilliseconds: 7000), true, false
            ),
            (500, [:], #"{"error":{"type":"api_error","message":"m"}}"#, .unavailable(status: 500), true, true),
            (502, [:], "<html>canary</html>", .unavailable(status: 502), true, true),
            (529, [:], #"{"error":{"type":"overloaded_error","message":"m"}}"#, .unavailable(status: 529), true, false),
            (302, [:], "", .rejected(status: 302, code: ""), false, false),
            (200, [:], "<html>maintenance</html>", .unreadable(field: "session"), false, true),
            (200, [:], "", .unreadable(field: "session"), false, true),
        ] as [(Int, [String: String], String, VendorError.Kind, Bool, Bool)])
    func errors(status: Int, headers: [String: String], body: String, kind: VendorError.Kind, retry: Bool, maybe: Bool)
        async throws
    {
        var headers = headers
        headers["request-id"] = "req_011"
        let fields = headers
        try await VendorServer.run(answer: { _ in .json(body, status: status, headers: fields) }) { server, transport in
            let error = try await vendorError { try await client(server, transport).session("sesn_1") }
            #expect(error.kind == kind)
            #expect(error.isRetryable == retry && error.mayHaveHappened == maybe)
            #expect(error.requestID == "req_011")
            #expect(!"\(error) \(error.sentence)".contains("canary"))
        }
    }

    @Test(
        "Files are listed in both shapes",
        arguments: [
            (#""next_page":"p2""#, .page("p2")),
            (#""next_page":null,"has_more":true,"last_id":"file_9""#, .after("file_9")),
            (#""has_more":true"#, .after("file_1")), (#""has_more":false,"last_id":"file_9""#, nil),
            (#""next_page":null"#, nil),
        ] as [(String, FileCursor?)])
    func files(tail: String, next: FileCursor?) async throws {
        let file =
            #"{"id":"file_1","filename":"../a/ü.md","mime_type":"text/markdown","size_bytes":8123,"downloadable":true,"scope":{"type":"session","id":"sesn_1"}}"#
        try await VendorServer.run(answer: { _ in .json("{\"data\":[\(file)],\(tail)}") }) { server, transport in
            let client = client(server, transport)
            let page = try await client.files(of: "sesn_1")
            #expect(page.next == next)
            #expect(
                page.files == [
                    SessionFile(
                        id: "file_1", filename: "../a/ü.md", mimeType: "text/markdown", sizeBytes: 8123, createdAt: nil,
                        isDownloadable: true, scopeID: "sesn_1")
                ])
            if let next { _ = try await client.files(of: "sesn_1", cursor: next) }
            let expected: [String: String]? =
                switch next {
                case nil: nil
                case .page(let page)?: ["page": page, "scope_id": "sesn_1", "limit": "100"]
                case .after(let id)?: ["after_id": id, "scope_id": "sesn_1", "limit": "100"]
                }
            #expect(server.received.dropFirst().first?.queryItems == expected)
        }
    }
}
