import BureauDomain
import BureauEngine
import Foundation

/// What a start would mean: who has had one lately, what money is left, what the agent would be told.
struct StartOutlook {
    let house: WebHouse
    let agent: LoadedAgent
    let person: PersonRecord
    static let recentMilliseconds: Int64 = 24 * 3_600_000, recentRunsMax = 200
    private var config: AgentConfig { agent.config }

    /// When this agent last ran for a client in the last day, by client.
    func recent() async throws -> [String: Int64] {
        var listing = RunListing(visible: person.clients)
        (listing.agent, listing.limit) = (config.name, Self.recentRunsMax)
        listing.acceptedFrom = house.clock.now() - Self.recentMilliseconds
        let runs = try await house.runs.list(listing)
        let times = runs.compactMap { run in run.clientSlug.map { ($0, run.acceptedAt) } }
        return Dictionary(times, uniquingKeysWith: max)
    }

    /// As a sentence, since another follows.
    var description: String {
        let text = config.description
        return text.isEmpty || text.hasSuffix(".") ? text : text + "."
    }

    func expectation() async throws -> String {
        try await AgentFigures.of(config.name, person, house).expectation ?? ""
    }

    static func missing(
        _ client: ClientRecord?, _ agent: LoadedAgent, given: JSONObject = JSONObject()
    ) -> [String] {
        AgentReadiness.judge(agent.config.payloadSource, client: client, isArchived: false, given: given).missing
            .map { ClientFact.named($0).label }
    }

    /// What keeps a run without a task from beginning. Nil when it has all it needs.
    static func problem(_ client: ClientRecord?, _ agent: LoadedAgent, _ input: StartInput) -> FieldProblem? {
        let missing = missing(client, agent, given: input.written ?? JSONObject())
        guard !missing.isEmpty else { return nil }
        let needs = "it needs \(missing.joined(separator: ", "))"
        guard let client, input.written == nil else {
            return FieldProblem(
                field: StartInput.payload,
                text: "This is not enough for this agent: \(needs). Add that, or name a task that has it.")
        }
        return FieldProblem(
            field: "client",
            text: "\(client.name) is not ready for this agent: \(needs). "
                + "Fill that in on the client's page, or name a task that has it.")
    }

    /// The limits this agent's runs draw on, and the client's own, with what is left of each.
    func budgets(client: String?) async throws -> Facts? {
        let mine = try await house.budgets.list().filter {
            $0.account.owner == .agency || $0.account.owner == .agent(config.name)
        }
        let own = if let client { try await house.budgets.list(visible: [client]) } else { [BudgetDesk.Line]() }
        let left = (mine + own).compactMap { line -> Facts.Fact? in
            guard let left = line.left, let budget = line.budget else { return nil }
            return Facts.Fact(name: "Left of \(line.account.words)", value: "\(left) of \(budget.limit)")
        }
        return left.isEmpty ? nil : Facts(left)
    }

    /// Nothing is stored and nobody is asked: what only the task knows is filled in when the run reads it.
    func look(_ client: ClientRecord?, given: JSONObject, task: String?, _ recent: [String: Int64]) -> [Block] {
        var blocks: [Block] = []
        if let client, let at = recent[client.slug] {
            let told: TimedText = "This agent ran for \(client.name) \(at, house.clock.moment)."
            blocks.append(
                Block(
                    callout: Callout(
                        tone: "warn", title: told.words, told: told,
                        text: "Starting it once more does the work, and costs the money, a second time.",
                        link: Link(
                            word: "See its runs", address: "/runs/?agent=\(config.name)&client=\(client.slug)"))))
        }
        if let client {
            let missing = Self.missing(client, agent, given: given)
            if !missing.isEmpty {
                blocks.append(
                    Block(
                        callout: Callout(
                            tone: "warn", title: "\(client.name) needs \(missing.joined(separator: ", ")).",
                            text: "The task has to have it, or the run waits for information.")))
            }
        }
        let more = task == nil ? "" : " What the task says is added when the run reads it."
        blocks.append(
            Block(
                id: "look", heading: "The message", text: "Nothing has begun yet.\(more)",
                disclosure: Disclosure(summary: "What the agent is told", body: message(given), isOpen: true)))
        return blocks
    }

    /// In the place of what only the task can say.
    private static let later = JSONValue.string("(from the task)")

    private func message(_ known: JSONObject) -> String {
        let now = Date(timeIntervalSince1970: Double(house.clock.now()) / 1_000)
        let unknown = (["client_id"] + config.payloadSource.requiredFields).filter { known[$0] == nil }
        let payload = JSONObject(
            known.members.map { ($0.key, $0.value) } + Set(unknown).sorted().map { ($0, Self.later) })
        var values = KickoffValues.make(
            payload: payload, agentName: config.name, runID: "(the run's id)", at: now)
        values["capsules"] = "(what earlier reports say)"
        return Outgoing.clean(config.kickoffPrompt.render(values))
    }
}
