import BureauSandbox
import Foundation
import Subprocess
import Testing

@Suite("bureau queue")
struct QueueCommandTests {
    @Test("What a limit holds back is listed with the limit, and dropped only when that is said")
    func waiting() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            for slug in ["acme", "other"] {
                try here.write(Stage.client.replacing("acme", with: slug), to: "\(slug).json")
                #expect(try await here.run("clients", "import", "\(slug).json").status == 0)
            }
            #expect(try await here.run("clients", "set", "acme", "max_concurrent_runs=1").status == 0)
            try await stage.steer(#"{"name": "silent"}"#)
            try await stage.serving {
                for _ in 0..<3 {
                    #expect(try await here.run("run", "sentinel", "--client", "acme", "--json").status == 0)
                }
                try await eventually("one is in work and two wait") {
                    let all = try await here.run("runs", "list", "--json").objects().compactMap {
                        $0["status"] as? String
                    }
                    return all.sorted() == ["queued", "queued", "running"]
                }
                let waiting = try await here.run("queue", "list", "--waiting", "--json").objects()
                #expect(waiting.map { $0["waits_for"] as? String } == ["client_limit", "client_limit"])
                let sentence = try #require(waiting.first?["sentence"] as? String)
                #expect(sentence.contains("acme: 1 of 1"), "\(sentence)")
                #expect(try await here.run("queue", "list", "--waiting").rows.last?.last == sentence)
                let figures = try await here.run("queue", "--json").object()
                #expect(figures["waiting"] as? Int == 2 && figures["in_work"] as? Int == 1, "\(figures)")

                let counted = try await here.run("queue", "drop", "--waiting", "--client", "acme")
                #expect(counted.status == 64 && counted.errors.contains("would drop 2"), "\(counted)")
                let none = try await here.run("queue", "drop", "--waiting", "--client", "other", "--yes", "--json")
                #expect(try none.objects().isEmpty)
                let rehearsed = try await here.run(
                    "queue", "drop", "--waiting", "--client", "acme", "--dry-run", "--json")
                #expect(try rehearsed.objects().count == 2)
                let ids = waiting.compactMap { $0["id"] as? String }
                let first = try await here.run("runs", "start", ids[1], "--json")
                #expect(try first.object()["id"] as? String == ids[1], "\(first)")
                #expect(try await here.run("runs", "events", ids[1]).output.contains("put first by cli"))
                let one = try await here.run("queue", "drop", "--waiting", String(ids[0].prefix(12)), "--json")
                    .objects()
                #expect(one.map { $0["id"] as? String } == [ids[0]])
                #expect(try await here.run("queue", "drop", "--waiting", "--client", "acme", "--yes").status == 0)
                #expect(try await here.run("queue", "list", "--waiting", "--json").objects().isEmpty)
                for id in ids {
                    let shown = try await here.run("runs", "show", id, "--json").object()
                    #expect(shown["status"] as? String == "stopped", "\(shown)")
                }
            }
        }
    }

    @Test("What was set aside is listed by cause, tried again in bulk, and dismissed one by one")
    func parked() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try stage.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "chat.postMessage", times: 100_000, .status(400)))
            let runs = [try await stage.runOnce(), try await stage.runOnce()]
            let letters = try await here.run("queue", "list", "--parked", "--cause", "slack_failed", "--json").objects()
            let deliveries = letters.filter { $0["kind"] as? String == "delivery" }
            #expect(Set(deliveries.compactMap { $0["run"] as? String }) == Set(runs), "\(letters)")
            #expect(letters.allSatisfy { ($0["sentence"] as? String)?.isEmpty == false })
            #expect(try await here.run("queue", "list", "--cause", "clickup_failed", "--json").objects().isEmpty)

            let lost = try await here.run("queue", "redrive", "01ZZZZZZZZ")
            #expect(lost.status == 1 && lost.errors.contains("is not in the queue"), "\(lost)")
            #expect(try await here.run("queue", "redrive").status == 64, "it is asked which")
            let counted = try await here.run("queue", "redrive", "--cause", "slack_failed")
            #expect(counted.status == 64 && counted.errors.contains("would try again \(letters.count)"), "\(counted)")
            let rehearsed = try await here.run("queue", "redrive", "--cause", "slack_failed", "--dry-run", "--json")
            #expect(try rehearsed.objects().count == letters.count)

            let dismissed = try #require(letters.first { $0["kind"] as? String == "notice" }?["id"] as? String)
            #expect(try await here.run("queue", "drop", dismissed).status == 0)
            let left = try await here.run("queue", "list", "--parked", "--cause", "slack_failed", "--json").objects()
            #expect(left.count == letters.count - 1 && !left.contains { $0["id"] as? String == dismissed })

            stage.sandbox.faults.clear()
            try await stage.serving {
                // Not by the agent: the server's own alarms about Slack have none.
                let tried = try await here.run("queue", "redrive", "--cause", "slack_failed", "--yes", "--json")
                    .objects()
                // A run's message the server tries again by itself, and may have done so by now.
                let ids = Set(tried.compactMap { $0["id"] as? String })
                #expect(tried.allSatisfy { $0["ok"] as? Bool == true }, "\(tried)")
                #expect(ids.isSubset(of: left.compactMap { $0["id"] as? String }))
                #expect(ids.isSuperset(of: deliveries.compactMap { $0["id"] as? String }), "\(tried)")
                try await eventually("both are delivered and nothing is set aside") {
                    let states = try await here.run("runs", "list", "--json").objects().compactMap {
                        $0["status"] as? String
                    }
                    let letters = try await here.run("queue", "list", "--json").objects()
                    return states == ["done", "done"] && letters.isEmpty
                }
            }
            for run in runs {
                let posts = await stage.sandbox.state()["slack"]?["messages"]?.array ?? []
                let results = posts.filter { $0["channel"]?.string == "C0RESULTS" && "\($0)".contains("Run \(run)") }
                #expect(!results.isEmpty, "nobody sees the result of \(run)")
            }
        }
    }
}

extension Stage {
    /// `POST /_control/scenario` of the stand-ins.
    func steer(_ wish: String) async throws {
        let result = try await Subprocess.run(
            .name("curl"),
            arguments: ["-sf", "-H", "content-type: application/json", "-d", wish, base + "/_control/scenario"],
            output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
    }
}

/// The server works in real time. Each look starts a program, so that looking again and again is no spinning.
func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while try await !holds() {
        guard ContinuousClock.now < deadline else {
            Issue.record("it never happened that \(what)")
            return
        }
    }
}
