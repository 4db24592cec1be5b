import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

/// What people say about a report: the same function as behind the pages and the API. Without a server the command does
/// what follows from it.
struct ReportAction {
    let common: CommonOptions
    let output: OutputOptions

    func carryOut(_ word: ReportDecision.Word, _ report: String) async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let code = try await Composition.with(settings) { try await decide(word, report, $0, settings) }
            if code != 0 { throw ExitCode(code) }
        }
    }

    private func decide(
        _ word: ReportDecision.Word, _ report: String, _ composition: Composition, _ settings: Settings
    ) async throws -> Int32 {
        let desk = composition.artifactDesk
        let before = try await desk.find(report)
        let person = try await Person.here(composition)
        let decision = composition.reportDecision
        guard person.role >= .consultant else { throw Person.notAllowed }
        if case .accepted = word, !decision.mayAccept(before, person) { throw Person.notAllowed }
        _ = try await decision.carryOut(word, before, person, .here)
        let code = ServerLock.isHeld(settings) ? 0 : try await follow(before.runID, word, composition)
        let after = try await desk.find(before.id)
        try output.print(after.document(desk.exclusion(after))) {
            Terminal.say("\(after.id)  \(after.title), version \(after.version): \(after.state.word.lowercased())")
        }
        // That people are waited for is what a note, or another round, is meant to come to.
        return code == ExitStatus.waiting ? 0 : code
    }

    private func follow(
        _ id: String, _ word: ReportDecision.Word, _ composition: Composition
    ) async throws -> Int32 {
        let run = try await composition.desk.find(id)
        // A note alone takes up nothing that is at work.
        if case .noted = word, run.state.isWorkable { return 0 }
        guard !run.state.isFinal else { return 0 }
        return try await RunWatcher(composition: composition, isQuiet: output.isJSON, skipsPast: true).follow(id)
    }
}

extension Composition {
    var reportDecision: ReportDecision {
        ReportDecision(
            reports: artifactDesk, runs: desk, audit: auditDesk, catalog: catalog,
            wake: { [runWake] in runWake.raise() })
    }
}

extension Person {
    /// The user of Bureau by the name of whoever types. Who is none holds the server, and may what an operator may.
    static func here(_ composition: Composition) async throws -> PersonRecord {
        let name = ProcessInfo.processInfo.userName.lowercased()
        return try await composition.peopleDesk.list().first { $0.name == name && !$0.isDisabled }
            ?? .installation(Person.name)
    }

    static var notAllowed: SetupError {
        SetupError(
            "you may not decide about these results: your role or the agent's config does not let you",
            fix: "ask one of the people its config names, who do it on the task, or an operator",
            exitCode: ExitStatus.notAllowed)
    }
}

struct ReportsAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Let a report count: other work may build on it, and older ones give way.",
        discussion: "Of a run in review it finishes the run, and what waited for that is published.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The report's id, its first characters, or its run's id.") var report: String

    func run() async throws { try await ReportAction(common: common, output: output).carryOut(.accepted, report) }
}

struct ReportsChangesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes", abstract: "Request changes: one more round in the session of its run.",
        discussion: "bureau reports changes 01KA3F8Q7Q \"Shorten the summary to half.\"")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The report's id, its first characters, or its run's id.") var report: String
    @Argument(help: "What is to be changed; the agent is told exactly this.") var text: String

    func run() async throws {
        try await ReportAction(common: common, output: output).carryOut(.changes(text), report)
    }
}

struct ReportsNoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Say something on the task and in the run's history. Nothing is decided.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The report's id, its first characters, or its run's id.") var report: String
    @Argument(help: "The note.") var text: String

    func run() async throws {
        try await ReportAction(common: common, output: output).carryOut(.noted(text), report)
    }
}

struct ReportsDismissCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss", abstract: "Let a report count no more: no other work builds on it. Files are kept.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The report's id, its first characters, or its run's id.") var report: String
    @Option(help: "Why, for those who read it later.") var reason: String?

    func run() async throws {
        try await ReportAction(common: common, output: output).carryOut(.dismissed(reason: reason), report)
    }
}
