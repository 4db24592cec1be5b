import ArgumentParser
import BureauDomain
import BureauEngine

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "What people should know about, until somebody resolves it.",
        discussion: """
            bureau alerts list
            bureau alerts resolve 01KA3F8Q7Q
            """,
        subcommands: [AlertsListCommand.self, AlertsResolveCommand.self], defaultSubcommand: AlertsListCommand.self)
}

struct AlertsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Open alerts, newest first.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Resolved ones too.") var all = false

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let alerts = try await AlertDesk(database: records.database, doors: records.doors).list(isAll: all)
                var listing = Listing(
                    [
                        .init("ALERT"), .init("SINCE"), .init("TIMES", isRight: true), .init("STATE"), .init("CAUSE"),
                        .init("RUN"), .init("WHAT", isElastic: true),
                    ], empty: "No open alerts.")
                for alert in alerts { listing.add(alert.cells(now: records.doors.now()), alert.document) }
                try output.print(listing)
            }
        }
    }
}

struct AlertsResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Close an alert. The same cause opens a new one.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The alert's id, or its first characters.") var alert: String

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let desk = AlertDesk(database: records.database, doors: records.doors)
                let found = try await desk.find(alert)
                guard let first = found.first, found.count == 1 else {
                    throw SetupError(
                        found.isEmpty
                            ? "there is no alert \(PlainLine.of(alert))"
                            : "\(PlainLine.of(alert)) fits several alerts: \(found.map(\.id).joined(separator: ", "))",
                        fix: "bureau alerts list --all shows them; write more characters of the id",
                        exitCode: ExitStatus.failed)
                }
                let isNew = try await desk.resolve(first.id, by: Person.name)
                let now = try await desk.find(first.id).first ?? first
                if isNew { try await records.audit.note(.here, alert: first, after: now) }
                try output.print(now.document) {
                    Terminal.say("\(first.id) \(isNew ? "resolved" : "was resolved already")")
                }
            }
        }
    }
}

extension AlertRecord {
    func cells(now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell(ShortID.of(id), exact: id, .strong),
            Listing.Cell(Clock.moment(openedAt, now: now), exact: Clock.iso(openedAt)), Listing.Cell("\(occurrences)"),
            Listing.Cell(isOpen ? "open" : "resolved", isOpen ? .bad : .faint), Listing.Cell(cause),
            Listing.Cell(runID.map { ShortID.of($0) } ?? "", exact: runID ?? ""), Listing.Cell(sentence),
        ]
    }
}
