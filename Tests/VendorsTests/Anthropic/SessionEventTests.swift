import Foundation
import Testing

@testable import BureauVendors

private func decoded(_ type: String, _ members: String) throws -> SessionEvent {
    let json =
        #"{"id":"sevt_1","type":"\#(type)","processed_at":"2026-11-20T09:00:00Z"\#(members.isEmpty ? "" : ",")\#(members)}"#
    return try #require(RawEvent(bytes: Array(json.utf8))).decoded()
}

private let fault = SessionFault(
    type: "mcp_connection_failed_error", message: "down", retry: .retrying, mcpServerName: "crm")
private let usage: SessionUsage = {
    var usage = SessionUsage()
    usage.inputTokens = 41_210
    usage.cacheWrite5mInputTokens = 60_110
    usage.webSearchRequests = 9
    usage.listCostMicroUSD = 600_000
    return usage
}()

private let rows: [(String, String, SessionEvent.Content)] = [
    (
        "user.message", #""content":[{"type":"text","text":"Hi"},{"type":"image"},{"type":"text","text":"there"}]"#,
        .userMessage(text: "Hi\nthere")
    ),
    ("user.interrupt", "", .userInterrupt),
    (
        "user.tool_confirmation", #""tool_use_id":"sevt_0","result":"deny","deny_message":"no""#,
        .userToolConfirmation(toolUseID: "sevt_0", allow: false, denyMessage: "no")
    ),
    (
        "user.custom_tool_result",
        #""custom_tool_use_id":"sevt_0","content":[{"type":"text","text":"x"}],"is_error":true"#,
        .userCustomToolResult(customToolUseID: "sevt_0", text: "x", isError: true)
    ),
    ("user.tool_result", #""tool_use_id":"sevt_0""#, .userToolResult(toolUseID: "sevt_0")),
    ("user.define_outcome", #""description":"good""#, .userDefineOutcome(description: "good")),
    ("system.message", #""content":"plain""#, .systemMessage(text: "plain")),
    ("agent.message", #""content":[{"type":"redacted"}]"#, .agentMessage(text: "")),
    ("agent.thinking", "", .agentThinking),
    (
        "agent.tool_use",
        #""name":"bash","input":{"command": "a \"b\""},"evaluated_permission":"ask","evaluation":{"type":"always_ask"}"#,
        .toolUse(
            ToolUse(source: .builtIn, name: "bash", inputJSON: Array(#"{"command": "a \"b\""}"#.utf8), permission: .ask)
        )
    ),
    (
        "agent.mcp_tool_use", #""name":"send","input":{},"evaluated_permission":"allow","mcp_server_name":"crm""#,
        .toolUse(ToolUse(source: .mcp(server: "crm"), name: "send", inputJSON: Array("{}".utf8), permission: .allow))
    ),
    (
        "agent.custom_tool_use", #""name":"lookup","input":[1]"#,
        .toolUse(ToolUse(source: .custom, name: "lookup", inputJSON: Array("[1]".utf8), permission: nil))
    ),
    (
        "agent.tool_use", #""name":"bash","evaluated_permission":"perhaps""#,
        .toolUse(ToolUse(source: .builtIn, name: "bash", inputJSON: [], permission: .unknown("perhaps")))
    ),
    (
        "agent.tool_result", #""tool_use_id":"sevt_0","content":[{"type":"text","text":"out"}]"#,
        .toolResult(ToolResult(toolUseID: "sevt_0", text: "out", isError: false))
    ),
    (
        "agent.mcp_tool_result", #""mcp_tool_use_id":"sevt_0","is_error":true"#,
        .toolResult(ToolResult(toolUseID: "sevt_0", text: "", isError: true))
    ),
    (
        "agent.thread_message_sent", #""content":[],"to_session_thread_id":"sthr_2","to_agent_name":"B""#,
        .threadMessage(ThreadMessage(isSent: true, text: "", otherThreadID: "sthr_2", otherAgentName: "B"))
    ),
    (
        "agent.thread_message_received", #""from_session_thread_id":"sthr_2","from_agent_name":"B""#,
        .threadMessage(ThreadMessage(isSent: false, text: "", otherThreadID: "sthr_2", otherAgentName: "B"))
    ),
    ("agent.thread_context_compacted", "", .contextCompacted),
    ("session.status_running", "", .statusRunning), ("session.status_rescheduled", "", .statusRescheduled),
    ("session.status_terminated", "", .statusTerminated), ("session.deleted", "", .deleted),
    ("session.status_idle", #""stop_reason":{"type":"end_turn"}"#, .statusIdle(.endTurn)),
    (
        "session.status_idle", #""stop_reason":{"type":"requires_action","event_ids":["sevt_1","sevt_2"]}"#,
        .statusIdle(.requiresAction(eventIDs: ["sevt_1", "sevt_2"]))
    ),
    ("session.status_idle", #""stop_reason":{"type":"budget_reached"}"#, .statusIdle(.budgetReached)),
    ("session.status_idle", #""stop_reason":{"type":"retries_exhausted"}"#, .statusIdle(.retriesExhausted)),
    (
        "session.status_idle",
        #""stop_reason":{"type":"refusal"},"stop_details":{"type":"x","category":"c","explanation":"e"}"#,
        .statusIdle(.refusal(category: "c", explanation: "e"))
    ),
    ("session.status_idle", #""stop_reason":{"type":"tea_time"}"#, .statusIdle(.unknown("tea_time"))),
    ("session.status_idle", #""stop_reason":null"#, .statusIdle(.unknown(""))),
    ("session.status_idle", "", .statusIdle(.unknown(""))),
    (
        "session.error",
        #""error":{"type":"mcp_connection_failed_error","message":"down","retry_status":{"type":"retrying"},"mcp_server_name":"crm"}"#,
        .error(fault)
    ),
    (
        "session.usage",
        #""usage":{"input_tokens":41210,"cache_creation":{"ephemeral_5m_input_tokens":60110},"server_tool_use":{"web_search_requests":9},"list_cost":{"amount":"60","currency":"USD"}},"budget":{"type":"limit","max_list_cost":{"amount":"500","currency":"USD"}}"#,
        .usage(usage, budgetMicroUSD: 5_000_000)
    ),
    ("session.usage", "", .usage(SessionUsage(), budgetMicroUSD: nil)),
    ("session.updated", #""title":"new""#, .updated(title: "new", budgetMicroUSD: nil)),
    ("session.thread_created", #""session_thread_id":"sthr_2","agent_name":"B""#, .threadCreated(agentName: "B")),
    ("session.thread_status_running", #""agent_name":"B""#, .threadRunning(agentName: "B")),
    ("session.thread_status_rescheduled", "", .threadRescheduled(agentName: nil)),
    (
        "session.thread_status_idle", #""agent_name":"B","stop_reason":{"type":"end_turn"}"#,
        .threadIdle(agentName: "B", .endTurn)
    ),
    ("session.thread_status_terminated", "", .threadTerminated(agentName: nil)),
    ("span.model_request_start", "", .modelRequestStarted),
    (
        "span.model_request_end",
        #""model_request_start_id":"sevt_0","is_error":false,"model_usage":{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":4,"speed":"fast"}"#,
        .modelRequestEnded(
            ModelRequest(
                startID: "sevt_0", isError: false, inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3,
                cacheCreationInputTokens: 4, speed: "fast"))
    ),
    (
        "span.outcome_evaluation_end", #""outcome_id":"o","iteration":2,"result":"satisfied","explanation":"e""#,
        .outcomeEvaluation(
            OutcomeEvaluation(phase: .ended, outcomeID: "o", iteration: 2, result: "satisfied", explanation: "e"))
    ),
    (
        "span.outcome_evaluation_start", "",
        .outcomeEvaluation(
            OutcomeEvaluation(phase: .started, outcomeID: nil, iteration: nil, result: nil, explanation: nil))
    ),
    ("workflow_run.phase_started", #""workflow_run_id":"w""#, .workflowRun(id: "w")), ("event_delta", "", .preview),
    ("agent.sings", "", .unknown), ("session.thread_sings", "", .unknown), ("span.sings", "", .unknown),
    ("brand.new", "", .unknown),
]

@Suite("Session events")
struct SessionEventTests {
    @Test("Every kind of event is read", arguments: rows.indices)
    func kinds(row: Int) throws {
        let event = try decoded(rows[row].0, rows[row].1)
        #expect(event.content == rows[row].2)
        #expect(event.id == "sevt_1" && event.type == rows[row].0)
    }

    @Test("Fields of the wrong shape count as absent and fail nothing", arguments: Set(rows.map(\.0)).sorted())
    func wrongShapes(type: String) throws {
        let odd = #"{"odd":[1,{"x":null}]}"#
        let names = [
            "content", "name", "evaluated_permission", "tool_use_id", "stop_reason", "stop_details", "error", "usage",
            "budget", "model_usage", "is_error", "iteration", "session_thread_id", "agent_name", "result",
        ]
        for value in [odd, "null", "[]", "7", "true", "\"\""] {
            _ = try decoded(type, names.map { "\"\($0)\":\(value)" }.joined(separator: ","))
        }
    }

    @Test("A thread's id is kept")
    func threads() throws {
        #expect(try decoded("agent.message", #""session_thread_id":"sthr_2","content":[]"#).threadID == "sthr_2")
    }

    @Test("A thread that the service leaves out is kept where it was read; one that it names stays as it is")
    func saidIn() throws {
        let plain = try #require(RawEvent(bytes: Array(#"{"id":"e","type":"agent.message","content":[]} "#.utf8)))
        let known = plain.said(in: "sthr_2")
        #expect(known.threadID == "sthr_2" && known.id == "e" && known.type == "agent.message")
        #expect(try known.decoded().threadID == "sthr_2")
        #expect(known.said(in: "sthr_3") == known)
        let named = try #require(RawEvent(bytes: Array(#"{"type":"t","session_thread_id":"sthr_1"}"#.utf8)))
        #expect(named.said(in: "sthr_2") == named)
        #expect(plain.said(in: #"a"b"#) == plain, "what could not stand in JSON as it is")
    }

    @Test("Only broken JSON is an error")
    func broken() throws {
        let event = try #require(RawEvent(bytes: Array(#"{"type":"t","x":nonsense}"#.utf8)))
        #expect(throws: VendorError.self) { try event.decoded() }
    }

    @Test(
        "List costs become millionths of a dollar",
        arguments: [
            ("60", "USD", 600_000), ("60.25", "USD", 602_500), ("0", "USD", 0), ("-1", "USD", -10_000),
            ("60", "EUR", nil), ("", "USD", nil),
            ("1e9", "USD", nil), ("many", "USD", nil), ("99999999999999999999999", "USD", nil),
        ] as [(String, String, Int64?)])
    func costs(amount: String, currency: String, micro: Int64?) throws {
        let json = "{\"amount\":\"\(amount)\",\"currency\":\"\(currency)\"}"
        #expect(try JSONDecoder().decode(AmountWire.self, from: Data(json.utf8)).microUSD == micro)
    }

    @Test(
        "Budgets are rounded up to whole cents",
        arguments: [(0, "0"), (1, "1"), (10_000, "1"), (10_001, "2"), (5_000_000, "500")] as [(Int64, String)])
    func budgets(micro: Int64, cents: String) { #expect(AmountWire(microUSD: micro).amount == cents) }
}
