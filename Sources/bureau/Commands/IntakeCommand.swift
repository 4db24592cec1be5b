import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct IntakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intake", abstract: "Whether new work starts: pause, drain, resume.",
        discussion: """
            bureau intake
            bureau intake pause --reason "ClickUp list is being rebuilt"
            bureau intake drain --wait-seconds 900
            bureau intake resume

            In every mode signals are accepted and kept. The mode outlives restarts and holds for all processes.
            """,
        subcommands: [
            IntakeStatusCommand.self, IntakePauseCommand.self, IntakeDrainCommand.self, IntakeResumeCommand.self,
            IntakeTasksCommand.self,
        ],
        defaultSubcommand: IntakeStatusCommand.self)
}

struct IntakeStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "The mode, who set it, and what waits.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await IntakeAction(common: common).carryOut { desk, _ in
            try IntakeAction.tell(try await desk.status(), output)
        }
    }
}

struct IntakePauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Start nothing new. What has begun goes on; what comes in waits.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var why: IntakeReason

    func run() async throws {
        try await IntakeAction(common: common).carryOut { desk, actor in
            let (after, _) = try await desk.set(.paused, by: actor, reason: why.reason)
            try IntakeAction.tell(after, output)
        }
    }
}

struct IntakeDrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Start nothing new and take up nothing that rests, until nothing is in work.",
        discussion: """
            bureau intake drain --wait-seconds 900 && systemctl restart bureau && bureau intake resume

            With --wait-seconds it ends with 0 when nothing is in work any more, and with 75 when the time is over first.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var why: IntakeReason
    @Option(name: .customLong("wait-seconds"), help: "Wait so long at most until nothing is in work.")
    var waitSeconds = 0
    static let waitSecondsMax = 86_400, lookMilliseconds = 250

    func validate() throws {
        guard (0...Self.waitSecondsMax).contains(waitSeconds) else {
            throw ValidationError("--wait-seconds takes 0 to \(Self.waitSecondsMax).")
        }
    }

    func run() async throws {
        try await IntakeAction(common: common).carryOut { desk, actor in
            var (after, _) = try await desk.set(.draining, by: actor, reason: why.reason)
            let end = ContinuousClock.now.advanced(by: .seconds(waitSeconds))
            while !after.isEmpty, after.mode == .draining, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
                after = try await desk.status()
            }
            try IntakeAction.tell(after, output)
            guard waitSeconds == 0 || after.isEmpty else {
                throw SetupError(
                    after.mode == .draining
                        ? "\(after.inHand) \(after.inHand == 1 ? "run is" : "runs are") still in work"
                        : "somebody has ended the drain meanwhile",
                    fix: "bureau queue shows them; wait longer with --wait-seconds", exitCode: ExitStatus.temporary)
            }
        }
    }
}

struct IntakeResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let what waits start, once each.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var why: IntakeReason

    func run() async throws {
        try await IntakeAction(common: common).carryOut { desk, actor in
            let (after, _) = try await desk.set(.open, by: actor, reason: why.reason)
            try IntakeAction.tell(after, output)
        }
    }
}

struct IntakeReason: ParsableArguments {
    @Option(help: "Why, for the audit log and for whoever reads the notice.") var reason = ""

    func validate() throws {
        guard reason.count <= IntakeDesk.reasonCharactersMax else {
            throw ValidationError("--reason has at most \(IntakeDesk.reasonCharactersMax) characters.")
        }
    }
}

/// What every command about the intake needs.
struct IntakeAction {
    let common: CommonOptions

    func carryOut(_ body: (IntakeDesk, Actor) async throws -> Void) async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings(), mayCreate: true) { records in
                try await body(
                    IntakeDesk(database: records.database, doors: records.doors),
                    Actor(name: Person.name, surface: "cli"))
            }
        }
    }

    static func tell(_ status: IntakeStatus, _ output: OutputOptions) throws {
        try output.print(status.document) {
            var facts = Facts()
            facts.add("intake", word(status), status.mode == .open ? .good : .warning)
            facts.add("waiting", status.waitingWord)
            facts.add("in work", "\(status.inHand)")
            if status.record.changedAt > 0 {
                facts.add("since", "\(Clock.iso(status.record.changedAt)) by \(PlainLine.of(status.record.changedBy))")
            }
            facts.add("reason", status.record.reason.isEmpty ? nil : PlainLine.of(status.record.reason))
            facts.print(output.style)
        }
    }

    private static func word(_ status: IntakeStatus) -> String {
        switch status.mode {
        case .open: "open"
        case .paused: "paused"
        case .draining: status.isEmpty ? "drained: nothing is in work" : "draining"
        }
    }
}
