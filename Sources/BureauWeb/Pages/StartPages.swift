import BureauDomain
import BureauEngine
import Hummingbird

/// Starting a run by hand: which agent, for whom, on which task.
struct StartPages: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/runs/new", .operator) { try await show($0) },
            .action("/runs", .operator) { try await start($0) },
        ]
    }

    private func show(_ web: WebRequest, problem: String? = nil, status: Int = 200) async throws -> Response {
        let person = try web.signedIn().person
        let agents = house.catalog.agents.filter(\.config.triggers.manualCLI)
        let clients = try await house.clients.standings().filter {
            person.maySee(client: $0.record.slug) && !$0.isArchived
        }
        let chosen = web.form["agent"] ?? web.query("agent") ?? agents.first?.config.name
        let agent = agents.first { $0.config.name == chosen }
        let client = web.form["client"] ?? web.query("client")
        var page = Page(title: "Start a run", heading: "Start a run")
        page.crumbs = [Link(word: "Runs", address: "/runs/"), Link(word: "Start a run")]
        page.status = status
        guard let agent else {
            page.blocks = [
                Block(
                    callout: Callout(
                        tone: "info", title: "No agent may be started by hand.",
                        fix: "Set triggers.manual_cli.enabled in an agent's config; see the Agents page."))
            ]
            return try await house.page(page, web)
        }
        let lately = try await AgentFigures.of(agent.config.name, person, house)
        page.blocks = [
            Block(
                filters: Filters(
                    action: "/runs/new",
                    fields: [
                        Field(
                            "agent", "Agent",
                            .options(
                                agents.map {
                                    Field.Option(
                                        word: $0.config.displayName, value: $0.config.name,
                                        isOn: $0.config.name == agent.config.name)
                                }), hint: "Another agent may ask for other fields.", id: "choose-agent")
                    ])),
            Block(
                text: [agent.config.description, lately.expectation].compactMap(\.self).joined(separator: " "),
                forms: [
                    Form(
                        action: "/runs", verb: "Start run",
                        fields: [
                            Field("agent", "", .hidden, value: agent.config.name),
                            Field(
                                "client", "Client",
                                .options(
                                    [Field.Option(word: "No client", value: "")]
                                        + clients.map {
                                            Self.option($0.record, agent.config, isOn: $0.record.slug == client)
                                        }), hint: "What a client's record lacks may come with the task."),
                            Field(
                                "task", "ClickUp task id", value: web.form["task"] ?? "",
                                hint: "Needed when there is no client. The result goes back to it."),
                            Field(
                                "limit", "May cost at most, in dollars", value: web.form["limit"] ?? "",
                                hint: "Empty: \(limit(agent)), the agent's own limit."),
                        ], problem: problem, cancel: Link(word: "Cancel", address: "/runs/"))
                ]),
        ]
        return try await house.page(page, web)
    }

    private static func option(_ client: ClientRecord, _ agent: AgentConfig, isOn: Bool) -> Field.Option {
        let missing = AgentReadiness.judge(agent.payloadSource, client: client, isArchived: false).missing
            .map { ClientFact.named($0).label }
        let word = missing.isEmpty ? client.name : "\(client.name): lacks \(missing.joined(separator: ", "))"
        return Field.Option(word: word, value: client.slug, isOn: isOn)
    }

    private func limit(_ agent: LoadedAgent) -> MicroUSD {
        agent.config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
    }

    private func start(_ web: WebRequest) async throws -> Response {
        let actor = try web.actor(), person = try web.signedIn().person
        guard let agent = house.catalog.agent(web.form["agent"] ?? ""), agent.config.triggers.manualCLI else {
            return try await show(web, problem: "Choose an agent that may be started by hand.", status: 422)
        }
        let task = web.form["task"].flatMap { $0.isEmpty ? nil : String($0.prefix(40)) }
        let slug = web.form["client"].flatMap { $0.isEmpty ? nil : $0 }
        guard task != nil || slug != nil else {
            return try await show(web, problem: "Say what to work on: a client, a task, or both.", status: 422)
        }
        guard task?.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) ?? true else {
            return try await show(web, problem: "A ClickUp task id has letters and digits only.", status: 422)
        }
        var client: ClientRecord?
        if let slug {
            guard person.maySee(client: slug), let found = try await house.clients.find(slug) else {
                throw PageProblem.notFound
            }
            client = found
        }
        var costMax: MicroUSD?
        if let text = web.form["limit"], !text.isEmpty {
            guard let cents = Self.cents(text) else {
                return try await show(
                    web, problem: "Write the limit in dollars, such as 2.50, at least a cent.", status: 422)
            }
            costMax = .cents(cents)
        }
        let run = try await house.runs.start(
            NewRun(
                agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
                triggerSource: .api,
                requestedBy: "web \(actor.name)", dedupeKey: "web/\(house.doors.makeID())", clientSlug: client?.slug,
                clientName: client?.name, taskID: task,
                payload: client.map { JSONValue.object($0.payload()).canonical }, costMax: costMax,
                hasThread: agent.hasThread))
        house.wake()
        try await house.audit.note(actor, "run started", "run \(run.id)", client: run.clientSlug, after: run.document)
        return try await house.done("The run has begun.", "/runs/\(run.id)/", web)
    }

    /// "2.50" is 250; nil for what is no amount, less than a cent or more than a hundred thousand dollars.
    static func cents(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]), (0...100_000).contains(whole) else {
            return nil
        }
        let fraction = parts.count == 2 ? String(parts[1]) : "0"
        guard (1...2).contains(fraction.count), fraction.allSatisfy(\.isNumber), let part = Int64(fraction) else {
            return nil
        }
        let cents = whole * 100 + (fraction.count == 1 ? part * 10 : part)
        return cents > 0 ? cents : nil
    }
}
