import BureauDomain
import BureauEngine

/// What stands around a run: earlier ones of its task, those it repeats or that repeat it, its family, its config.
struct RunHistory {
    let house: WebHouse
    let run: RunRecord
    let person: PersonRecord
    static let runsMax = 10

    /// Nothing for a run without a task.
    func others() async throws -> [Block] {
        guard let task = run.taskID else { return [] }
        var listing = RunListing(visible: person.clients)
        (listing.task, listing.limit) = (task, Self.runsMax + 1)
        let others = try await house.runs.list(listing).filter { $0.id != run.id }
        try await house.readConfigs(of: others)
        return [
            Block(
                id: "history", heading: "History of this task (\(others.count))",
                table: RunWords.table(
                    "Other runs of task \(task), newest first", Array(others.prefix(Self.runsMax)), house,
                    empty: "No other run has worked on this task."))
        ]
    }

    func family() async throws -> [Block] {
        let (parent, children) = try await house.runs.family(run.id)
        let runs = ([parent].compactMap { $0 } + children).filter(isVisible)
        guard !runs.isEmpty else { return [] }
        try await house.readConfigs(of: runs)
        return [
            Block(
                heading: "Family",
                table: RunWords.table(
                    "The run that started this one, and those it has started", runs, house, empty: ""))
        ]
    }

    private func isVisible(_ run: RunRecord) -> Bool { person.maySee(client: run.clientSlug) }

    /// The run this one repeats, and those that repeat it.
    func repeats() async throws -> Block? {
        let earlier = try await house.runs.find(ids: [run.againOf].compactMap(\.self)).values
        let runs = (earlier + (try await house.runs.repeats(of: run.id))).filter(isVisible)
        guard !runs.isEmpty else { return nil }
        return Block(
            id: "again", heading: "Run again",
            table: RunWords.table(
                run.againOf == nil ? "Runs that repeat this one" : "The run this one repeats, and those that repeat it",
                runs, house, empty: ""))
    }

    /// What the agent is told, and by which config.
    func input(_ agent: LoadedAgent?) -> [Block] {
        var blocks: [Block] = []
        let given = RunInput(house: house)
        if var payload = given.block(.payload, of: run) {
            payload.text = "Credentials, and fields named like one, are left out here."
            blocks.append(payload)
        }
        blocks += [given.block(.request, of: run)].compactMap(\.self)
        if !blocks.isEmpty { (blocks[0].id, blocks[0].heading) = ("input", "Input and config") }
        guard let agent, let now = house.catalog.agent(run.agent), now.hash != agent.hash else { return blocks }
        let found = LineDiff.of(agent.prettyConfig, now.prettyConfig)
        blocks.append(
            Block(
                id: "config", folded: "This run's config is not today's",
                diff: Diff(
                    caption: "Version \(run.agentVersion) of this run against version \(now.config.version) now",
                    lines: found.lines)))
        return blocks
    }
}

extension LoadedAgent {
    /// Indented, for people and for comparing.
    var prettyConfig: String { (try? JSONValue.parse(Array(canonical.utf8)).pretty) ?? canonical }
}
