import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// One run: its state in words, what to do about it, and everything that happened.
struct RunPage {
    let house: WebHouse
    let run: RunRecord
    private var clock: PageClock { house.clock }
    private var words: RunWords { house.words(run) }
    /// For people without scripts, who asked for it in the address.
    static let refreshSeconds = 30

    func show(_ web: WebRequest) async throws -> Response {
        let visitor = try web.signedIn(), parts = try await RunParts.read(run, house)
        let unnamed = AskerWords(run.requestedBy, nil)
        let asker = try await house.part("Who asked for it", or: unnamed) { try await house.asker(run) }
        var page = Page(title: "\(words.chip.glyph) \(words.title)", heading: words.title, chip: words.chip)
        if let later = parts.doneLater { page.chip?.word = "\(words.chip.word), then done in \(later.prefix(10))" }
        page.lead = lead(parts.agent.value)
        page.printed = clock.printed([words.client, "run \(run.id)"])
        page.crumbs = [
            Link(word: "Runs", address: "/runs/"),
            Link(word: words.client, address: run.clientSlug.map { "/runs/?client=\($0)" }),
            Link(word: "run \(run.id.prefix(10))"),
        ]
        page.links = links(parts.report.value)
        page.more = more
        page.blocks = try await first(parts, asker.value, visitor)
        page.blocks += try await happened(parts, asker, visitor.person, web)
        page.blocks += try await results(parts, visitor.person)
        let tabs = RunTabs.block(page.blocks, counts: parts.counts)
        page.blocks.insert(tabs, at: page.blocks.firstIndex { $0.id == "timeline" } ?? 0)
        return refreshed(try await house.page(page, web), web)
    }

    /// What waits for somebody, what is wrong, and what can be done.
    private func first(
        _ parts: RunParts, _ asker: AskerWords, _ visitor: WebRequest.Visitor
    ) async throws -> [Block] {
        let open = parts.approvals.value.filter { $0.state == .open }
        var blocks = [parts.approvals.lost].compactMap(\.self)
        blocks += try await house.panel("What the run asks") {
            var cards: [Block] = []
            for approval in open {
                cards.append(Block(approval: try await ApprovalView(house: house).card(approval, run, visitor)))
            }
            return cards
        }
        blocks += RunDoubts(run: run).blocks(parts.doubts, visitor.person)
        let why = RunWhy(
            house: house, run: run, events: parts.events.value, steps: parts.steps.value, asker: asker)
        blocks += why.blocks(doneIn: parts.doneLater).map { block in
            var block = block
            // How far it came is not known.
            if !parts.isWhole { block.facts = nil }
            return block
        }
        let bar = parts.isWhole ? Steps(steps: RunSteps(run, parts.events.value, parts.steps.value).steps) : nil
        let below = try await house.part("What it has started", or: [Form]()) { try await stopBelow(visitor.person) }
        blocks.append(
            Block(
                id: "state", callout: parts.isSeen.lost?.callout, steps: bar,
                forms: actions(visitor.person, parts.isSeen.value, parts.files.value) + below.value))
        return blocks + [below.lost].compactMap(\.self)
    }

    private func happened(
        _ parts: RunParts, _ asker: Part<AskerWords>, _ person: PersonRecord, _ web: WebRequest
    ) async throws -> [Block] {
        let around = RunHistory(house: house, run: run, person: person)
        let view = TimelineView(house: house, run: run, show: TimelineShow(web), asker: asker.value)
        let timeline = try await house.part("The timeline", or: Timeline?.none, id: "timeline") {
            try await view.page(web, own: parts.events.value)
        }
        let again = try await house.panel("What the run repeats") { [try await around.repeats()].compactMap(\.self) }
        let told = Block(
            id: "timeline", heading: "Timeline", callout: SessionLogState(house: house, run: run).callout,
            timeline: timeline.value)
        let origin = RunOrigin(words: words, config: parts.agent.value?.config, asker: asker.value)
        let start = [Block(facts: facts(origin, doing: timeline.value?.doing))] + [asker.lost].compactMap(\.self)
        return start + again + [parts.events.lost ?? timeline.lost ?? told]
    }

    private func results(_ parts: RunParts, _ person: PersonRecord) async throws -> [Block] {
        let results = RunResults(house: house, run: run), around = RunHistory(house: house, run: run, person: person)
        let (agent, files, report) = (parts.agent.value, parts.files.value, parts.report.value)
        let shown = try await house.panel("The files", id: "files") { [try await results.files(files, report)] }
        var blocks = parts.files.lost.map { [$0] } ?? shown
        blocks.append(parts.steps.lost ?? results.delivery(parts.steps.value, person))
        let rounds = try await house.panel("The rounds") {
            [try await RunRounds(house: house).block(report)].compactMap(\.self)
        }
        blocks += parts.report.lost.map { [$0] } ?? rounds
        blocks += [results.decisions(parts.approvals.value), parts.agent.lost].compactMap(\.self) + around.input(agent)
        blocks += try await house.panel("The cost", id: "cost") { [try await results.cost(agent, person)] }
        blocks += try await house.panel("How the cost grew") {
            try await RunCurve(house: house, run: run).blocks(agent)
        }
        blocks += try await house.panel("What the session used") {
            [try await RunKinds(house: house, run: run).block()].compactMap(\.self)
        }
        blocks += try await house.panel("Other runs of its task", id: "history") { try await around.others() }
        blocks += try await house.panel("Its family") { try await around.family() }
        return blocks
    }

    private func refreshed(_ response: Response, _ web: WebRequest) -> Response {
        guard web.query("refresh") == "\(Self.refreshSeconds)", !run.state.isFinal, let name = HTTPField.Name("Refresh")
        else { return response }
        var response = response
        response.headers[name] = "\(Self.refreshSeconds)"
        return response
    }

    private func lead(_ agent: LoadedAgent?) -> String {
        let limit = run.costMax ?? agent?.config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
        let took = words.took.isEmpty ? "not started" : words.took
        let alert = agent?.config.limits.alertAbove.flatMap { $0 < limit ? " (alert at \($0))" : nil } ?? ""
        return
            "\(took) · \(words.cost(of: limit))\(alert) · attempt \(run.attempt) · \(words.agent) v\(run.agentVersion)"
    }

    private func links(_ report: ArtifactRecord?) -> [Link] {
        var links: [Link] = []
        if let report { links.append(Link(word: "Open report", address: "/reports/\(report.id)/", style: "button")) }
        if let url = run.taskURL, url.hasPrefix("https://") || url.hasPrefix("http://") {
            links.append(Link(word: "Open task", address: url, style: "button"))
        }
        return links
    }

    private var more: More {
        var links: [Link] = []
        if SessionLogState(house: house, run: run).isHere {
            links.append(Link(word: "Event log (JSONL)", address: SessionLogPages.log(run)))
        }
        // For those who may open the provider's console; the others have the timeline.
        let trace = run.consoleSession.map(house.settings.consoleLink)
        if let trace, trace.hasPrefix("https://") || trace.hasPrefix("http://") {
            links.append(Link(word: "Provider trace", address: trace))
        }
        links.append(Link(word: "API", address: "/runs/\(run.id)/data.json"))
        return More(copied: run.id, links: links)
    }

    private func actions(_ person: PersonRecord, _ isSeen: Bool, _ files: [FileRecord]) -> [Form] {
        let address = "/runs/\(run.id)"
        func form(_ verb: String, _ path: String, tone: String = "") -> Form {
            Form(action: "\(address)/\(path)", verb: verb, tone: tone, style: "form row")
        }
        let seen = Form(
            action: "\(address)/seen", verb: "Mark as seen",
            fields: [Field("note", "Note", hint: "What was done about it.")],
            tone: "", style: "form noted")
        let waits = [.failed, .doneWithProblems].contains(run.state) && !isSeen
        guard person.role >= .operator else { return waits && person.role >= .consultant ? [seen] : [] }
        let retry = run.mayRetry ? [form("Retry step…", "retry", tone: "primary")] : []
        let isFirst = run.state == .stopped || (run.state == .failed && retry.isEmpty)
        let again =
            person.mayStart(for: run.clientSlug)
            ? [form("Run again…", "again", tone: isFirst ? "primary" : "")] : []
        switch run.state {
        case .queued: return [form("Start now", "start"), form("Drop run…", "stop/ask", tone: "danger")]
        case .inReview where run.cause?.code == .deliveryFailed:
            return [form("Deliver again…", "deliver"), form("Stop run…", "stop/ask", tone: "danger")]
        case .starting, .running, .waitingApproval, .collecting, .revising, .inReview:
            // The page that asks for a reason comes first; without a form of its own it would act by GET.
            return [form("Stop run…", "stop/ask", tone: "danger")]
        case .needsInfo:
            return [form("Look again", "recheck", tone: "primary"), form("Stop run…", "stop/ask", tone: "danger")]
        case .failed: return retry + again + (waits ? [seen] : [])
        case .doneWithProblems:
            return [form("Deliver again…", "deliver", tone: "primary")] + again + (waits ? [seen] : [])
        case .stopped:
            let hasKept = run.cause?.code == .byPerson && files.contains { $0.blobKey != nil }
            let deliver = run.mayDeliverAgain && hasKept ? [form("Deliver what exists…", "deliver")] : []
            return again + deliver
        case .done: return [form("Deliver again…", "deliver")] + again
        case .delivering, .stopping, .ignored: return []
        }
    }

    /// A delivery finishes; the runs that follow from it can still be stopped.
    private func stopBelow(_ person: PersonRecord) async throws -> [Form] {
        guard run.state == .delivering, person.role >= .operator, try await house.runs.hasToStop(run) else {
            return []
        }
        return [
            Form(
                action: "/runs/\(run.id)/stop/ask", verb: "Stop what follows…", tone: "danger",
                style: "form row")
        ]
    }

    private func facts(_ origin: RunOrigin, doing: String?) -> Facts {
        Facts([
            doing.map { Facts.Fact(name: "Now", value: $0, isNow: true) },
            Facts.Fact(name: "Run", value: run.id, isCode: true, isCopied: true),
            Facts.Fact(name: "Agent", value: words.agent, address: "/agents/\(run.agent)/"),
            run.clientSlug.map { Facts.Fact(name: "Client", value: words.client, address: "/runs/?client=\($0)") },
            Facts.Fact(
                name: "Started by", told: "\(origin.sentence), \(run.acceptedAt, clock.absolute)",
                address: origin.address),
            run.againOf.map { Facts.Fact(name: "Again of", value: $0, address: "/runs/\($0)/", isCode: true) },
            run.endedAt.map { Facts.Fact(name: "Ended", told: TimedText($0, clock.absolute)) },
            run.taskID.map {
                Facts.Fact(name: "Task", value: $0, address: origin.address, isCode: true, isCopied: true)
            },
            run.sessionID.map { Facts.Fact(name: "Session", value: $0, isCode: true, isCopied: true) },
        ])
    }
}

extension StepRecord.Channel {
    /// As people call it.
    var word: String {
        switch self {
        case .anthropic: "Anthropic"
        case .googleDrive: "Google Drive"
        case .clickUp: "ClickUp"
        case .slack: "Slack"
        case .folder: "Folder"
        case .asana: "Asana"
        }
    }
}
