import ArgumentParser
import BureauDomain
import BureauEngine

/// Which part of the queue a command means.
struct QueueChoice: ParsableArguments {
    @Option(help: "Only of this agent.") var agent: String?
    @Option(help: "Only of this client.") var client: String?
    @Option(help: "Only set aside for this cause; bureau queue list --parked shows them.") var cause: String?

    var isNarrow: Bool { agent != nil || client != nil || cause != nil }

    func filter(ids: [String] = [], limit: Int) -> QueueFilter {
        var filter = QueueFilter()
        (filter.ids, filter.agent, filter.client, filter.cause, filter.limit) = (ids, agent, client, cause, limit)
        return filter
    }
}

struct QueueListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What was set aside, with its cause; with --waiting, the runs that wait.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var choice: QueueChoice
    @Flag(help: "What was set aside (the default).") var parked = false
    @Flag(help: "Runs that wait for a slot.") var waiting = false
    @Option(help: "At most this many, 1 to 1000.") var limit = 100

    func validate() throws {
        guard !(parked && waiting) else { throw ValidationError("choose --parked or --waiting") }
        guard !(waiting && choice.cause != nil) else { throw ValidationError("--cause is for what was set aside") }
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000") }
    }

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let desk = QueueDesk(database: records.database, doors: records.doors)
                let filter = choice.filter(limit: limit), now = records.doors.now()
                if waiting {
                    let runs = try await desk.waiting(filter)
                    try output.print(Self.listing(runs, try await desk.holds(runs, records.queueRules), now: now))
                } else {
                    try output.print(Self.listing(try await desk.parked(filter), now: now))
                }
            }
        }
    }

    static func listing(_ letters: [DeadLetter], now: Int64) -> Listing {
        var listing = Listing(
            [
                .init("ID"), .init("KIND"), .init("SINCE"), .init("CAUSE"), .init("AGENT"), .init("CLIENT"),
                .init("RUN"), .init("WHY", isElastic: true),
            ], empty: "Nothing is set aside.")
        for letter in letters {
            listing.add(
                [
                    .init(ShortID.of(letter.id), exact: letter.id, .strong), .init(letter.kind.rawValue),
                    .init(Clock.moment(letter.parkedAt, now: now), exact: Clock.iso(letter.parkedAt)),
                    .init(letter.cause), .init(letter.agent ?? ""), .init(letter.client ?? ""),
                    .init(letter.runID.map { ShortID.of($0) } ?? "", exact: letter.runID ?? ""),
                    .init(letter.sentence),
                ], letter.document)
        }
        return listing
    }

    static func listing(_ runs: [RunRecord], _ holds: [QueueHold], now: Int64) -> Listing {
        var listing = Listing(
            [
                .init("RUN"), .init("AGENT"), .init("CLIENT"), .init("PRIORITY", isRight: true), .init("SINCE"),
                .init("TRIES", isRight: true), .init("WAITS FOR", isElastic: true),
            ], empty: "No run waits.")
        for (run, hold) in zip(runs, holds) {
            listing.add(
                [
                    .init(ShortID.of(run.id), exact: run.id, .strong), .init(run.agent),
                    .init(run.clientSlug ?? ""), .init("\(run.priority)"),
                    .init(Clock.moment(run.queuedAt, now: now), exact: Clock.iso(run.queuedAt)), .init("\(run.tries)"),
                    .init(hold.sentence, hold == .turn ? nil : .warning),
                ],
                .made([
                    ("id", .string(run.id)), ("agent", .string(run.agent)), ("client", .text(run.clientSlug)),
                    ("priority", .whole(run.priority)), ("queued_at", .time(run.queuedAt)),
                    ("tries", .whole(run.tries)), ("fault", .text(run.fault)), ("waits_for", .string(hold.code)),
                    ("sentence", .string(hold.sentence)),
                ]))
        }
        return listing
    }
}
