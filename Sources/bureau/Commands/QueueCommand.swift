import ArgumentParser
import BureauDomain
import BureauEngine

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Who waits for a slot, what runs, and what was set aside.",
        discussion: """
            bureau queue
            bureau queue list --parked
            bureau queue redrive 01KA3F8Q7Q
            bureau queue redrive --cause slack_failed --dry-run
            bureau queue drop --waiting --client acme --yes
            """,
        subcommands: [
            QueueShowCommand.self, QueueListCommand.self, QueueRedriveCommand.self, QueueDropCommand.self,
        ],
        defaultSubcommand: QueueShowCommand.self)
}

struct QueueShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Waiting and running runs by client and agent.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            try await Records.with(settings) { records in
                let figures = try await QueueDesk(database: records.database, doors: records.doors).figures()
                let now = records.doors.now(), most = settings.engine.runsInFlightMax
                try output.print(figures.document(runsInFlightMax: most, now: now)) {
                    var facts = Facts()
                    facts.add("waiting", "\(figures.waiting)")
                    facts.add(
                        "oldest", figures.waiting == 0 ? nil : Words.duration(.milliseconds(figures.oldestMilliseconds))
                    )
                    facts.add("in work", "\(figures.inWork) of \(most)", figures.inWork >= most ? .bad : nil)
                    facts.add("waiting for approval", "\(figures.awaitingApproval)")
                    facts.add("parked", "\(figures.parked)", figures.parked > 0 ? .bad : nil)
                    facts.print(output.style)
                    try output.print(listing(figures, now: now))
                }
            }
        }
    }

    private func listing(_ figures: QueueFigures, now: Int64) -> Listing {
        var listing = Listing(
            [
                .init("CLIENT", isElastic: true), .init("AGENT", isElastic: true), .init("WAITING", isRight: true),
                .init("OLDEST"), .init("PRIORITY", isRight: true), .init("IN WORK", isRight: true),
                .init("ASKING", isRight: true),
            ], empty: "Nothing waits and nothing runs.")
        for line in figures.lines {
            let waited = line.oldestAt.map { Words.duration(.milliseconds(max(0, now - $0))) }
            let oldest = Listing.Cell(waited ?? "", exact: line.oldestAt.map(Clock.iso) ?? "")
            listing.add(
                [
                    Listing.Cell(line.client ?? "(no client)", exact: line.client ?? ""), Listing.Cell(line.agent),
                    Listing.Cell("\(line.waiting)"),
                    oldest,
                    Listing.Cell("\(line.priorityMax)"), Listing.Cell("\(line.inWork)"),
                    Listing.Cell("\(line.awaitingApproval)"),
                ], line.document)
        }
        return listing
    }
}

extension QueueFigures {
    func document(runsInFlightMax: Int, now: Int64) -> BureauDomain.JSONValue {
        .made([
            ("waiting", .whole(waiting)), ("oldest_seconds", .whole(oldestMilliseconds / 1_000)),
            ("in_work", .whole(inWork)), ("in_work_max", .whole(runsInFlightMax)),
            ("waiting_approval", .whole(awaitingApproval)), ("parked", .whole(parked)),
            ("lines", .array(lines.map(\.document))),
        ])
    }
}

extension QueueFigures.Line {
    var document: BureauDomain.JSONValue {
        .made([
            ("client", .text(client)), ("agent", .string(agent)), ("waiting", .whole(waiting)),
            ("oldest_at", .time(oldestAt)), ("priority_max", .whole(priorityMax)), ("in_work", .whole(inWork)),
            ("waiting_approval", .whole(awaitingApproval)),
        ])
    }
}
