import BureauEngine
import BureauSandbox
import Foundation

/// The demo's story: a person moves a card, and the work happens.
struct DemoJourney: Sendable {
    let sandboxPort: Int
    let serverPort: Int
    let composition: Composition
    let folder: DemoFolder
    static let waitSecondsMax = 20
    /// The first card of the stand-in board.
    private static let taskID = "86demoshm1", taskName = "SEO audit: Shamrock Detailing (demo)"

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
        whereToLook()
        return code
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
              task        \(sandbox)/board
              Slack       \(sandbox)/channels
              Drive       \(sandbox)/drive
              files       \(folder.deliveries.path)
              event log   \(folder.root.appendingPathComponent("logs/sessions").path)
              history     sqlite3 \(composition.settings.databasePath) "SELECT * FROM runs WHERE agent='sentinel' ORDER BY started_at DESC"
            """)
    }
}
