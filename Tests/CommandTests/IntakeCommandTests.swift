import Foundation
import Testing

@Suite("bureau intake")
struct IntakeCommandTests {
    @Test("What comes while the intake is paused waits, over a restart, and starts once when it is resumed")
    func pause() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try here.write(Stage.client, to: "acme.json")
            #expect(try await here.run("clients", "import", "acme.json").status == 0)
            let paused = try await here.run("intake", "pause", "--reason", "Lists are rebuilt", "--json").object()
            #expect(paused["mode"] as? String == "paused" && paused["reason"] as? String == "Lists are rebuilt")
            let alone = try await here.run("run", "sentinel", "--client", "acme")
            #expect(alone.status == 5 && alone.errors.contains("Intake is paused by cli"), "\(alone)")
            for _ in 0..<2 {
                try await stage.serving {
                    #expect(try await here.run("run", "sentinel", "--client", "acme", "--json").status == 0)
                    let status = try await here.run("intake", "--json").object()
                    #expect(status["mode"] as? String == "paused" && status["in_hand"] as? Int == 0, "\(status)")
                }
            }
            #expect(try await here.run("intake", "--json").object()["waiting"] as? Int == 3)
            let held = try await here.run("queue", "list", "--waiting", "--json").objects()
            #expect(held.map { $0["waits_for"] as? String } == ["intake", "intake", "intake"])
            try await stage.serving {
                #expect(try await here.run("intake", "resume").status == 0)
                try await eventually("all three have ended") {
                    let states = try await here.run("runs", "list", "--json").objects().compactMap {
                        $0["status"] as? String
                    }
                    return states.count == 3 && states.allSatisfy { ["done", "in_review"].contains($0) }
                }
                let drained = try await here.run("intake", "drain", "--wait-seconds", "300", "--json")
                let isEmpty = try drained.object()["empty"] as? Bool
                #expect(drained.status == 0 && isEmpty == true, "\(drained)")
            }
        }
    }

    @Test("A drain that does not end in its time says what is left, and changes its mind for nobody")
    func drain() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try here.write(Stage.client, to: "acme.json")
            #expect(try await here.run("clients", "import", "acme.json").status == 0)
            try await stage.steer(#"{"name": "silent"}"#)
            try await stage.serving {
                #expect(try await here.run("run", "sentinel", "--client", "acme", "--json").status == 0)
                try await eventually("it is in work") {
                    try await here.run("runs", "list", "--json").objects().first?["status"] as? String == "running"
                }
                let late = try await here.run("intake", "drain", "--wait-seconds", "1")
                #expect(late.status == 75 && late.errors.contains("1 run is still in work"), "\(late)")
                #expect(try await here.run("intake", "--json").object()["mode"] as? String == "draining")
                let run = try await here.run("runs", "list", "--json").objects().first
                let id = try #require(run?["id"] as? String)
                #expect(try await here.run("runs", "stop", id, "--discard").status == 0)
                #expect(try await here.run("runs", "events", id).output.contains("its files are not to be kept"))
            }
        }
    }

    @Test("Tasks on record are listed by client and by what clients may see")
    func tasks() async throws {
        try await Installation.inTemporaryFolder { here in
            #expect(try await here.run("intake", "pause").status == 0, "that makes the database")
            for (task, client, isVisible) in [("86a1", "acme", 1), ("86a2", "acme", 0), ("86a3", "beta", 1)] {
                try await here.sql(
                    """
                    INSERT INTO task_record (tool, task_id, container_id, section, title, client_slug, client_visible,
                        planned_on, updated_at, seen_at)
                    VALUES ('clickup', '\(task)', '9011', 'SEO', 'Title', '\(client)', \(isVisible), '2026-11-30', 1, 1)
                    """)
            }
            let rows = try await here.run("intake", "tasks", "--client", "acme").rows
            #expect(rows.map { $0[1] } == ["TASK", "86a1", "86a2"])
            #expect(rows.last == ["clickup", "86a2", "acme", "SEO", "no", "2026-11-30", "", "Title"])
            let visible = try await here.run("intake", "tasks", "--visible", "--json").objects()
            #expect(visible.map { $0["task"] as? String } == ["86a1", "86a3"])
            #expect(visible.allSatisfy { $0["client_visible"] as? Bool == true })
        }
    }

    @Test(
        "A wait without end and a reason without end are refused",
        arguments: [
            ["drain", "--wait-seconds", "-1"], ["drain", "--wait-seconds", "86401"],
            ["pause", "--reason", String(repeating: "x", count: 301)],
        ])
    func refusals(arguments: [String]) async throws {
        try await Installation.inTemporaryFolder { here in
            let outcome = try await here.run(["intake"] + arguments)
            #expect(outcome.status == 64)
        }
    }
}
