import BureauDomain
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("What a session's events mean for its run")
struct SessionJudgeTests {
    private static func idle(_ reason: String, at: String = "2026-11-20T09:00:05Z") -> String {
        #"{"id":"i-\#(at)","type":"session.status_idle","stop_reason":\#(reason),"processed_at":"\#(at)"}"#
    }
    private static let running =
        #"{"id":"r","type":"session.status_running","processed_at":"2026-11-20T09:00:01.5Z"}"#
    private static let customCall = #"{"id":"c1","type":"agent.custom_tool_use","name":"lookup","input":{}}"#
    private static func threadIdle(_ thread: String, _ reason: String) -> String {
        #"{"id":"t-\#(thread)","type":"session.thread_status_idle","session_thread_id":"\#(thread)","stop_reason":{"type":"\#(reason)"},"processed_at":"2026-11-20T09:00:04Z"}"#
    }

    /// Events, and a word for the judgement.
    private static let table: [(String, [String], String)] = [
        ("nothing yet", [], "go on"),
        ("running", [running], "go on"),
        ("end of turn", [running, idle(#"{"type":"end_turn"}"#)], "turn ended"),
        ("a call waits for a person", [idle(#"{"type":"requires_action","event_ids":["s1","s2"]}"#)], "gate s1,s2"),
        (
            "a call of a tool that is ours to answer",
            [customCall, idle(#"{"type":"requires_action","event_ids":["c1"]}"#)], "tools c1"
        ),
        (
            "both kinds at once: ours are answered first",
            [customCall, idle(#"{"type":"requires_action","event_ids":["s1","c1"]}"#)], "tools c1"
        ),
        ("the cap was reached", [running, idle(#"{"type":"budget_reached"}"#)], "budget"),
        (
            "the cap was reached by the request that finished the work",
            [running, threadIdle("th_main", "end_turn"), idle(#"{"type":"budget_reached"}"#)], "turn ended"
        ),
        (
            "the cap was reached while only a child had finished",
            [
                running, #"{"id":"n","type":"session.thread_created","session_thread_id":"th_2","agent_name":"x"}"#,
                threadIdle("th_2", "end_turn"), idle(#"{"type":"budget_reached"}"#),
            ], "budget"
        ),
        ("retries ran out", [idle(#"{"type":"retries_exhausted"}"#)], "broke retries_exhausted"),
        ("a refusal", [idle(#"{"type":"refusal"}"#)], "broke refusal"),
        ("a reason of the future", [idle(#"{"type":"paused_for_tea"}"#)], "unknown paused_for_tea"),
        ("no reason", [#"{"id":"i","type":"session.status_idle"}"#], "unknown"),
        ("a reason that is no object", [idle("7")], "unknown"),
        ("terminated", [running, #"{"id":"t","type":"session.status_terminated"}"#], "broke session_terminated"),
        ("deleted", [#"{"id":"d","type":"session.deleted"}"#], "broke session_lost"),
        ("rescheduled", [running, #"{"id":"x","type":"session.status_rescheduled"}"#], "go on"),
        ("types of the future", [running, #"{"id":"f","type":"session.future"}"#], "go on"),
        ("previews and threads", [running, threadIdle("th_main", "end_turn")], "go on"),
        (
            "an old idle listed after the newer running",
            [
                #"{"id":"r2","type":"session.status_running","processed_at":"2026-11-20T09:00:09.1Z"}"#,
                idle(#"{"type":"end_turn"}"#, at: "2026-11-20T09:00:09.09Z"),
            ], "go on"
        ),
        (
            "fractions of odd length, the later last",
            [
                #"{"id":"r2","type":"session.status_running","processed_at":"2026-11-20T09:00:09.999999Z"}"#,
                idle(#"{"type":"end_turn"}"#, at: "2026-11-20T09:00:10Z"),
            ], "turn ended"
        ),
        (
            "the same instant: the order of arrival decides",
            [
                idle(#"{"type":"end_turn"}"#, at: "2026-11-20T09:00:01.50Z"), running,
            ], "go on"
        ),
    ]

    @Test("The newest word of the session decides, whatever it is", arguments: table)
    func judge(what: String, events: [String], expected: String) throws {
        var fold = SessionFold()
        for text in events { fold.take(try event(text)) }
        #expect(word(SessionJudge().judge(fold)).hasPrefix(expected), "\(what)")
        #expect(fold.eventsCount == Int64(events.count))
    }

    @Test("A call that was answered is not asked for again")
    func answered() throws {
        var fold = SessionFold()
        for text in [Self.customCall, Self.idle(#"{"type":"requires_action","event_ids":["c1"]}"#)] {
            fold.take(try event(text))
        }
        #expect(SessionJudge(answered: ["c1"]).judge(fold) == nil)
    }

    @Test("Usage sums and totals are kept apart, and unknown types are remembered, but not without bound")
    func fold() throws {
        var fold = SessionFold()
        for number in 0..<200 {
            fold.take(try event(#"{"id":"u\#(number)","type":"future.\#(number)"}"#))
            fold.take(
                try event(
                    #"{"id":"s\#(number)","type":"span.model_request_end","model_usage":{"input_tokens":10,"output_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":4}}"#
                ))
        }
        #expect(fold.unknownTypes.count <= 64)
        #expect(fold.spans.inputTokens == 2_000)
        #expect(fold.spans.cacheWriteUnsplitInputTokens == 800)
        #expect(fold.usage == nil)
        fold.take(try event(#"{"id":"t","type":"session.usage","usage":{"input_tokens":7,"output_tokens":1}}"#))
        #expect(fold.usage?.inputTokens == 7)
        #expect(fold.lastEvent == "session.usage")
    }

    @Test("Who interrupts or asks one sub-agent says nothing of the session; a thread that rests is read once more")
    func oneThread() throws {
        var fold = SessionFold()
        fold.take(try event(#"{"id":"n","type":"session.thread_created","session_thread_id":"th_2","agent_name":"x"}"#))
        fold.take(try event(Self.threadIdle("th_main", "end_turn")))
        for (id, type) in [("a", "user.interrupt"), ("b", "user.message")] {
            fold.take(try event(#"{"id":"\#(id)","type":"\#(type)","session_thread_id":"th_2"}"#))
            fold.take(try event(#"{"id":"\#(id)2","type":"\#(type)"}"#).said(in: "th_2"))
        }
        #expect(!fold.isInterrupted && fold.interruptsSeen == 0 && fold.primaryIdle != nil && fold.messages.isEmpty)
        fold.take(try event(#"{"id":"c","type":"user.interrupt"}"#))
        #expect(fold.isInterrupted)

        let working = try #require(fold.threads["th_2"])
        #expect(working.mayHaveNews && working.eventsCount == 4)
        fold.take(try event(Self.threadIdle("th_2", "end_turn")))
        fold.wasRead(working)
        let resting = try #require(fold.threads["th_2"])
        #expect(resting.mayHaveNews, "it came to rest while it was read")
        fold.wasRead(resting)
        #expect(fold.threads["th_2"]?.mayHaveNews == false)
        fold.take(try event(#"{"id":"d","type":"session.thread_status_running","session_thread_id":"th_2"}"#))
        #expect(fold.threads["th_2"]?.mayHaveNews == true)
    }

    @Test("The 65th call, message and thread count like the first", arguments: [65, 200])
    func many(count: Int) throws {
        var fold = SessionFold()
        for number in 1...count {
            fold.take(try event(#"{"id":"m\#(number)","type":"user.message","content":[]}"#))
            fold.take(try event(#"{"id":"c\#(number)","type":"agent.custom_tool_use","name":"lookup","input":{}}"#))
            fold.take(
                try event(
                    #"{"id":"t\#(number)","type":"session.thread_created","session_thread_id":"th_\#(number)","agent_name":"x"}"#
                ))
        }
        fold.take(try event(Self.threadIdle("th_\(count)", "end_turn")))
        #expect(fold.primaryIdle == nil && fold.threads["th_\(count)"] != nil)
        fold.take(try event(Self.idle(#"{"type":"requires_action","event_ids":["c\#(count)"]}"#)))
        #expect(word(SessionJudge(awaited: "m\(count)").judge(fold)) == "tools c\(count)")
    }

    private func word(_ end: FollowStage.End?) -> String {
        switch end {
        case nil: "go on"
        case .turnEnded: "turn ended"
        case .gate(let ids): "gate \(ids.joined(separator: ","))"
        case .customTools(let ids): "tools \(ids.joined(separator: ","))"
        case .budgetReached: "budget"
        case .broke(let cause): "broke \(cause.code.rawValue)"
        case .unknownReason(let name): "unknown \(name)"
        case .overLimit(let cause): "over \(cause.code.rawValue)"
        }
    }
}
