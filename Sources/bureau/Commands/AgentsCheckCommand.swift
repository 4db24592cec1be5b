import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct AgentsCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check agents' files: every problem at once, each with its line.",
        discussion: """
            bureau agents check
            bureau agents check agents/catalyst.json
            bureau agents check --skip-environment      for a file meant for another machine
            bureau agents check --online                also asks the vendors for what the files name

            Needs no server and no keys. Ends with 78 when a file has an error; warnings end with 0.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Files, or names of agents; all of the agents folder when none is given.") var files: [String] = []
    @Flag(name: .customLong("skip-environment"), help: "Do not look whether the variables a file names are set.")
    var skipEnvironment = false
    @Flag(help: "Ask the vendors for the channels, statuses, sections, fields and ids the files name.") var online =
        false

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let reports = try reports(settings)
            var problems = reports.flatMap(\.problems)
            if online {
                problems += try await OnlineCheck.problems(
                    settings, agents: reports.compactMap { report in report.agent.map { (report.fileName, $0) } })
            }
            if files.isEmpty { problems += Self.betweenAgents(reports) }
            let errors = problems.filter { $0.severity == .error }.count
            try show(problems, files: reports.count, errors: errors)
            if errors > 0 { throw ExitCode(ExitStatus.config) }
        }
    }

    /// What no single file shows: agents that start agents which are not there, or each other for ever.
    static func betweenAgents(_ reports: [AgentFileReport]) -> [ConfigProblem] {
        let agents = reports.compactMap { report in report.agent.map { (file: report.fileName, config: $0.config) } }
        func problem(_ file: String, _ message: String, _ suggestion: String? = nil) -> ConfigProblem {
            ConfigProblem(
                file: file, path: "fan_out.agents", line: 1, column: 1, message: message, suggestion: suggestion,
                severity: .error)
        }
        let names = agents.map(\.config.name)
        var found = agents.flatMap { agent in
            (agent.config.fanOut?.agents ?? []).filter { !names.contains($0) }.map {
                problem(
                    agent.file, "there is no agent named \"\($0)\" in this folder",
                    NearestKey.nearest(to: $0, in: names))
            }
        }
        let starts = Dictionary(agents.map { ($0.config.name, $0.config.fanOut?.agents ?? []) }) { one, _ in one }
        if let circle = FanOutCycle.first(starts),
            let file = agents.first(where: { $0.config.name == circle.first })?.file
        {
            found.append(
                problem(file, "these agents would start each other for ever: \(circle.joined(separator: " → "))"))
        }
        return found
    }

    private func show(_ problems: [ConfigProblem], files: Int, errors: Int) throws {
        let warnings = problems.count - errors
        try output.print(
            .made([
                ("files", .whole(files)), ("errors", .whole(errors)), ("warnings", .whole(warnings)),
                ("problems", .array(problems.map(\.document))),
            ])
        ) {
            for problem in problems {
                Terminal.say(
                    output.style.paint(PlainLine.of("\(problem)"), problem.severity == .error ? .bad : .warning))
            }
            Terminal.note(
                "\(Self.count(files, "file")) checked: \(Self.count(errors, "error")), \(Self.count(warnings, "warning"))"
            )
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func reports(_ settings: Settings) throws -> [AgentFileReport] {
        let (isSkipped, hasVariable) = (skipEnvironment, settings.hasVariable)
        let reader = AgentReader(hasVariable: { isSkipped || hasVariable($0) })
        guard !files.isEmpty else {
            let folder = settings.agentsFolder.path
            let names = try AgentFolder(settings).reports().map(\.fileName)
            return try names.map { try Self.read("\(folder)/\($0)", as: $0, reader) }
        }
        return try files.map { name in
            let inFolder = settings.agentsFolder.appendingPathComponent(name + ".json").path
            let isName =
                !FileManager.default.fileExists(atPath: name) && FileManager.default.fileExists(atPath: inFolder)
            return try Self.read(isName ? inFolder : name, as: isName ? inFolder : name, reader)
        }
    }

    private static func read(_ path: String, as name: String, _ reader: AgentReader) throws -> AgentFileReport {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw SetupError("\(path) cannot be read", fix: "check the path", exitCode: ExitStatus.usage)
        }
        return reader.read(Array(bytes), fileName: name)
    }
}

extension ConfigProblem {
    var document: BureauDomain.JSONValue {
        .made([
            ("file", .string(file)), ("path", .string(path)), ("line", .whole(line)), ("column", .whole(column)),
            ("severity", .string(severity.rawValue)), ("message", .string(message)), ("suggestion", .text(suggestion)),
        ])
    }
}
