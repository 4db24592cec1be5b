import BureauDomain
import BureauEngine
import Foundation
import Subprocess
import Testing

@testable import BureauWeb

/// A house with something on every page, looked at by `check_pages.py` with a real browser.
@Suite("Pages in a real browser")
struct BrowserTests {
    private static let evil = """
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
    private static let svg = """
        <svg xmlns="http://www.w3.org/2000/svg" width="80" height="80" onload="fetch('http://stranger.test/onload')">
        <script>document.title = 'owned'; new Image().src = 'http://stranger.test/script'</script>
        <image href="http://stranger.test/image" width="9" height="9"/><rect width="40" height="40"/></svg>
        """
    private static let canaries = ["sk-ant-canary7f3a91", "xoxb-canary-19aa3e", "canary-payload-5b20"]
    private static let runs = [
        ("1", "in_review"), ("2", "in_review"), ("3", "failed"), ("4", "needs_info"), ("5", "running"),
        ("6", "waiting_approval"), ("7", "done"),
    ]
    private static func run(_ number: String) -> String { "01KARVN000000000000000000\(number)" }
    private static func report(_ number: String) -> String { "01KAREP000000000000000000\(number)" }

    private static let view = "01KAV1EW000000000000000001"
    private static let endpoint = "01KAEND0000000000000000001", signal = "01KAS1G0000000000000000001"
    private static let alike = ["01KAAPP0000000000000000002", "01KAAPP0000000000000000003"]
    private static let together = alike.map { "pick.\($0)=yes" }.joined(separator: "&")

    private static func furnish(_ server: Served) async throws {
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
        let log = [
            #"{"id":"e1","type":"agent.message","content":[{"type":"text","text":"I begin with xoxb-canary-19aa3e"}]}"#,
            #"{"id":"e2","type":"agent.tool_use","name":"web_fetch","input":{"url":"https://acme.example/"}}"#,
            #"{"id":"e3","type":"agent.tool_result","tool_use_id":"e2","content":[{"type":"text","text":"\#(long)"}]}"#,
        ]
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
                    ULID.make(milliseconds: now, randomness: (4, 0)), run("6"), input, Hex.sha256(Array(input.utf8)),
                    now - 5_000, now, now,
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
            // What a session wrote down by mistake never reaches a page.
            try db.execute(
                "UPDATE artifact SET reason = 'token=canary-payload-5b20', requested_by = 'Bearer sk-ant-canary7f3a91'",
                [])
        }
    }

    private static let pages =
        [
            "/", "/inbox/", "/inbox/?kind=reviews", "/inbox/?client=nobody", "/runs/", "/runs/?status=ignored",
            "/runs/new", "/reports/", "/reports/?status=dismissed", "/clients/", "/clients/?view=archived",
            "/clients/acme/", "/clients/acme/sources/", "/clients/acme/context/", "/clients/acme/users/",
            "/clients/acme/activity/", "/clients/acme/archive", "/agents/", "/agents/sentinel/", "/costs/", "/system/",
            "/system/webhooks/", "/system/connections/", "/system/endpoints/", "/system/endpoints/\(endpoint)/",
            "/system/endpoints/\(endpoint)/remove", "/system/endpoints/\(endpoint)/rotate",
            "/system/endpoints/\(endpoint)/disable", "/today/", "/runs/?view=attention&text=session",
            "/settings/views/\(view)/", "/system/webhooks/\(signal)/",
            "/system/queue/together?do=redrive&pick.\(signal)=yes",
            "/runs/together?do=stop&pick.\(run("5"))=yes&pick.\(run("7"))=yes",
            "/runs/together?do=again&pick.\(run("5"))=yes", "/inbox/?mine=yes", "/approvals/together?\(together)",
            "/reports/\(report("8"))/compare", "/system/audit-log/", "/system/alerts/", "/system/queue/",
            "/system/settings/",
            "/users/", "/users/boss/", "/users/boss/disable", "/settings/", "/search?q=acme", "/nowhere/",
            "/approvals/01KAAPP0000000000000000001/",
        ] + ["1", "3", "4", "5", "6"].map { "/runs/\(run($0))/" } + ["/runs/\(run("5"))/stop"]
        + [
            "/runs/\(run("3"))/again", "/runs/\(run("7"))/deliver", "/runs/\(run("5"))/events/0",
            "/agents/sentinel/test",
        ]
        + ["/runs/\(run("5"))/?text=fetch", "/runs/new?look=yes&agent=sentinel&client=acme&task=86cfull01"]
        + ["1", "7"].map { "/reports/\(report($0))/" }
        + ["evil.html", "rows.csv", "run.exe"].map { "/reports/\(report("7"))/files/\($0)/" }

    @Test(
        "Every page is accessible, well-formed, small and fits; forms work without scripts; strangers stay in their frame"
    )
    func pages() async throws {
        let checkup = Checkup(doors: .system) { _ in
            [
                .init(.ok, "anthropic", "key accepted", fix: nil),
                .init(.fail, "slack", "not in a channel", fix: "invite it"),
                .init(.warn, "disk", "81 % used", fix: "free some"), .init(.skip, "asana", "not configured", fix: nil),
            ]
        }
        try await Served.run(hasAgents: true, checkup: checkup) { server in
            try await Self.furnish(server)
            for subject in [Checkup.Subject.everything, .agent("sentinel")] {
                _ = try await checkup.run(subject, by: "boss")
            }
            let browser = try await Browser.signedIn(server, "boss", .admin)
            try await server.database.write {
                _ = try $0.execute(
                    """
                    INSERT INTO saved_view (id, person_id, page, name, query, created_at)
                    VALUES (?, ?, 'runs', 'Failures of Acme', 'client=acme&status=failed', 1)
                    """, [Self.view, browser.person.id])
            }
            let place = "/reports/\(Self.report("7"))/files"
            let given: [String: Any] = [
                "base": "http://127.0.0.1:\(server.port)", "cookie": ["name": "bureau", "value": browser.token],
                "pages": Self.pages, "canaries": Self.canaries,
                "hostile": [
                    "markup": Self.evil,
                    "addresses": [
                        "\(place)/evil.html/", "\(place)/evil.html/content", "\(place)/evil.svg/",
                        "\(place)/evil.svg/content",
                    ],
                ],
                "live": [
                    "page": "/runs/\(Self.run("5"))/",
                    "waiting": Self.run("4"),
                    "log": server.house.settings.sessionLogFolder.appending(path: "sesn_\(Self.run("5")).jsonl").path,
                ],
                "journey": [
                    "accept": "/reports/\(Self.report("1"))/accept", "changes": "/reports/\(Self.report("2"))/changes",
                    "seen": "/runs/\(Self.run("3"))/seen", "run": "/runs/\(Self.run("5"))/",
                    "decision": "/approvals/01KAAPP0000000000000000001/decision", "alike": Self.alike,
                ],
            ]
            let report = try await Self.check(try JSONSerialization.data(withJSONObject: given))
            #expect(report.problems.isEmpty, "\(report.problems.joined(separator: "\n"))")
            #expect(report.checked > Self.pages.count * 5)
            // What was done without scripts is true.
            #expect(try await server.house.reports.find(Self.report("1")).state == .accepted)
            #expect(try await server.house.runs.find(Self.run("2")).state == .revising)
            #expect(try await server.house.clients.find("northlake")?.fields["business_phone"] == "614 555 0100")
            #expect(try await server.house.approvals.find("01KAAPP0000000000000000001")?.state == .denied)
            for id in Self.alike { #expect(try await server.house.approvals.find(id)?.state == .approved) }
        }
    }

    private static func check(_ given: Data) async throws -> (problems: [String], checked: Int) {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "check_pages.py")
        let own = script.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: ".cache/python/bin/python3")
        guard FileManager.default.isExecutableFile(atPath: own.path) else {
            return (["\(own.path) is not there; scripts/setup makes it"], 0)
        }
        let result = try await Subprocess.run(
            .path(.init(own.path)), arguments: [script.path], input: .data(given), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        var lines = result.standardOutput.split(separator: "\n").map(String.init)
        let last = lines.popLast() ?? ""
        guard last.hasPrefix("checked "), let checked = Int(last.dropFirst("checked ".count)) else {
            return (["the check did not run; run scripts/setup: \(result.standardError.suffix(2_000))"], 0)
        }
        return (lines, checked)
    }
}
