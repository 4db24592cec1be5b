import BureauSandbox
import Foundation
import ProductHarness
import Subprocess
import Testing

@testable import bureau

/// A card becomes a branch, checks and a merge, with the built binary, and through kills of the server.
@Suite("A card of the platform board is built, judged and merged")
struct BuildJourneyTests {
    static let project = "1208000000000200"

    /// The two boards a platform's cards may stand on.
    enum Board: String, CaseIterable, Sendable {
        case clickUp, asana

        var task: String { self == .clickUp ? "86demobld1" : "1208000000000510" }

        /// The demo's agent, on this board.
        func agent(_ text: String) throws -> String {
            guard self == .asana else { return text }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            func start(of key: String) throws -> Int { try #require(lines.firstIndex { $0.hasPrefix("  \"\(key)\"") }) }
            let (source, kickoff) = (try start(of: "payload_source"), try start(of: "kickoff_template"))
            let (delivery, alerts) = (try start(of: "delivery"), try start(of: "alerts"))
            let own = [Self.intake], review = [Self.review]
            return
                (lines[..<source] + own.map { $0[...] } + lines[kickoff..<delivery] + review.map { $0[...] }
                + lines[alerts...]).joined(separator: "\n")
        }

        private static let intake = #"""
              "payload_source": {
                "type": "asana_task", "asana": { "required_fields": ["task_title", "area"], "optional_fields": ["task_text"] }
              },
              "triggers": {
                "asana": {
                  "enabled": true, "projects": ["\#(BuildJourneyTests.project)"], "assignee": "1208000000000010", "sections": ["Ready"]
                },
                "manual_cli": { "enabled": true }
              },
            """#
        private static let review = #"""
              "delivery": { "asana": { "enabled": true } },
              "review": { "enabled": true },
              "board": { "confirm": true, "states": {
                "queued": { "place": "Ready" }, "needs_info": { "place": "Clarification" },
                "waiting_approval": { "place": "Blocked" },
                "running": { "place": "In progress" }, "in_review": { "place": "Review" },
                "revising": { "place": "In progress" }, "done": { "place": "Merged" }, "failed": { "place": "Error" } } },
            """#
    }

    /// Waits to be let on, and counts outside of its worktree how often it was begun.
    private static let builder = """
        #!/bin/sh
        set -eu
        echo begun >> "$GATE/begun"
        while [ ! -e "$GATE/go-$BUREAU_ROUND" ]; do sleep 0.05; done
        env > "$GATE/environment"
        cp "$TASK_FILE" "round-$BUREAU_ROUND.md"
        git add . && git commit --quiet -m "Round $BUREAU_ROUND"
        """

    private struct Scene: Sendable {
        let installation: Installation
        let platform: DemoPlatform
        let gate: URL
        let board: Board

        /// A person gives the card to the agent. In Asana it says which area it is about, or has to be asked.
        func give(at server: RunningServer, isWhole: Bool = true) async throws {
            switch board {
            case .clickUp: try await installation.board.move(board.task, to: "ready")
            case .asana:
                try await installation.hearAsana(BuildJourneyTests.project, at: server)
                if isWhole {
                    try await installation.board.asana("field", board.task, ["field": "Area", "value": "Web"])
                }
                try await installation.board.asana("move", board.task, ["section": "1208000000000203"])
                try await installation.board.asana("assign", board.task, ["assignee": AsanaJourneyTests.jessie])
            }
        }

        func comment(_ text: String) async throws {
            switch board {
            case .clickUp: try await installation.board.comment(board.task, text)
            case .asana:
                try await installation.board.asana(
                    "comment", board.task, ["text": text, "user": AsanaJourneyTests.ana])
            }
        }

        func card() async -> (place: String, attachments: [String], comments: [String]) {
            let sight = await installation.look()
            guard board == .asana else {
                let task = sight.task(board.task)
                return (task?.status ?? "", task?.attachments ?? [], task?.comments ?? [])
            }
            let task = sight.state["asana"]?["tasks"]?.array?.first { $0["gid"]?.string == board.task }
            let files = (task?["attachments"]?.array ?? []).compactMap { $0["name"]?.string }
            let comments = (task?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
            return (task?["section"]?.string ?? "", files, comments)
        }

        /// The columns of the Asana board the card was moved to, in their order: `moved this task from "A" to "B" in …`.
        func columns() async throws -> [String] {
            let answer = try await Web.send(
                "GET",
                "\(installation.sandboxURL)/asana/api/1.0/tasks/\(board.task)/stories?limit=100"
                    + "&opt_fields=text,resource_subtype",
                headers: ["authorization": "Bearer \(SandboxKeys().asana)"])
            return (answer.json["data"]?.array ?? []).compactMap { story in
                guard story["resource_subtype"]?.string == "section_changed" else { return nil }
                let pieces = (story["text"]?.string ?? "").components(separatedBy: "\"")
                return pieces.count > 3 ? pieces[3] : nil
            }
        }

        /// Somebody else's commit on main, about the very file the builder makes.
        func moveMain() async throws {
            let script = """
                set -eu
                git clone --quiet "$1" "$2"
                cd "$2"
                echo "By hand" > round-1.md
                git add .
                git -c user.name=Ana -c user.email=ana@agency.example commit --quiet -m "By hand"
                git push --quiet origin HEAD:main
                """
            let clone = installation.folder.appending(path: "by-hand").path
            let result = try await Subprocess.run(
                .name("sh"), arguments: ["-c", script, "sh", platform.repository, clone],
                output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
            #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
        }

        func open(_ round: Int) {
            _ = FileManager.default.createFile(atPath: gate.appending(path: "go-\(round)").path, contents: nil)
        }

        var begun: Int {
            let text = (try? String(contentsOf: gate.appending(path: "begun"), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").count
        }

        func waitUntilBegun(_ times: Int) async throws {
            try await eventually("the builder has begun \(times) time(s)") {
                begun >= times ? true : nil
            }
        }

        func waitForState(_ state: String) async throws -> String {
            try await eventually("the run is \(state)") {
                let run = try await installation.records().runs.first { $0.agent == "platform-build" }
                guard let run else { return nil }
                if RunStates.final.contains(run.state), run.state != state {
                    throw NeverHappened("\(state): it is \(run.state), \(run.sentence ?? "")")
                }
                return run.state == state ? run.id : nil
            }
        }

        func waitForComment(_ words: String) async throws {
            try await eventually("the card says \"\(words)\"") {
                await card().comments.contains { $0.contains(words) } ? true : nil
            }
        }

        func waitForStatus(_ status: String) async throws {
            try await eventually("the card is in \(status)") {
                await card().place.lowercased() == status ? true : nil
            }
        }
    }

    private func scene(_ board: Board, _ body: @Sendable @escaping (Scene) async throws -> Void) async throws {
        var options = Installation.Options()
        options.environment = ["BUILD_SANDBOXED": "1", "SANDBOX_CANARY": "canary-in-the-environment"]
        if board == .asana { options.environment.merge(AsanaJourneyTests.options.environment) { $1 } }
        try await Installation.open(options) { installation in
            let platform = DemoPlatform(folder: installation.folder.appending(path: "platform"))
            let gate = installation.folder.appending(path: "gate")
            try FileManager.default.createDirectory(at: gate, withIntermediateDirectories: true)
            let agent = try board.agent(try await platform.make())
                .replacing(
                    #""limits": { "minutes": 5"#,
                    with: #""variables": ["GATE=\#(gate.path)"], "limits": { "minutes": 5"#
                )
                .replacing(
                    #""checks": [{ "name": "pages-are-whole", "command": ["sh", "check.sh"], "minutes": 1 }]"#,
                    with: #""checks": [{ "name": "committed", "command": ["test", "-f", "round-1.md"] }]"#)
            try Data(agent.utf8).write(to: installation.agents.appending(path: "platform-build.json"))
            try Data(Self.builder.utf8).write(to: platform.folder.appending(path: "builder.sh"))
            try await body(Scene(installation: installation, platform: platform, gate: gate, board: board))
        }
    }

    @Test("Killed while the builder works, the next server goes on with the same builder", arguments: Board.allCases)
    func killed(board: Board) async throws {
        try await scene(board) { scene in
            let first = try await scene.installation.startServer()
            try await scene.give(at: first, isWhole: false)
            if board == .asana {
                try await scene.waitForComment("needs information")
                try await scene.waitForStatus("clarification")
                try await scene.comment("area: Web")
            }
            try await scene.waitUntilBegun(1)
            try await scene.waitForStatus("in progress")
            try await first.process.killNow()
            _ = try await scene.installation.startServer()
            scene.open(1)
            let id = try await scene.waitForState("in_review")
            #expect(scene.begun == 1)
            try await scene.waitForStatus("review")
            let attached = await scene.card().attachments
            #expect(Set(attached).isSuperset(of: ["build-report.md", "build-report.json", "diff.patch"]))
            try await scene.comment("Looks good, approved.")
            _ = try await scene.waitForState("done")
            try await scene.waitForStatus("merged")
            if board == .asana {
                // Between the answer and the builder it may be ready for less time than a move takes.
                let whole = ["Ready", "Clarification", "Ready", "In progress", "Review", "Merged"]
                let columns = try await scene.columns()
                #expect(columns == whole || columns == Array(whole[..<2] + whole[3...]), "\(columns)")
            }
            let history = try await scene.platform.history()
            #expect(history.count == 3 && history[0].contains("Merge bureau/\(id.lowercased())"), "\(history)")
            let environment = try String(contentsOf: scene.gate.appending(path: "environment"), encoding: .utf8)
            #expect(!environment.contains("canary") && !environment.contains("pk_") && environment.contains("GATE="))
        }
    }

    @Test(
        "A change asked for on the card is built on the same branch; a dismissal takes branch and worktree away",
        arguments: Board.allCases)
    func revisedAndDismissed(board: Board) async throws {
        try await scene(board) { scene in
            let server = try await scene.installation.startServer()
            scene.open(1)
            scene.open(2)
            try await scene.give(at: server)
            let id = try await scene.waitForState("in_review")
            try await scene.comment("Please change the title to Health.")
            try await scene.waitUntilBegun(2)
            _ = try await scene.waitForState("in_review")
            let blobs = scene.installation.data.appending(path: "blobs/runs/\(id)")
            let report = try String(contentsOf: blobs.appending(path: "build-report-r2.md"), encoding: .utf8)
            #expect(report.contains("Round 1") && report.contains("Round 2"))
            let patch = try String(contentsOf: blobs.appending(path: "diff-r2.patch"), encoding: .utf8)
            #expect(patch.contains("+> Please change the title to Health."))
            let dismissed = try await scene.installation.command("runs", "dismiss", id)
            #expect(dismissed.status == 0, "\(dismissed.text)")
            let worktrees = scene.installation.data.appending(path: "builds/\(id)").path
            try await eventually("worktree and branch are gone") {
                let refs = try FileManager.default.subpathsOfDirectory(
                    atPath: scene.platform.repository + "/refs/heads")
                return access(worktrees, F_OK) != 0 && !refs.contains { $0.contains(id.lowercased()) } ? true : nil
            }
            #expect(try await scene.platform.history().count == 1)
        }
    }

    @Test(
        "What conflicts with main by now is not merged: the card says why and stays in review",
        arguments: Board.allCases
    )
    func conflict(board: Board) async throws {
        try await scene(board) { scene in
            let server = try await scene.installation.startServer()
            scene.open(1)
            try await scene.give(at: server)
            _ = try await scene.waitForState("in_review")
            try await scene.waitForStatus("review")
            try await scene.moveMain()
            try await scene.comment("Looks good, approved.")
            try await scene.waitForComment("conflict in round-1.md")
            _ = try await scene.waitForState("in_review")
            try await scene.waitForStatus("review")
            if board == .asana { #expect(try await !scene.columns().contains("Merged")) }
            let history = try await scene.platform.history()
            #expect(history.count == 2 && history[0].contains("By hand"), "\(history)")
        }
    }

    @Test("What the demo brings is what stands in fixtures")
    func fixtures() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "fixtures")
        let files = [
            ("platform-build.json", DemoPlatform.agent), ("platform/builder.sh", DemoPlatform.builder),
            ("platform/check.sh", DemoPlatform.check),
        ]
        for (name, text) in files {
            #expect(try String(contentsOf: root.appending(path: name), encoding: .utf8) == text, "\(name)")
        }
    }
}
