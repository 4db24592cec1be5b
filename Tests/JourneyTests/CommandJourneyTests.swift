import BureauSandbox
import Foundation
import ProductHarness
import Testing

@Suite("Runs started and mended from the command line")
struct CommandJourneyTests {
    private static let client: JSON = [
        "client_id": "northlake-test", "client_name": "{payload_json} & {client_id} (fictional)",
        "business_address": "100 Example Avenue", "gbp_url": "https://maps.example.com/n",
        "website_url": "https://northlake.example.com/", "service_area_cities": ["Columbus"],
        "seed_keywords": ["{agent_name}"], "competitors": ["https://one.example.com/"],
    ]

    @Test(
        "With and without a server the command ends when the run has, and prints what was made",
        arguments: [true, false])
    func run(hasServer: Bool) async throws {
        try await Installation.open { installation in
            if hasServer { try await installation.startServer() }
            let command = try start(installation)
            let end = try await command.waitForEnd()
            #expect(end.status == 0, "\(command.text)")
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "done", "\(run.sentence ?? "")")
            #expect(command.text.contains(run.id) && command.text.contains(run.session ?? "no session"))
            #expect(command.text.contains("sentinel-audit-northlake-test.md"))
            #expect(await installation.look().sessions.count == 1)
            #expect(await installation.look().messages(in: "C0RESULTS").count { !$0.isReply } == 1)
        }
    }

    @Test("Placeholders inside values are text, wherever a value goes")
    func placeholders() async throws {
        try await Installation.open { installation in
            let end = try await start(installation).waitForEnd()
            #expect(end.status == 0)
            let session = try #require(await installation.look().sessions.first)
            let kickoff = try #require(
                try await installation.history(of: session.id).first { $0["type"]?.string == "user.message" })
            let text = try #require(kickoff["content"]?[0]?["text"]?.string)
            #expect(text.contains("{payload_json} & {client_id} (fictional)"))
            #expect(text.contains("\"{agent_name}\""))
            #expect(text.components(separatedBy: "CLIENT PAYLOAD:").count == 2)
            let folders = await installation.look().driveItems.filter(\.isFolder).map(\.path)
            #expect(folders.contains { $0.hasSuffix("/{payload_json} & {client_id} (fictional)") }, "\(folders)")
        }
    }

    @Test("Deliver again finishes what is missing and touches nothing else")
    func deliverAgain() async throws {
        try await Installation.open { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "comment.create", .status(403)))
            let server = try await installation.startServer()
            try await installation.board.move("86demoshm1", to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "done_with_problems")
            let before = await installation.look()
            let command = try installation.start(["runs", "deliver", run.id, "--data", installation.data.path])
            #expect(try await command.waitForEnd().status == 0, "\(command.text)")
            try await eventually("the run is done") {
                await installation.runs(in: ["done"], at: server) == 1 ? true : nil
            }
            let after = await installation.look()
            #expect(before.task("86demoshm1")?.comments.isEmpty == true)
            #expect(after.task("86demoshm1")?.comments.count == 1)
            #expect(after.task("86demoshm1")?.attachments == before.task("86demoshm1")?.attachments)
            #expect(after.messages(in: "C0RESULTS").count { !$0.isReply } == 1)
            #expect(after.driveItems == before.driveItems)
            #expect(after.sessions.count == 1)
        }
    }

    @Test(
        "A command that cannot begin says why and what to do, and ends by itself",
        arguments: [
            (["run", "nosuch", "--client", "x"], "there is no agent named"),
            (["run", "sentinel", "--client", "x"], "there is no client"),
            (["run", "sentinel", "--payload-file", "/nonexistent.json"], "cannot be read"),
            (["runs", "watch", "01ARZ3NDEKTSV4RRFFQ69G5FAV"], "there is no run"),
        ])
    func refused(_ arguments: [String], _ words: String) async throws {
        try await Installation.open { installation in
            let command = try installation.start(arguments + ["--data", installation.data.path])
            let end = try await command.waitForEnd()
            #expect(!end.wasSignalled && end.status != 0, "\(end)")
            #expect(command.text.contains(words), "\(command.text.prefix(400))")
        }
    }

    @Test("A run without a server that ends while Slack is down says that a message about it still waits")
    func unsent() async throws {
        try await Installation.open { installation in
            try await installation.steer(["name": "fails"])
            try installation.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "chat.postMessage", times: 1_000_000, .status(503)))
            let command = try start(installation)
            let end = try await eventually("the command ends") { command.end }
            #expect(end.status != 0 && !end.wasSignalled)
            #expect(
                command.text.contains("about this run could not be sent yet (slack)"), "\(command.text.suffix(900))")
            installation.sandbox.faults.clear()
            _ = try await installation.startServer()
            try await eventually("the server sends it") {
                await installation.look().messages(in: "C0ALERTS").count == 1 ? true : nil
            }
        }
    }

    @Test("Ctrl-C leaves a watched run to the server, and says how to come back to it")
    func detached() async throws {
        var options = Installation.Options()
        // Nothing is started, so that the run still waits when it is left.
        options.environment["BENCH_PAUSE_DISPATCH"] = "1"
        try await Installation.open(options) { installation in
            try await installation.startServer()
            let command = try start(installation)
            // The run's history is told by who listens for the signal already.
            try await eventually("the command follows the run") { command.text.contains("queued: ") ? true : nil }
            command.signal(SIGINT)
            let end = try await command.waitForEnd()
            #expect(end.status == 130 && !end.wasSignalled, "\(end) \(command.text)")
            let run = try #require(try await installation.records().runs.first)
            #expect(run.state == "queued" && command.text.contains("The run goes on in the server."))
            #expect(command.text.contains("Come back: bureau runs watch \(run.id)"), "\(command.text)")
        }
    }

    @Test(
        "A command that leaves a run in its middle, with its server's death or by Ctrl-C, says so; the next one does the rest",
        arguments: [true, false])
    func left(hasServer: Bool) async throws {
        try await Installation.open { installation in
            try await installation.steer(["hold_at": 77])
            let server = try await hasServer ? installation.startServer() : nil
            let command = try start(installation)
            try await eventually("the session stands in the middle, and its watcher knows it") {
                let session = await installation.look().sessions.first
                guard let session, session.events >= 77 else { return nil as Bool? }
                return command.text.contains("session \(session.id)") ? true : nil
            }
            if let server { try await server.process.killNow() } else { command.signal(SIGINT) }
            let end = try await eventually("the command ends") { command.end }
            #expect(end.status == (hasServer ? 75 : 130) && !end.wasSignalled, "\(end) \(command.text)")
            let words = hasServer ? "The server is gone" : "Detached. The session goes on at Anthropic."
            #expect(command.text.contains(words), "\(command.text)")
            try await finish(installation)
        }
    }

    /// Lets the session that stands still go on, and watches its run to the end without a server.
    private func finish(_ installation: Installation) async throws {
        let session = try #require(await installation.look().sessions.first)
        try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
        let run = try #require(try await installation.records().runs.first)
        let watch = try installation.start(["runs", "watch", run.id, "--data", installation.data.path])
        let end = try await eventually("the next watch ends") { watch.end }
        #expect(end.status == 0 && !end.wasSignalled, "\(end) \(watch.text)")
        #expect(try await installation.records().runs.map(\.state) == ["done"])
        let sight = await installation.look()
        #expect(sight.sessions.count == 1 && sight.messages(in: "C0RESULTS").count { !$0.isReply } == 1)
    }

    private func start(_ installation: Installation) throws -> ProductProcess {
        let file = installation.folder.appending(path: "client.json")
        try Self.client.bytes.write(to: file)
        return try installation.start(
            ["run", "sentinel", "--payload-file", file.path, "--watch", "--data", installation.data.path])
    }
}
