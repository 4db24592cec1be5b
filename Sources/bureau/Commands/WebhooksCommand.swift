import ArgumentParser
import BureauDomain
import BureauEngine

struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks", abstract: "What work tools sent, and what became of it; send some yourself.",
        discussion: """
            bureau webhooks list --verdict refused
            bureau webhooks replay 01KA3F8Q7Q
            bureau webhooks trigger clickup.taskStatusUpdated --agent sentinel --task 86cfull01
            """,
        subcommands: [
            WebhooksListCommand.self, WebhooksReplayCommand.self, WebhooksTriggerCommand.self,
            WebhooksRegisterCommand.self, WebhooksStatusCommand.self,
        ])
}

struct WebhooksListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What arrived, newest first, with its verdict.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only what was sent to this agent.") var agent: String?
    @Option(help: "Only with this verdict: run, duplicate, ignored, parked or refused.") var verdict: String?
    @Option(help: "At most this many, 1 to 1000.") var limit = 50

    static let verdicts = ["run", "duplicate", "ignored", "parked", "refused"]

    func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
        if let verdict, !Self.verdicts.contains(verdict) {
            let near = NearestKey.nearest(to: verdict, in: Self.verdicts).map { " Did you mean '\($0)'?" } ?? ""
            throw ValidationError(
                "There is no verdict '\(PlainLine.of(verdict))'; choose from \(Self.verdicts.joined(separator: ", ")).\(near)"
            )
        }
    }

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let signals = try await SignalDesk(database: records.database)
                    .list(limit: limit, verdict: verdict, agent: agent)
                var listing = Listing(
                    [
                        .init("SIGNAL"), .init("RECEIVED"), .init("AGENT"), .init("EVENT"), .init("FROM"),
                        .init("VERDICT"), .init("RUN"), .init("REASON", isElastic: true),
                    ], empty: "Nothing has arrived yet.")
                for signal in signals { listing.add(signal.cells(now: records.doors.now()), signal.document) }
                try output.print(listing)
            }
        }
    }
}

extension SignalRecord {
    func cells(now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell(ShortID.of(id), exact: id, .strong),
            Listing.Cell(Clock.moment(receivedAt, now: now), exact: Clock.iso(receivedAt)), Listing.Cell(agent),
            Listing.Cell(event ?? ""), Listing.Cell(remoteAddress),
            Listing.Cell(verdict, verdict == "run" ? .good : verdict == "refused" ? .bad : .faint),
            Listing.Cell(runID.map { ShortID.of($0) } ?? "", exact: runID ?? ""), Listing.Cell(reason),
        ]
    }
}
