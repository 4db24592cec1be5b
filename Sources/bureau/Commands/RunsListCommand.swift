import ArgumentParser
import BureauDomain
import BureauEngine

struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Runs, newest first.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only this agent's.") var agent: String?
    @Option(help: "Only this client's, by slug.") var client: String?
    @Option(help: "Only in this state, such as running or failed.") var status: String?
    @Option(help: "Only with each of these words in client, agent, task, id, summary or cause.") var text: String?
    @Option(help: "Only started so: webhook, clickup, asana, cli, slack, cron, api or agent.") var trigger: String?
    @Option(help: "Only accepted on this day or later, such as 2026-11-21, in the agency's zone.") var from: String?
    @Option(help: "Only accepted on this day or earlier.") var to: String?
    @Option(help: "attention, running or review, as the tabs of the page.") var view: String?
    @Option(help: "Only those this run has started.") var parent: String?
    @Option(help: "Only older than this run, to page on.") var before: String?
    @Option(help: "At most this many, 1 to 1000.") var limit = 50

    private static let triggers =
        WorkToolKind.allCases.map(\.rawValue) + [
            "webhook", "cli", "slack", "cron", "api", "agent",
        ]
    private static let views = RunsView.allCases.map(\.rawValue).filter { !$0.isEmpty }

    func validate() throws {
        _ = try (state(), chosenTrigger(), chosenView())
        _ = try (TypedDay("--from", from), TypedDay("--to", to))
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
    }

    private func state() throws -> RunState? {
        try Self.choice("state", status?.lowercased(), RunState.allCases.map(\.rawValue)).flatMap(
            RunState.init(rawValue:))
    }

    private func chosenTrigger() throws -> String? { try Self.choice("trigger", trigger, Self.triggers) }

    private func chosenView() throws -> RunsView? {
        try Self.choice("view", view, Self.views).flatMap(RunsView.init(rawValue:))
    }

    private static func choice(_ what: String, _ given: String?, _ known: [String]) throws -> String? {
        guard let given, !known.contains(given) else { return given }
        let near = NearestKey.nearest(to: given, in: known).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError(
            "There is no \(what) '\(PlainLine.of(given))'; choose from \(known.joined(separator: ", ")).\(near)")
    }

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            var listing = try narrowed(in: settings.engine.agencyZone)
            try await Records.with(settings) { records in
                if let parent {
                    let id = try await records.desk.find(parent).id
                    let children = try await records.desk.family(id).children.map(\.id)
                    (listing.among, listing.isEmpty) = (Set(children), listing.isEmpty || children.isEmpty)
                }
                if let before { listing.before = try await records.desk.find(before).id }
                let runs = try await records.desk.list(listing)
                try output.print(Self.listing(runs, now: records.doors.now()))
            }
        }
    }

    /// Whoever has the data folder sees every client.
    private func narrowed(in zone: ZoneOffsets) throws -> RunListing {
        var listing = RunListing(visible: nil)
        (listing.agent, listing.client, listing.text, listing.limit) = (agent, client, text, limit)
        let trigger = try chosenTrigger()
        // A tool's name stands for its webhooks.
        listing.tool = trigger.flatMap(WorkToolKind.init(rawValue:))
        listing.trigger = listing.tool == nil ? trigger : NewRun.TriggerSource.webhook.rawValue
        listing.acceptedFrom = try TypedDay("--from", from)?.start(in: zone)
        listing.acceptedBefore = try TypedDay("--to", to)?.end(in: zone)
        try chosenView()?.narrow(&listing)
        if let state = try state() { listing.narrow(to: state) }
        return listing
    }

    static func listing(_ runs: [RunRecord], now: Int64) -> Listing {
        var listing = Listing(
            [
                .init("RUN"), .init("AGENT"), .init("CLIENT", isElastic: true), .init("STATUS"), .init("ACCEPTED"),
                .init("TOOK", isRight: true), .init("COST", isRight: true), .init("WHY", isElastic: true),
            ], empty: "No runs. Start one: bureau run AGENT --client SLUG")
        for run in runs {
            let view = RunView(run)
            listing.add(
                [
                    Listing.Cell(ShortID.of(run.id), exact: run.id, .strong), Listing.Cell(run.agent),
                    Listing.Cell(view.client, exact: run.clientSlug ?? ""),
                    Listing.Cell(run.state.word, exact: run.state.rawValue, run.state.tone),
                    Listing.Cell(Clock.moment(run.acceptedAt, now: now), exact: Clock.iso(run.acceptedAt)),
                    Listing.Cell(view.duration(now: now)), Listing.Cell(view.cost),
                    Listing.Cell(run.cause?.sentence ?? ""),
                ], view.object)
        }
        return listing
    }
}

extension RunState {
    var tone: Style.Tone? {
        switch self {
        case .done: .good
        case .failed, .stopped: .bad
        case .needsInfo, .waitingApproval, .doneWithProblems, .inReview: .warning
        case .ignored: .faint
        case .queued, .starting, .running, .collecting, .delivering, .revising, .stopping: nil
        }
    }
}
