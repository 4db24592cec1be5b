import BureauDomain
import BureauEngine
import BureauSandbox
import Foundation

/// The demo's story: a person moves a card, and the work happens.
struct DemoJourney: Sendable {
    let sandboxPort: Int
    let serverPort: Int
    let composition: Composition
    let folder: DemoFolder
    static let waitSecondsMax = 300
    /// The first card of the stand-in board.
    private static let taskID = "86demoshm1", taskName = "SEO audit: Shamrock Detailing (demo)"
    private static let buildTask = "86demobld1", buildName = "Add a status page (demo)"

    private var sandbox: String { "http://127.0.0.1:\(sandboxPort)" }

    func play() async throws -> Int32 {
        Terminal.say("Bureau listens on http://127.0.0.1:\(serverPort)/   Stand-ins: \(sandbox)/")
        await FirstLink.tell(composition, port: serverPort)
        Terminal.say(
            "Open beside this:  board \(sandbox)/board   Slack \(sandbox)/channels   Drive \(sandbox)/drive   sessions \(sandbox)/sessions\n"
        )
        try await BoardVisitor(base: sandbox).connect(product: "http://127.0.0.1:\(serverPort)")
        Terminal.say(
            "A person moves the card \"\(Self.taskName)\" to Ready (Automate); ClickUp sends its signed webhook.")
        try await BoardVisitor(base: sandbox).move(Self.taskID, to: "ready (automate)")
        guard let run = try await waitForRun(task: Self.taskID) else {
            Terminal.note("No run appeared within \(Self.waitSecondsMax) s.")
            return ExitStatus.failed
        }
        let watcher = RunWatcher(composition: composition)
        watcher.announce(run)
        let code = try await watcher.follow(run.id)
        guard code == 0 else {
            whereToLook()
            return code
        }
        let built = try await build()
        let asana = try await DemoAsana(
            sandbox: sandbox, product: "http://127.0.0.1:\(serverPort)", composition: composition, folder: folder
        ).play()
        whereToLook()
        return built == 0 ? asana : built
    }

    /// The platform builds on itself: a card is moved, a program works on a branch, a person's word merges it.
    private func build() async throws -> Int32 {
        let platform = DemoPlatform(folder: folder.root.appendingPathComponent("platform"))
        let agent: String
        do { agent = try await platform.make() } catch {
            Terminal.note("\nThe part that builds is left out: it needs git (\(error)).")
            return 0
        }
        try Data(agent.utf8).write(to: folder.agents.appendingPathComponent("platform-build.json"))
        try await composition.catalog.refresh()
        Terminal.say("\nA person moves \"\(Self.buildName)\" to Ready: a program of this machine works on a branch.")
        let visitor = BoardVisitor(base: sandbox)
        try await visitor.move(Self.buildTask, to: "ready")
        guard let run = try await waitForRun(task: Self.buildTask) else {
            Terminal.note("No run appeared within \(Self.waitSecondsMax) s.")
            return ExitStatus.failed
        }
        let watcher = RunWatcher(composition: composition)
        watcher.announce(run)
        guard try await watcher.follow(run.id) == ExitStatus.waiting else { return ExitStatus.failed }
        Terminal.say("\nA person reads the report and the diff on the card and writes: Looks good, approved.")
        _ = try await visitor.comment(Self.buildTask, "Looks good, approved.")
        for _ in 0..<(Self.waitSecondsMax * 10) where try await !composition.desk.find(run.id).state.isFinal {
            try await Task.sleep(for: .milliseconds(100))
        }
        let ended = try await composition.desk.find(run.id)
        Terminal.say("The run is \(ended.state.word.lowercased()). On main of \(platform.repository):")
        for line in try await platform.history() { Terminal.say("  \(line)") }
        return RunWatcher.exitCode(ended)
    }

    private func waitForRun(task: String) async throws -> RunRecord? {
        for _ in 0..<(Self.waitSecondsMax * 10) {
            if let run = try await composition.desk.list(RunFilter(limit: 20)).first(where: { $0.taskID == task }) {
                return run
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }

    private func whereToLook() {
        Terminal.say(
            """

            Where to look
              task        \(sandbox)/board, \(sandbox)/asana
              Slack       \(sandbox)/channels
              Drive       \(sandbox)/drive
              files       \(folder.deliveries.path)
              event log   \(folder.root.appendingPathComponent("logs/sessions").path)
              history     sqlite3 \(composition.settings.databasePath) "SELECT * FROM runs WHERE agent='sentinel' ORDER BY started_at DESC"
            """)
    }
}
