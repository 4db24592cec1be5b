import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

@testable import BureauWeb

/// A house with something on every page, full lists and a long run, for those who look at it with a real browser.
enum FullHouse {
    static let evil = """
        <!doctype html><html lang="en"><head><title>evil</title>
        <link rel="stylesheet" href="http://stranger.test/style"><meta http-equiv="refresh" content="1;url=http://stranger.test/refresh">
        </head><body onload="document.title='owned'"><iframe name="x"></iframe>
        <form id="f" target="x" method="post" action="http://stranger.test/form"><input name="a" value="b"></form>
        <img src="http://stranger.test/image" alt=""><a id="a" target="_top" href="http://stranger.test/top">x</a>
        <script>
        document.title = 'owned'; try { top.document.title = 'owned' } catch (error) {}
        new Image().src = 'http://stranger.test/script'; document.getElementById('f').submit();
        </script></body></html>
        """
    static let svg = """
        <svg xmlns="http://www.w3.org/2000/svg" width="80" height="80" onload="fetch('http://stranger.test/onload')">
        <script>document.title = 'owned'; new Image().src = 'http://stranger.test/script'</script>
        <image href="http://stranger.test/image" width="9" height="9"/><rect width="40" height="40"/></svg>
        """
    static let canaries = ["sk-ant-canary7f3a91", "xoxb-canary-19aa3e", "canary-payload-5b20"]
    static let runs = [
        ("1", "in_review"), ("2", "in_review"), ("3", "failed"), ("4", "needs_info"), ("5", "running"),
        ("6", "waiting_approval"), ("7", "done"), ("9", "failed"),
    ]
    static func run(_ number: String) -> String { "01KARVN000000000000000000\(number)" }
    static func report(_ number: String) -> String { "01KAREP000000000000000000\(number)" }

    /// Newer than anything a test makes, so that it is on top of a list.
    static let expired = "7ZZZZZZZZZZZZZZZZZZZZZZZZ4"
    static let endpoint = "01KAEND0000000000000000001", signal = "01KAS1G0000000000000000001"
    static let view = "01KAV1EW000000000000000001"
    static let alike = ["01KAAPP0000000000000000002", "01KAAPP0000000000000000003"]
    static let together = alike.map { "pick.\($0)=yes" }.joined(separator: "&")

    static func furnish(_ server: Served) async throws {
        try await server.openClient("acme", ["business_phone": "614 555 0100", "website_url": "https://acme.example/"])
        try await server.house.clients.check("acme", "business_phone", by: Browser.tester)
        let files = [
            ("report.md", "text/markdown", "# Audit\n\nThe key is fine.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
            ("evil.html", "text/html", evil), ("evil.svg", "image/svg+xml", svg),
            ("rows.csv", "text/csv", "a,b\n1,2\n"),
            ("facts.json", "application/json", #"{"a": [1, {"b": "c"}]}"#), ("run.exe", "text/html", evil),
        ]
        for (number, state) in runs {
            try await ReportSeed(
                id: report(number), run: run(number),
                state: number == "7" ? "accepted" : state == "in_review" ? "review_ready" : "draft", runState: state,
                title: "Audit \(number) with xoxb-canary-19aa3e in its title",
                files: number == "7" ? files : Array(files.prefix(1))
            ).put(into: server)
        }
        let long = String(repeating: "word ", count: 3_000)
        let log =
            [
                #"{"id":"e1","type":"agent.message","content":[{"type":"text","text":"I begin with xoxb-canary-19aa3e"}]}"#,
                #"{"id":"e2","type":"agent.tool_use","name":"web_fetch","input":{"url":"https://acme.example/"}}"#,
                #"{"id":"e3","type":"agent.tool_result","tool_use_id":"e2","content":[{"type":"text","text":"\#(long)"}]}"#,
                #"{"id":"k","type":"user.message","content":[{"type":"text","text":"Audit the profile of Acme"}]}"#,
                "a line that is no event",
            ] + (1...4).map { #"{"id":"g\#($0)","type":"agent.tool_use","name":"read_page","input":{"page":\#($0)}}"# }
        try Data((log.joined(separator: "\n") + "\n").utf8).write(
            to: server.house.settings.sessionLogFolder.appending(path: "sesn_\(run("5")).jsonl"))
        // Another round of the last one, with something to compare.
        try await ReportSeed(
            id: report("8"), run: run("7"), runState: "done", round: 2,
            files: [("report.md", "text/markdown", "# Audit\n\nThe key is gone.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")]
        ).put(into: server)
        let input = #"{"summary":"Three posts","text":"October offer"}"#, now = server.house.doors.now()
        try await server.database.write { db in
            try db.execute(
                """
                INSERT INTO approval (id, run_id, event_id, tool, input, input_sha256, effect, state, requested_at,
                    expires_at)
                VALUES ('01KAAPP0000000000000000001', ?, 'evt_1', 'gbp.create_post', ?, ?,
                    'Publish 3 posts on the public profile', 'open', ?, ?)
                """, [run("6"), input, Hex.sha256(Array(input.utf8)), now - 5_000, now + 3_600_000])
            for id in alike {
                try db.execute(
                    """
                    INSERT INTO approval (id, run_id, event_id, tool, input, input_sha256, effect, state, requested_at,
                        expires_at)
                    VALUES (?, ?, ?, 'gbp.answer_review', ?, ?, 'Answer a review on the public profile', 'open', ?, ?)
                    """,
                    [id, run("6"), "evt_\(id)", input, Hex.sha256(Array(input.utf8)), now - 5_000, now + 3_600_000])
            }
            try db.execute(
                """
                INSERT INTO approval (id, run_id, event_id, tool, input, input_sha256, effect, state, requested_at,
                    expires_at, decided_at)
                VALUES (?, ?, 'evt_4', 'gbp.create_post', ?, ?, 'Publish a post', 'expired', ?, ?, ?)
                """,
                [
                    expired, run("6"), input, Hex.sha256(Array(input.utf8)), now - 5_000, now, now,
                ])
            try db.execute(
                """
                INSERT INTO endpoint (id, url, label, tells_runs, tells_approvals, state, secret, made_by, created_at,
                    updated_at) VALUES (?, 'https://tools.example.com/a', 'Tools', 1, 1, 'active', 's', 'boss', ?, ?)
                """, [endpoint, now, now])
            try db.execute(
                """
                INSERT INTO announcement (endpoint_id, event_id, kind, body, state, created_at, due_at, settled_at, error)
                VALUES (?, 'evt_5', 'run.changed', '{}', 'given_up', ?, ?, ?, 'It answered 500.')
                """, [endpoint, now, now, now])
            try db.execute(
                """
                INSERT INTO signal (id, received_at, source, agent, remote_address, body, body_bytes, body_sha256, event,
                    delivery_key, verdict, reason)
                VALUES (?, ?, 'clickup', 'sentinel', '203.0.113.9', ?, 17, ?, 'taskUpdated', 'hist-1', 'parked',
                    'the task cannot be read')
                """, [signal, now, Data(#"{"task_id":"86a"}"#.utf8), Hex.sha256(Array(#"{"task_id":"86a"}"#.utf8))])
            // One that waits for somebody's word.
            try db.execute(
                """
                INSERT INTO step (id, run_id, purpose, channel, kind, subject, position, state, intent, error,
                    created_at, intended_at, due_at)
                VALUES ('01KASTEP000000000000000001', ?, 'session', 'anthropic', 'custom_tool_result', 'call_1', 0,
                    'doubtful', '{}', 'No answer. Bearer sk-ant-canary7f3a91', 1, 1, 1)
                """, [run("5")])
            try db.execute(
                """
                INSERT INTO run_event (run_id, seq, at, kind, detail)
                VALUES (?, 1, ?, 'running', 'It answered 401 to sk-ant-canary7f3a91')
                """, [run("5"), now])
            try db.execute(
                "UPDATE run SET payload = ? WHERE id IN (?, ?)",
                [#"{"business_name":"Acme","notes":"token=canary-payload-5b20"}"#, run("5"), run("7")])
            try db.execute(
                """
                INSERT INTO run_usage (run_id, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
                    cache_write_1h_tokens, cache_write_other_tokens, web_searches, active_ms, listed_micro_usd)
                VALUES (?, 41210, 18544, 901233, 60110, 0, 120, 9, 208900, 600000)
                """, [run("5")])
            // One that may be taken up where it failed.
            try db.execute("UPDATE run SET cause = 'internal_error' WHERE id = ?", [run("9")])
            // Its log is gone.
            try db.execute("UPDATE run SET events_count = 9 WHERE id = ?", [run("3")])
            // What a session wrote down by mistake never reaches a page.
            try db.execute(
                "UPDATE artifact SET reason = 'token=canary-payload-5b20', requested_by = 'Bearer sk-ant-canary7f3a91'",
                [])
            // An error in what people see of it.
            try db.execute(
                """
                INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, 9, ?, 'failed', 'It ended with an error.')
                """, [run("3"), now])
        }
        try await fill(server)
    }

    static let longRun = "01KARVM0000000000000000000", longEvents = 20_000, rows = 60

    /// What makes lists as long as they get. Older than what people look at above.
    private static func fill(_ server: Served) async throws {
        let long = String(repeating: "A summary of some length. ", count: 8)
        for number in 0..<rows {
            let isLong = number == 0
            try await ReportSeed(
                id: String(format: "01KAREM%019d", number), run: String(format: "01KARVM%019d", number),
                state: isLong ? "draft" : "accepted", runState: isLong ? "collecting" : "done",
                title: "Local SEO audit number \(number) of a client with a name of some length"
            ).put(into: server)
            try await server.openClient("client-\(number)")
        }
        let lines = (1...longEvents).map {
            #"{"id":"m\#($0)","type":"agent.message","content":[{"type":"text","text":"\#($0): \#(long)"}]}"#
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: server.house.settings.sessionLogFolder.appending(path: "sesn_\(longRun).jsonl"))
        _ = try await server.database.write { db in
            try db.execute("UPDATE run SET last_event = ?, spent_micro_usd = 1234567 WHERE id LIKE '01KARVM%'", [long])
        }
    }
}
