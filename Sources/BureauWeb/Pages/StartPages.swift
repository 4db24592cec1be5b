import BureauDomain
import BureauEngine
import Hummingbird

/// Starting a run by hand: which agent, for whom, on which task; first a look at what it would be told, if wanted.
struct StartPages: Sendable {
    let house: WebHouse
    /// The client whose message, and what is said before it, has been looked at.
    static let looked = "looked"

    var routes: [Route] {
        [
            .page("/runs/new", .operator) { try await show($0) },
            .action("/runs", .operator) { try await start($0) },
        ]
    }

    private func given(_ web: WebRequest, _ name: String) -> String { web.form[name] ?? web.query(name) ?? "" }

    private func show(
        _ web: WebRequest, _ problem: FieldProblem? = nil, isLook: Bool = false
    ) async throws -> Response {
        let person = try web.signedIn().person, slug = given(web, "client")
        let agents = house.catalog.agents.filter(\.config.triggers.manualCLI)
        let picker = try await ClientPicker(house, person, inWorkOnly: true), clients = picker.clients
        let chosen = given(web, "agent")
        var page = Page(title: "Start a run", heading: "Start a run")
        page.crumbs = [Link(word: "Runs", address: "/runs/"), Link(word: "Start a run")]
        page.status = problem == nil ? 200 : 422
        guard let agent = agents.first(where: { $0.config.name == chosen }) ?? agents.first else {
            page.blocks = [
                Block(
                    callout: Callout(
                        tone: "info", title: "No agent may be started by hand.",
                        fix: "Set triggers.manual_cli.enabled in an agent's config; see the Agents page."))
            ]
            return try await house.page(page, web)
        }
        let outlook = StartOutlook(house: house, agent: agent, person: person)
        let recent = try await outlook.recent()
        let chooser = chooser(agents, agent, problem)
        let options = picker.isCut ? nil : clients.map { option($0, agent, recent, web) }
        var form = try form(web, agent, options, problem)
        let fields = (chooser.filters?.fields ?? []) + form.fields + (form.folded?.fields ?? [])
        page.blocks = [problem?.summary(fields), chooser].compactMap(\.self)
        let looks = problem == nil && (isLook || web.query("look") == "yes")
        // Whoever has looked is not led there again because another field was wrong.
        if looks || (!slug.isEmpty && web.form[Self.looked] == slug) {
            form.fields.append(Field(Self.looked, "", .hidden, value: slug))
        }
        if looks {
            let task = given(web, "task")
            let client = person.maySee(client: slug) ? try await house.clients.find(slug) : nil
            let input = try? StartInput(web.form, client: client?.slug)
            page.blocks += outlook.look(
                client, given: input?.payload(of: client) ?? client?.payload() ?? JSONObject(),
                task: task.isEmpty ? nil : task, recent)
        }
        page.blocks.append(
            Block(
                text: [outlook.description, try await outlook.expectation()].joined(separator: " "),
                facts: try await outlook.budgets(client: !slug.isEmpty && person.maySee(client: slug) ? slug : nil),
                forms: [form]))
        return try await house.page(page, web)
    }

    private func chooser(_ agents: [LoadedAgent], _ agent: LoadedAgent, _ problem: FieldProblem?) -> Block {
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
                            }), hint: "Another agent may ask for other fields.", id: "choose-agent",
                        problem: problem?.at("agent"))
                ]))
    }

    private func form(
        _ web: WebRequest, _ agent: LoadedAgent, _ clients: [Field.Option]?, _ problem: FieldProblem?
    ) throws -> Form {
        let tool = agent.taskTool?.label ?? "ClickUp"
        let seesAll = try web.signedIn().person.clients == nil
        return Form(
            action: "/runs", verb: "Start run",
            fields: [
                Field("agent", "", .hidden, value: agent.config.name),
                client(
                    web, clients.map { (seesAll ? [Field.Option(word: "No client", value: "")] : []) + $0 }, problem),
                Field(
                    "task", "\(tool) task", value: given(web, "task"),
                    hint: (seesAll ? "Its link or id. Needed when there is no client." : "Its link or id.")
                        + " The result goes back to it.", problem: problem?.at("task")),
                Field(
                    "limit", "May cost at most, in dollars", value: given(web, "limit"),
                    hint: "Empty: \(limit(agent)), the agent's own limit.", problem: problem?.at("limit")),
                Field(
                    StartInput.notes, "Notes", .long, value: given(web, StartInput.notes),
                    hint: "The agent is given these with the payload, as \(GivenInput.notesField).",
                    problem: problem?.at(StartInput.notes)),
            ],
            folded: StartInput.folded(
                "Payload as JSON", given(web, StartInput.payload),
                hint: "One object; its members take the place of the client's. What the task says comes before both.",
                problem),
            cancel: Link(word: "Cancel", address: "/runs/"),
            second: .init(word: "Look at the message first", name: "do", value: "look"))
    }

    /// `options` is nil where there are more clients than a list holds.
    private func client(_ web: WebRequest, _ options: [Field.Option]?, _ problem: FieldProblem?) -> Field {
        let hint = "What a client's record lacks has to come with the task."
        return Field(
            "client", "Client", options.map { Field.Kind.options($0) } ?? .line(type: "text"),
            value: given(web, "client"),
            hint: options == nil ? "\(ClientPicker.hint) \(hint)" : hint, problem: problem?.at("client"))
    }

    private func option(
        _ client: ClientRecord, _ agent: LoadedAgent, _ recent: [String: Int64], _ web: WebRequest
    ) -> Field.Option {
        let missing = StartOutlook.missing(client, agent)
        let needs = missing.isEmpty ? nil : "needs \(missing.joined(separator: ", "))"
        let ran = recent[client.slug].map { "ran \(house.clock.moment($0))" }
        let more = [needs, ran].compactMap(\.self).joined(separator: "; ")
        return Field.Option(
            word: more.isEmpty ? client.name : "\(client.name): \(more)", value: client.slug,
            isOn: client.slug == given(web, "client"))
    }

    private func limit(_ agent: LoadedAgent) -> MicroUSD {
        agent.config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
    }

    private func start(_ web: WebRequest) async throws -> Response {
        let actor = try web.actor(), wish: StartWish
        do { wish = try await StartWish(web, house) } catch let problem as FieldProblem {
            return try await show(web, problem)
        }
        guard try await !mustLook(web, wish.agent, wish.client) else {
            // An address does not hold what is long.
            guard wish.input.notes.isEmpty, wish.input.written == nil else { return try await show(web, isLook: true) }
            return .seeOther("/runs/new?look=yes&\(wish.query)")
        }
        let run = try await house.runs.start(wish.run(by: actor, dedupeKey: "web/\(house.doors.makeID())"))
        house.wake()
        try await house.audit.note(started: run, by: actor)
        return try await house.done("The run has begun.", "/runs/\(run.id)/", web)
    }

    /// Where somebody wants to, and once where the agent had this client in the last day: it is paid for twice.
    private func mustLook(_ web: WebRequest, _ agent: LoadedAgent, _ client: ClientRecord?) async throws -> Bool {
        if web.form["do"] == "look" { return true }
        guard let client, web.form[Self.looked] != client.slug else { return false }
        let outlook = StartOutlook(house: house, agent: agent, person: try web.signedIn().person)
        return try await outlook.recent()[client.slug] != nil
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
