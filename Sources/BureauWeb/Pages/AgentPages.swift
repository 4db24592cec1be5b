import BureauDomain
import BureauEngine
import Hummingbird

/// The agents, and one of them.
struct AgentPages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }

    var routes: [Route] {
        [
            .page("/agents", .viewer) { try await list($0) },
            .page("/agents/:name", .viewer) { try await show($0) },
            .page("/agents/:name/test", .operator) { try await askToTest($0) },
            .action("/agents/:name/test", .operator) { try await test($0) },
        ]
    }

    private func list(_ web: WebRequest) async throws -> Response {
        let agents = house.catalog.agents, person = try web.signedIn().person
        let lately = try await house.part("What the agents did lately", or: [String: AgentFigures]()) {
            var figures: [String: AgentFigures] = [:]
            for agent in agents {
                figures[agent.config.name] = try await AgentFigures.of(agent.config.name, person, house)
            }
            return figures
        }
        let figures = lately.value
        let problems = AgentProblems(catalog: house.catalog), broken = problems.broken()
        let order = Self.order(web)
        let rows = Self.sorted(agents, order, figures).map { agent -> [Table.Cell] in
            let config = agent.config, lately = figures[config.name]
            return [
                Table.Cell(text: config.displayName, address: "/agents/\(config.name)/"),
                Table.Cell(text: "", chip: AgentTriggers.chip(triggers(config).isOn)),
                Table.Cell(text: config.description),
                Table.Cell(text: triggers(config).words), lastRun(lately),
                Table.Cell(text: lately?.success ?? ""), Table.Cell(text: lately?.middleTime ?? ""),
                Table.Cell(text: lately?.middleCost ?? ""),
                Table.Cell(text: "\(config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax)"),
                attention(config.name, lately, broken[config.name]),
            ]
        }
        let columns = Table.columns(
            "Agent", "On", "What it does", "Started by", "Last run", "#Done in \(AgentFigures.daysShown) days",
            "#Usual time", "#Usual cost", "#Limit", "Needs attention")
        var page = Page(title: "Agents", heading: "Agents")
        page.blocks = problems.blocks() + [lately.lost].compactMap(\.self)
        page.blocks.append(
            Block(
                table: Table(
                    "Agents this server knows", order.columns(columns, web), rows + problems.rows(),
                    empty: "No agents yet. Copy agents/example.json, or run: bureau agents new NAME",
                    csv: web.address("/agents.csv", changing: [:]))))
        return try await house.page(page, web)
    }

    static func order(_ web: WebRequest) -> ListOrder {
        ListOrder(
            web, "/agents/", usual: .init(name: "", column: "Agent", isDescending: false, isTold: false),
            .init(name: "last-run", column: "Last run", isDescending: true),
            .init(name: "longest-ago", column: "Last run", isDescending: false))
    }

    /// Those that run at the same moment, or never did, by name.
    static func sorted(
        _ agents: [LoadedAgent], _ order: ListOrder, _ figures: [String: AgentFigures]
    ) -> [LoadedAgent] {
        guard !order.isUsual else { return agents }
        func moment(_ agent: LoadedAgent) -> Int64 { figures[agent.config.name]?.last?.acceptedAt ?? 0 }
        return agents.sorted { one, other in
            let (first, second) = (moment(one), moment(other))
            guard first != second else { return one.config.name < other.config.name }
            return order.way.isDescending ? first > second : first < second
        }
    }

    private func lastRun(_ lately: AgentFigures?) -> Table.Cell {
        guard let lately else { return Table.Cell(text: "not known") }
        guard let run = lately.last else { return Table.Cell(text: "none") }
        return Table.Cell(
            text: clock.moment(run.acceptedAt), address: "/runs/\(run.id)/", iso: PageClock.iso(run.acceptedAt))
    }

    private func attention(_ name: String, _ lately: AgentFigures?, _ broken: ConfigProblem?) -> Table.Cell {
        if let broken {
            let chip = Chip(glyph: "✕", word: "File not valid", tone: "bad")
            return Table.Cell(text: "Line \(broken.line): its last valid version runs", chip: chip)
        }
        guard let count = lately?.failedUnseen, count > 0 else { return Table.Cell(text: "") }
        return Table.Cell(
            text: "\(count) failed", address: "/inbox/?kind=failures&agent=\(WebRequest.escaped(name))")
    }

    private func triggers(_ config: AgentConfig) -> AgentTriggers { AgentTriggers(house: house, config: config) }

    private func show(_ web: WebRequest) async throws -> Response {
        guard let agent = house.catalog.agent(web.parameter("name")) else { throw PageProblem.notFound }
        let (config, person) = (agent.config, try web.signedIn().person)
        var page = Page(title: config.displayName, heading: config.displayName)
        page.lead = config.description
        page.crumbs = [Link(word: "Agents", address: "/agents/"), Link(word: config.displayName)]
        if person.role >= .operator, config.triggers.manualCLI {
            page.links = [Link(word: "Start a run", address: "/runs/new?agent=\(config.name)", style: "button primary")]
        }
        page.blocks = AgentProblems(catalog: house.catalog).blocks(of: config.name)
        page.blocks += [
            Block(heading: "How it works", facts: facts(config)), triggers(config).block(),
        ]
        page.blocks += try await house.panel("The last runs") { [try await lastRuns(config, person)] }
        page.blocks.append(
            Block(
                heading: "Configuration",
                disclosure: Disclosure(
                    summary: "Version \(config.version), as it is used now", body: agent.prettyConfig,
                    isCopied: true),
                links: [Link(word: "What it may say (JSON schema)", address: AssetRoutes.agentSchema.path)]))
        if person.role >= .engineer {
            let form = Form(action: "/agents/\(config.name)/check", verb: "Check", tone: "", style: "form row")
            var check = try await ConnectionPages.block(
                house, .agent(config.name), form,
                empty: "Looks whether the file is valid and the vendors have what it names. Nothing is changed.")
            check.heading = "Check"
            page.blocks.append(check)
        }
        if person.role >= .operator, config.triggers.manualCLI { page.blocks.append(testRun(config)) }
        page.blocks += try await house.panel("The versions", id: "versions") {
            try await AgentVersions(house: house, agent: agent).blocks(web)
        }
        return try await house.page(page, web)
    }

    private func lastRuns(_ config: AgentConfig, _ person: PersonRecord) async throws -> Block {
        var listing = RunListing(visible: person.clients)
        (listing.agent, listing.limit) = (config.name, 20)
        let runs = try await house.runs.list(listing)
        try await house.readConfigs(of: runs)
        return Block(
            heading: "Last runs",
            table: RunWords.table("The newest runs of this agent", runs, house, empty: "It has not run yet."))
    }

    private func testRun(_ config: AgentConfig) -> Block {
        Block(
            heading: "Test run", text: "A real run for a client that does not exist, \(SyntheticClient.name).",
            forms: [Form(action: "/agents/\(config.name)/test", verb: "Start a test run…", tone: "", style: "form row")]
        )
    }

    private func tested(_ web: WebRequest) throws -> LoadedAgent {
        guard let agent = house.catalog.agent(web.parameter("name")), agent.config.triggers.manualCLI else {
            throw PageProblem.notFound
        }
        return agent
    }

    private func askToTest(_ web: WebRequest) async throws -> Response {
        let config = try tested(web).config, address = "/agents/\(config.name)/"
        let limit = config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
        let lately = try await AgentFigures.of(config.name, try web.signedIn().person, house)
        let places = Self.channels(config.delivery)
        let page = ConfirmPage(
            question: "Start a test run?", about: config.displayName,
            crumbs: [
                Link(word: "Agents", address: "/agents/"), Link(word: config.displayName, address: address),
                Link(word: "Test run"),
            ],
            effect: "A real run begins for a client that does not exist, \(SyntheticClient.name).",
            cost: "At most \(limit). \(lately.expectation ?? "")",
            reach: places.isEmpty
                ? "Only Bureau: it delivers nowhere." : "Its results go to \(places) like any other's.",
            undo: "It can be stopped; what it has spent by then is spent.", action: "/agents/\(config.name)/test",
            verb: "Start a test run", back: Link(word: "Leave it", address: address))
        return try await house.page(page.page, web)
    }

    private func test(_ web: WebRequest) async throws -> Response {
        let agent = try tested(web)
        guard ConfirmPage.isConfirmed(web) else { return .seeOther("/agents/\(agent.config.name)/test") }
        let actor = try web.actor()
        let run = try await house.runs.start(
            .test(of: agent, from: .api, by: "web \(actor.name)", key: "web/\(house.doors.makeID())"))
        house.wake()
        try await house.audit.note(started: run, by: actor, "test run started")
        return try await house.done("The test run has begun.", "/runs/\(run.id)/", web)
    }

    private func facts(_ config: AgentConfig) -> Facts {
        let approvals = config.approvals
        let who = approvals.people + approvals.slackApprovers
        return Facts([
            Facts.Fact(name: "Name", value: config.name, isCode: true),
            Facts.Fact(name: "Required fields", value: config.payloadSource.requiredFields.joined(separator: ", ")),
            Facts.Fact(name: "Optional fields", value: config.payloadSource.optionalFields.joined(separator: ", ")),
            Facts.Fact(name: "May take", value: Words.duration(config.limits.sessionDurationMax)),
            Facts.Fact(
                name: "May cost", value: "\(config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax) a run"
            ),
            Facts.Fact(
                name: "Approvals",
                value: (who.isEmpty ? "operators and above" : who.joined(separator: ", "))
                    + (approvals.isTwoPerson ? "; never by whoever asked for the run" : "")),
            Facts.Fact(name: "Delivers to", value: Self.channels(config.delivery)),
        ])
    }

    private static func channels(_ delivery: AgentConfig.Delivery) -> String {
        var words: [String] = []
        if delivery.googleDrive != nil { words.append("Google Drive") }
        if delivery.clickUp != nil { words.append("ClickUp") }
        if delivery.asana != nil { words.append("Asana") }
        if let slack = delivery.slack { words.append("Slack \(slack.channel)") }
        if delivery.folder != nil { words.append("folder") }
        return words.joined(separator: ", ")
    }
}
