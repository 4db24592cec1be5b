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
    @Option(help: "Only those this run has started.") var parent: String?
    @Option(help: "Only older than this run, to page on.") var before: String?
    @Option(help: "At most this many, 1 to 1000.") var limit = 50

    func validate() throws {
        _ = try state()
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 1000.") }
    }

    private func state() throws -> RunState? {
        guard let status else { return nil }
        let names = RunState.allCases.map(\.rawValue)
        if let known = RunState(rawValue: status.lowercased()) { return known }
        let near = NearestKey.nearest(to: status, in: names).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError(
            "There is no state '\(PlainLine.of(status))'; choose from \(names.joined(separator: ", ")).\(near)")
    }

    func run() async throws {
        try await Terminal.guarded {
            let state = try state()
            try await Records.with(try common.settings()) { records in
                var filter = RunFilter(agent: agent, client: client, state: state, text: text, limit: limit)
                if let parent { filter.parent = try await records.desk.find(parent).id }
                if let before { filter.before = try await records.desk.find(before).id }
                let runs = try await records.desk.list(filter)
                try output.print(Self.listing(runs, now: records.doors.now()))
            }
        }
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
