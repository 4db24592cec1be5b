import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Logging
import ServiceLifecycle

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start a run of an agent.",
        discussion: """
            bureau run sentinel --client shamrock-detailing-columbus --watch
            bureau run sentinel --task 86cfull01
            bureau run jessie --task https://app.asana.com/0/1208000000000100/1208000000000500
            bureau run sentinel --payload-file fixtures/synthetic-client.json --watch

            With a server running on the same data folder the server does the work; without one this command does.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The agent's name.") var agent: String
    @Option(help: "The client's slug; see bureau clients list.") var client: String?
    @Option(help: "The task to read the input from and report to, in the agent's tool: its link or id.")
    var task: String?
    @Option(name: .customLong("clickup-task"), help: "The same, of a task in ClickUp.")
    var clickUpTask: String?
    @Option(name: .customLong("payload-file"), help: "A JSON file with the input.") var payloadFile: String?
    @Option(help: "Notes for the agent, given with the payload.") var notes: String?
    @Option(name: .customLong("max-cost"), help: "At most this many dollars, in place of the agent's limit.")
    var maxCost: String?
    @Flag(name: .customLong("dry-run"), help: "Show what would happen and start nothing.") var dryRun = false
    @Option(help: "-100 to 100: within one client the higher goes first.") var priority = 0
    @Flag(help: "Follow the run until it ends.") var watch = false
    @Flag(help: "Print one JSON document at the end.") var json = false
    @Flag(help: "With --watch: every event of the session.") var verbose = false

    func validate() throws {
        guard (-100...100).contains(priority) else { throw ValidationError("--priority is a number from -100 to 100") }
        guard client != nil || task != nil || clickUpTask != nil || payloadFile != nil else {
            throw ValidationError("say what to work on: --client SLUG, --task REF or --payload-file FILE")
        }
        guard task == nil || clickUpTask == nil else {
            throw ValidationError("--task and --clickup-task say the same; give one of them")
        }
        guard (notes ?? "").count <= GivenInput.notesCharactersMax else {
            throw ValidationError("--notes has at most \(GivenInput.notesCharactersMax) characters")
        }
        _ = try costMax()
    }

    private func costMax() throws -> MicroUSD? {
        guard let maxCost else { return nil }
        if let limit = MicroUSD(typed: maxCost), limit >= .cents(1) { return limit }
        throw ValidationError("--max-cost takes dollars such as 2.50, at least a cent, not '\(PlainLine.of(maxCost))'.")
    }

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let code = try await Composition.with(settings) { composition in
                guard dryRun else { return try await begin(composition, settings) }
                let rehearsal = try await Rehearsal(
                    composition, try prepared(composition).config, try await request(composition))
                json ? Terminal.say(rehearsal.document.pretty) : rehearsal.facts.print(Terminal.style(isRefused: false))
                return 0
            }
            if code != 0 { throw ExitCode(code) }
        }
    }

    /// Returns the exit code.
    private func begin(_ composition: Composition, _ settings: Settings) async throws -> Int32 {
        let run = try await start(composition)
        let watcher = RunWatcher(composition: composition, isQuiet: json, isVerbose: verbose)
        if !json { watcher.announce(run) }
        if watch || !ServerLock.isHeld(settings) { return try await watcher.follow(run.id, printsJSON: json) }
        if json {
            Terminal.say(RunView(run).json)
        } else {
            Terminal.note("The server does the work. Follow it: bureau runs watch \(ShortID.of(run.id))")
        }
        return 0
    }

    private func start(_ composition: Composition) async throws -> RunRecord {
        let run = try await composition.desk.start(try await request(composition))
        try await composition.auditDesk.note(started: run, by: .here)
        return run
    }

    private func prepared(_ composition: Composition) throws -> LoadedAgent {
        try AgentFolder(composition.settings).startable(agent)
    }

    private func request(_ composition: Composition) async throws -> NewRun {
        let loaded = try prepared(composition)
        let work = try await RunTask(agent: loaded, isClickUp: clickUpTask != nil)
            .read(task ?? clickUpTask, composition.parts)
        let input = try await RunInput(client: client, payloadFile: payloadFile).read(composition.database)
        let given = GivenInput.payload(of: input.payload, nil, notes: notes)
        return NewRun(
            agent: loaded.config.name, agentVersion: loaded.config.version, configHash: loaded.hash,
            triggerSource: .cli,
            requestedBy: "cli \(ProcessInfo.processInfo.userName)", dedupeKey: "cli/\(composition.doors.makeID())",
            clientSlug: input.slug, clientName: input.name, taskID: work.id, taskTool: work.tool,
            payload: given.map { BureauDomain.JSONValue.object($0).canonical },
            costMax: try costMax(), hasThread: loaded.hasThread, priority: priority)
    }
}

/// The task `bureau run` is given, in the tool that keeps the agent's tasks.
struct RunTask {
    let agent: LoadedAgent
    /// Whether its option says that ClickUp keeps it.
    let isClickUp: Bool

    func read(_ written: String?, _ parts: EngineParts) async throws -> (id: String?, tool: WorkToolKind) {
        guard let written else { return (nil, agent.taskTool ?? .clickUp) }
        do {
            let names = TaskNames(parts: parts)
            let found = try await names.task(written, keeper: isClickUp ? .clickUp : nil, for: agent)
            return (found.id, found.tool)
        } catch let refused as TaskNames.Refused {
            throw SetupError(PlainLine.of(refused.description), fix: refused.fix, exitCode: ExitStatus.usage)
        }
    }
}

/// What `bureau run` is given to work on.
struct RunInput {
    let client: String?
    let payloadFile: String?

    func read(_ database: any Database) async throws -> (slug: String?, name: String?, payload: JSONObject?) {
        var record: ClientRecord?
        if let slug = client {
            record = try await database.read { try ClientStore(db: $0).find(slug) }
            guard record != nil else {
                throw SetupError(
                    "there is no client \"\(slug)\"",
                    fix: "see bureau clients list, or add it: bureau clients import FILE",
                    exitCode: ExitStatus.usage)
            }
        }
        guard let payloadFile else {
            return (record?.slug, record?.name, record?.payload())
        }
        guard let bytes = FileManager.default.contents(atPath: payloadFile) else {
            throw SetupError("\(payloadFile) cannot be read", fix: "check the path", exitCode: ExitStatus.usage)
        }
        let result = ClientRecord.load(Array(bytes), fileName: payloadFile)
        guard let given = result.client else {
            throw SetupError(
                result.problems.map { "\($0)" }.joined(separator: "\n"), fix: "mend the file",
                exitCode: ExitStatus.usage)
        }
        return (given.slug, given.name, given.payload())
    }
}
