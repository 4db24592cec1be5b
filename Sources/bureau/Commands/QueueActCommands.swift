import ArgumentParser
import BureauDomain
import BureauEngine

struct QueueRedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive", abstract: "Try again what was set aside. What was delivered already is not repeated.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var choice: QueueChoice
    @Argument(help: "Ids from bureau queue list, or their first characters.") var ids: [String] = []
    @Flag(name: .customLong("dry-run"), help: "Only say what would be tried again.") var dryRun = false
    @Flag(help: "Do not ask for --yes when it is more than one.") var yes = false

    func validate() throws { try QueueSelection.validate(ids, choice) }

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                let desk = QueueDesk(database: composition.database, doors: composition.doors)
                let letters = try await desk.parked(choice.filter(ids: ids, limit: QueueSelection.countMax))
                try QueueSelection.expect(letters.map(\.id), ids)
                if dryRun { return try output.print(QueueListCommand.listing(letters, now: composition.doors.now())) }
                try QueueSelection.confirm(letters.count, isSaid: yes, ids, verb: "try again")
                let outcomes = try await desk.redrive(letters) { try await composition.replay($0) != nil }
                try await composition.auditDesk.note(.here, "dead letter tried again", queue: outcomes) { id in
                    letters.first { $0.id == id }?.client
                }
                try QueueSelection.report(outcomes, output)
            }
        }
    }
}

struct QueueDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Dismiss what was set aside, or with --waiting stop runs that wait.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var choice: QueueChoice
    @Argument(help: "Ids from bureau queue list, or their first characters.") var ids: [String] = []
    @Flag(help: "Runs that wait for a slot, in place of what was set aside.") var waiting = false
    @Flag(name: .customLong("dry-run"), help: "Only say what would be dropped.") var dryRun = false
    @Flag(help: "Drop them; without it more than one is only counted.") var yes = false

    func validate() throws {
        try QueueSelection.validate(ids, choice)
        guard !(waiting && choice.cause != nil) else { throw ValidationError("--cause is for what was set aside") }
    }

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let desk = QueueDesk(database: records.database, doors: records.doors), now = records.doors.now()
                let filter = choice.filter(ids: ids, limit: QueueSelection.countMax)
                let runs = waiting ? try await desk.waiting(filter) : []
                let letters = waiting ? [] : try await desk.parked(filter)
                try QueueSelection.expect(runs.map(\.id) + letters.map(\.id), ids)
                if dryRun {
                    let (listing, holds) = (QueueListCommand.self, try await desk.holds(runs, records.queueRules))
                    return try output.print(
                        waiting ? listing.listing(runs, holds, now: now) : listing.listing(letters, now: now))
                }
                try QueueSelection.confirm(runs.count + letters.count, isSaid: yes, ids, verb: "drop")
                let outcomes =
                    try await waiting
                    ? desk.drop(runs, by: Person.name) : desk.drop(letters, by: Person.name)
                try await records.audit.note(
                    .here, waiting ? "waiting run stopped" : "dead letter dismissed", queue: outcomes
                ) { id in runs.first { $0.id == id }?.clientSlug ?? letters.first { $0.id == id }?.client }
                try QueueSelection.report(outcomes, output)
            }
        }
    }
}

/// What redrive and drop share: nothing happens to everything by mistake.
enum QueueSelection {
    static let countMax = 10_000

    static func validate(_ ids: [String], _ choice: QueueChoice) throws {
        guard !ids.isEmpty || choice.isNarrow else {
            throw ValidationError("say which: ids, --agent, --client or --cause")
        }
        if let short = ids.first(where: { $0.count < 6 }) {
            throw ValidationError("\(short) is too short; write at least the first six characters of the id")
        }
    }

    /// Every id that was typed must be there, and mean one.
    static func expect(_ found: [String], _ ids: [String]) throws {
        for id in ids {
            let fitting = found.filter { $0.hasPrefix(id.uppercased()) }
            guard fitting.count != 1 else { continue }
            throw SetupError(
                fitting.isEmpty
                    ? "\(PlainLine.of(id)) is not in the queue" : "\(PlainLine.of(id)) fits \(fitting.count)",
                fix: "bureau queue list shows what is there; write more characters of the id",
                exitCode: ExitStatus.failed)
        }
    }

    /// What was named one by one needs no second word.
    static func confirm(_ count: Int, isSaid: Bool, _ ids: [String], verb: String) throws {
        guard ids.isEmpty, count > 0, !isSaid else { return }
        throw SetupError(
            "this would \(verb) \(count); nothing was changed", fix: "look with --dry-run, then add --yes",
            exitCode: ExitStatus.usage)
    }

    static func report(_ outcomes: [QueueDesk.Outcome], _ output: OutputOptions) throws {
        var listing = Listing(
            [.init("ID"), .init("OK"), .init("WHAT", isElastic: true)], empty: "Nothing fits.")
        for outcome in outcomes {
            listing.add(
                [
                    .init(ShortID.of(outcome.id), exact: outcome.id, .strong),
                    .init(outcome.isDone ? "yes" : "no", outcome.isDone ? .good : .bad), .init(outcome.sentence),
                ],
                .made([
                    ("id", .string(outcome.id)), ("ok", .bool(outcome.isDone)), ("sentence", .string(outcome.sentence)),
                ]))
        }
        try output.print(listing)
        if outcomes.contains(where: { !$0.isDone }) { throw ExitCode(ExitStatus.failed) }
    }
}
