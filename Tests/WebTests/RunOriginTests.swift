import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("What a run was started by")
struct RunOriginTests {
    private static let run = "01KARVN0000000000000000001"
    private static let starts: [(source: String, by: String, title: String?, says: String)] = [
        (
            "webhook", "clickup user 8001", "Local audit",
            "ClickUp task \"Local audit\" set to STATUS by a ClickUp user (8001)"
        ),
        ("webhook", "clickup", "Local audit", "ClickUp task \"Local audit\" set to STATUS"),
        ("webhook", "clickup user 8001", nil, "a ClickUp user (8001)"), ("cli", "cli ana", nil, "ana (command line)"),
        ("api", "web ana", "Local audit", "ana (pages)"),
    ]

    @Test("Its task, the status and whoever set it are named, and the tool once", arguments: starts)
    func sentence(source: String, by: String, title: String?, says: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: "done").put(into: server)
            _ = try await server.database.write {
                try $0.execute(
                    "UPDATE run SET trigger_source = ?, requested_by = ?, task_title = ? WHERE id = ?",
                    [source, by, title, Self.run])
            }
            let run = try await server.house.runs.find(Self.run)
            let config = try #require(server.house.catalog.agent("sentinel")?.config)
            let status = config.triggers.clickUp.map { " set to \($0.status)" } ?? ""
            let asker = try await server.house.asker(run)
            let origin = RunOrigin(words: server.house.words(run), config: config, asker: asker)
            #expect(origin.sentence == says.replacing(" set to STATUS", with: status))
        }
    }

    private static let kept: [(by: String, says: String)] = [
        ("clickup user 8001", "Dana &lt;Reed&gt;"), ("clickup user 8002", "a ClickUp user (8002)"),
        ("asana user 1208", "Mia"), ("asana user 1209", "an Asana user (1209)"),
        ("slack U0JAKE1", "Jake Long"), ("slack U0MIA22", "mia r"), ("slack U0OTHER", "a Slack user (U0OTHER)"),
    ]

    @Test("Somebody of a tool is called as what is kept has them, and else plainly by their number", arguments: kept)
    func named(by: String, says: String) async throws {
        let bodies = [
            ("clickup", #"{"history_items":[{"user":{"id":8001,"username":"Dana <Reed>"}}],"task_id":"86a"}"#),
            ("slack", "command=%2Fbureau&user_id=U0MIA22&user_name=mia+r"),
        ]
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: "needs_info").put(into: server)
            let people = server.house.people
            let jake = try await people.add("jake", displayName: "Jake Long", role: .viewer, by: Browser.tester)
            _ = try await people.setSlackID(jake.id, "U0JAKE1", by: Browser.tester)
            try await server.database.write { db in
                try db.execute(
                    "UPDATE run SET requested_by = ?, task_id = '86a', task_url = 'https://tasks.example/86a' WHERE id = ?",
                    [by, Self.run])
                try db.execute(
                    "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, 1, 1, 'queued', ?)",
                    [Self.run, "\(by) asked for it"])
                for (place, (source, body)) in bodies.enumerated() {
                    try db.execute(
                        """
                        INSERT INTO signal (id, received_at, source, agent, remote_address, body, body_bytes,
                            body_sha256, verdict, reason, run_id)
                        VALUES (?, 1, ?, 'sentinel', '203.0.113.9', ?, ?, 'hash', 'run', 'started', ?)
                        """, ["01KASIGN00000000000000000\(place)", source, Data(body.utf8), body.utf8.count, Self.run])
                }
                try db.execute(
                    """
                    INSERT INTO feedback (id, tool, comment_id, run_id, round, author_id, author_name, text,
                        text_sha256, written_at, seen_at, class, confidence, reason, classifier, outcome)
                    VALUES ('01KAFEED000000000000000001', 'asana', 'c1', ?, 1, '1208', 'Mia', 'Good', 'hash', 1, 1,
                        'discussion', 50, 'words', 'rules', 'noted')
                    """, [Self.run])
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let page = try await browser.get("/runs/\(Self.run)/").text
            let link = "<dt>Started by</dt><dd><a href=\"https://tasks.example/86a\">\(says)"
            #expect(page.contains(link), "\(page)")
            #expect(try await browser.get("/inbox/").text.contains("started by \(says)"))
            let row = says.contains("(") ? "\(says) asked for it" : "\(says) (command line) asked for it"
            #expect(page.contains("</b> \(row)</span>") && !page.contains("\(by) asked for it"), "\(page)")
            let stream = try await browser.get("/runs/\(Self.run)/stream?once=yes&from=0.0").text
            #expect(stream.contains(row) && !stream.contains("\(by) asked for it"), "\(stream)")
            #expect(try await browser.get("/runs/\(Self.run)/?show=raw").text.contains("\(by) asked for it"))
            _ = try await server.database.write {
                try $0.execute(
                    """
                    UPDATE run SET state = 'failed', ended_at = 2, cause = 'session_terminated',
                        cause_sentence = 'It ended.' WHERE id = ?
                    """, [Self.run])
            }
            let failed = try await browser.get("/runs/\(Self.run)/").text
            #expect(failed.components(separatedBy: row).count > 3, "as the last that worked, as why, in the timeline")
            #expect(!failed.contains("\(by) asked for it"))
        }
    }

    private static let lines: [(by: String, kind: String, kept: String, says: String)] = [
        (
            "clickup user 8001", "queued", "clickup user 8001 asked for it, again of 01KA",
            "a ClickUp user (8001) asked for it, again of 01KA"
        ),
        ("asana user 12", "queued", "asana user 12 asked for it", "an Asana user (12) asked for it"),
        ("slack U1", "queued", "Mia asked for it in Slack", "Mia asked for it in Slack"),
        ("clickup user 8001", "queued", "put first by web ana", "put first by web ana"),
        ("clickup user 8001", "again", "clickup user 8001 asked for it", "clickup user 8001 asked for it"),
        ("cli ana", "queued", "cli ana asked for it", "cli ana asked for it"),
    ]

    @Test(
        "The first line of a history names whoever asked without a look at the database, others stay", arguments: lines)
    func line(by: String, kind: String, kept: String, says: String) {
        let event = RunEvent(seq: 1, at: 1, kind: kind, detail: kept)
        #expect(AskerWords(by, nil).told(event, from: "ClickUp") == says)
    }
}
