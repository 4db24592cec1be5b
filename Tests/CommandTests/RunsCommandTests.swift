import BureauSandbox
import BureauStorage
import Foundation
import Testing

@Suite("bureau runs")
struct RunsCommandTests {
    /// What narrows a list that has one finished run of the command line, and how many are left.
    private static let narrowed: [([String], Int)] = [
        (["--trigger", "cli"], 1), (["--trigger", "webhook"], 0), (["--trigger", "asana"], 0),
        (["--from", "2001-01-01"], 1), (["--to", "2001-12-31"], 0), (["--view", "running"], 0),
        (["--view", "running", "--status", "done"], 0), (["--view", "attention"], 0),
    ]

    @Test("A finished run is listed, shown, with its files, its history and its session")
    func reading() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let id = try await stage.runOnce()
            let list = try await here.run("runs", "list")
            #expect(list.rows.first == ["RUN", "AGENT", "CLIENT", "STATUS", "ACCEPTED", "TOOK", "COST", "WHY"])
            #expect(list.rows.last.map { Array($0.prefix(4)) } == [id, "sentinel", "acme", "done"])
            #expect(
                list.rows.last?[4].wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(list.output)")
            #expect(try await here.run("runs", "list", "--status", "failed", "--json").objects().isEmpty)
            for (text, count) in [("ACME sentinel", 1), (String(id.suffix(6)), 1), ("acme plunkett", 0), ("%", 0)] {
                #expect(
                    try await here.run("runs", "list", "--text", text, "--json").objects().count == count, "\(text)")
            }
            for (narrowed, count) in Self.narrowed {
                let found = try await here.run(["runs", "list", "--json"] + narrowed).objects()
                #expect(found.count == count, "\(narrowed)")
            }

            let show = try await here.run("runs", "show", String(id.prefix(10)), "--json").object()
            #expect(show["id"] as? String == id)
            #expect((show["history"] as? [[String: Any]])?.compactMap { $0["kind"] as? String }.first == "queued")
            #expect((show["steps"] as? [[String: Any]])?.allSatisfy { $0["status"] as? String == "done" } == true)

            for file in try await here.run("runs", "files", id, "--json").objects() {
                let path = try #require(file["path"] as? String)
                #expect(try Data(contentsOf: URL(filePath: path)).count == file["bytes"] as? Int)
            }
            let events = try await here.run("runs", "events", id)
            #expect(events.rows.map { $0.count }.allSatisfy { $0 == 3 })
            #expect(events.rows.last?[1] == "done")
            let session = try await here.run("runs", "events", id, "--session", "--follow")
            #expect(session.lines.count > 50)
            #expect(session.lines.allSatisfy { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) != nil })

            // A program in Chromium's place.
            let script = """
                #!/bin/sh
                for word in "$@"; do case "$word" in --print-to-pdf=*) echo made > "${word#--print-to-pdf=}";; esac; done
                """
            try here.write(script, to: "printer", mode: 0o755)
            let printing = here.with(["CHROMIUM": here.folder.appending(path: "printer").path])
            let printed = try await printing.run("reports", "export", id, "--to", "printed", "--pdf", "--json")
            let pdfs = try printed.object()["pdfs"] as? [String] ?? []
            #expect(!pdfs.isEmpty, "\(printed)")
            for pdf in pdfs {
                #expect(FileManager.default.fileExists(atPath: here.folder.appending(path: "printed/\(pdf)").path))
            }
            let without = try await here.with(["CHROMIUM": "no-such-program"]).run(
                "reports", "export", id, "--to", "not", "--pdf")
            #expect(without.status == 1 && without.errors.contains("install chromium"), "\(without)")
            #expect(!FileManager.default.fileExists(atPath: here.folder.appending(path: "not").path))
        }
    }

    @Test("Without a server, deliver finishes what is missing and says nothing of the past")
    func deliver() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try stage.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "chat.postMessage", times: 1_000, .status(400)))
            let id = try await stage.runOnce()
            let failed = try await here.run("runs", "show", id, "--json-fields", "status,cause").object()
            #expect(failed["status"] as? String == "done_with_problems")
            let alert = try #require(try await here.run("alerts", "list", "--json").objects().first)
            #expect(alert["cause"] as? String == "delivery_failed")
            stage.sandbox.faults.clear()
            let done = try await here.run("runs", "deliver", id, "--channel", "slack")
            #expect(done.status == 0, "\(done)")
            #expect(done.output.contains("slack ok") && !done.output.contains("tool: "), "\(done.output)")
            #expect(try await here.run("alerts", "list", "--json").objects().isEmpty)
        }
    }

    /// The whole input of a run that repeats one for acme, how the command ends, and its words.
    private static let inputs: [(String, Int32, String)] = [
        ("{", 64, "changed.json: Line 1"), (#"{"client_id": "beta"}"#, 64, "another client's"),
        (Stage.client.replacing("1 Main Street", with: "2 Main Street"), 0, "\"done\""),
    ]

    @Test("Stopping, retrying or checking a finished run is refused; again starts a new one")
    func acting() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let id = try await stage.runOnce()
            for verb in ["stop", "retry", "recheck"] {
                let refused = try await here.run("runs", verb, id)
                #expect(refused.status == 1 && refused.errors.contains("it is done"), "\(verb): \(refused)")
            }
            try await Self.set(id, "state = 'delivering', ended_at = NULL", here)
            let delivering = try await here.run("runs", "stop", id)
            #expect(delivering.status == 1 && delivering.errors.contains("delivering already"), "\(delivering)")
            for (state, cause, status) in Self.endings {
                let ended = "ended_at = accepted_at, cause_sentence = 'It ended so.'"
                try await Self.set(id, "state = '\(state)', cause = '\(cause)', \(ended)", here)
                let watched = try await here.run("runs", "watch", id, "--json-fields", "status")
                #expect(watched.status == status, "\(state), \(cause): \(watched)")
                #expect(try watched.object()["status"] as? String == state)
            }
            try await Self.set(id, "state = 'done', cause = NULL, cause_sentence = NULL", here)
            let late = try await here.run("runs", "start", id)
            #expect(late.status == 1 && late.errors.contains("does not wait in the queue"), "\(late)")
            for (text, status, words) in Self.inputs {
                try here.write(text, to: "changed.json")
                let call = ["runs", "again", id, "--payload-file", "changed.json", "--under", "run", "--json"]
                let changed = try await here.run(call + ["--reason", "A new address"])
                #expect(changed.status == status && (changed.output + changed.errors).contains(words), "\(changed)")
            }
            #expect(try await here.audit().contains { $0.after?.contains("A new address") == true })
            let again = try await here.run("runs", "again", id, "--json").object()
            #expect(again["status"] as? String == "done")
            #expect(again["id"] as? String != id)
            let watched = try await here.run("runs", "watch", id, "--json-fields", "id")
            #expect(watched.status == 0)
            #expect(try watched.object()["id"] as? String == id)
            let unknown = try await here.run("runs", "show", "01ZZZZZZ")
            #expect(unknown.status == 1 && unknown.errors.contains("there is no run"), "\(unknown)")
        }
    }

    /// How a run ended, and what a command that watched it ends with.
    private static let endings: [(String, String, Int32)] = [
        ("stopped", "by_person", 2), ("stopped", "over_budget", 3), ("done_with_problems", "delivery_failed", 6),
        ("failed", "refusal", 1),
    ]

    private static func set(_ id: String, _ change: String, _ here: Installation) async throws {
        let database = try SQLiteDatabase(path: here.folder.appending(path: "data/bureau.db").path)
        _ = try await database.write { try $0.execute("UPDATE run SET \(change) WHERE id = ?", [id]) }
        try database.close()
    }

    @Test("A run that lacks information waits, and goes on after the client is completed")
    func recheck() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            _ = try await here.run("clients", "add", "acme", "--name", "Acme")
            let waiting = try await here.run("run", "sentinel", "--client", "acme", "--json")
            #expect(waiting.status == 5, "\(waiting)")
            let id = try #require(try waiting.object()["id"] as? String)
            try here.write(Stage.client, to: "acme.json")
            _ = try await here.run("clients", "import", "acme.json")
            let done = try await here.run("runs", "recheck", id)
            #expect(done.status == 0, "\(done)")
        }
    }

    @Test("A shell without the key leaves a run to a process that has it, and fails nothing")
    func keyless() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try stage.sandbox.faults.add(FaultRule(vendor: "anthropic", operation: "session.create", .status(400)))
            let id = try await stage.runOnce()
            #expect(try await here.run("runs", "show", id, "--json").object()["status"] as? String == "failed")
            stage.sandbox.faults.clear()
            for waiting in [1, 0] {
                let found = try await here.run("runs", "list", "--view", "attention", "--json").objects()
                #expect(found.count == waiting)
                #expect(try await here.run("runs", "seen", id, "--note", "The vendor was down").status == 0)
            }
            var bare = here
            bare.environment["ANTHROPIC_API_KEY"] = nil
            let left = try await bare.run("runs", "retry", id)
            #expect(left.status == 5 && (left.output + left.errors).contains("ANTHROPIC_API_KEY"), "\(left)")
            let done = try await here.run("runs", "watch", id)
            #expect(done.status == 0, "\(done)")
        }
    }

    @Test("An agent or client that does not exist is named with the nearest, and nothing crashes")
    func unknown() async throws {
        try await Stage.play { stage in
            let agent = try await stage.installation.run("run", "sentinl", "--client", "acme")
            #expect(agent.status == 64 && agent.errors.contains("did you mean sentinel?"), "\(agent)")
            let client = try await stage.installation.run("run", "sentinel", "--client", "nobody")
            #expect(client.status == 64 && client.errors.contains("there is no client \"nobody\""), "\(client)")
        }
    }

    private static let jessie = """
        {
          "agent_name": "jessie", "display_name": "Jessie", "description": "Reports", "version": "1.0.0",
          "anthropic": {"agent_id_env": "SENTINEL_AGENT_ID", "environment_id_env": "SEONAV_ENV_ID"},
          "payload_source": {"type": "asana_task", "asana": {"required_fields": ["task_title"]}},
          "triggers": {"asana": {"enabled": true, "projects": ["1208000000000100"], "assignee": "1208000000000010"},
            "manual_cli": {"enabled": true}},
          "kickoff_template": {"prompt": "Report. CLIENT PAYLOAD: {payload_json}"},
          "limits": {"max_session_duration_minutes": 60, "max_session_cost_usd": 5.00},
          "delivery": {"asana": {"enabled": true}},
          "alerts": {"on_failure_channel": "#seo-automation-alerts"}
        }
        """

    /// What is asked for with which agent, what comes of it, and the words.
    private static let tasks: [([String], Int32, String)] = [
        (["jessie", "--task", "https://app.asana.com/0/1208000000000100/1208000000000500/f"], 0, "1208000000000500"),
        (["jessie", "--task", "1208000000000500"], 0, "1208000000000500"),
        (
            ["jessie", "--task", "86demoshm1"], 64,
            "86demoshm1 is a task of ClickUp, and jessie takes its tasks from Asana"
        ),
        (["jessie", "--clickup-task", "86demoshm1"], 64, "takes its tasks from Asana"),
        (["sentinel", "--task", "https://app.clickup.com/t/86demoshm1"], 0, "86demoshm1"),
        (
            ["sentinel", "--task", "1208000000000500"], 64,
            "is a task of Asana, and sentinel takes its tasks from ClickUp"
        ),
        (["sentinel", "--clickup-task", "86demoshm1"], 0, "86demoshm1"),
        (["sentinel", "--task", "not a task"], 64, "is no task"),
        (["sentinel", "--task", "a1", "--clickup-task", "a1"], 64, "give one of them"),
    ]

    @Test("A task is named by its link or id, in the tool its agent works in", arguments: tasks)
    func task(arguments: [String], status: Int32, words: String) async throws {
        try await Stage.play { stage in
            try stage.installation.write(Self.jessie, to: "agents/jessie.json")
            let outcome = try await stage.installation.run(["run"] + arguments + ["--dry-run"])
            #expect(outcome.status == status && (outcome.output + outcome.errors).contains(words), "\(outcome)")
        }
    }
}
