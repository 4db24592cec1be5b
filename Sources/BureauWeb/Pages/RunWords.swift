import BureauDomain
import BureauEngine

/// A run as pages show it.
struct RunWords {
    let run: RunRecord
    /// As people call it; the short name stands in addresses only.
    let agent: String
    /// Who decides about what it asks, by the config it started with; nil when that was not read (`readConfigs`).
    let approvals: ApprovalPolicy?
    let clock: PageClock

    var address: String { "/runs/\(run.id)/" }
    var client: String { run.clientName ?? run.clientSlug ?? run.taskID.map { "task \($0)" } ?? "no client" }
    var title: String { "\(agent) · \(client)" }
    var cost: String {
        run.spentMethod == "no_price" ? "+?" : "\(MicroUSD(rawValue: run.spentMicroUSD))"
    }
    /// Beside what it may cost, where that is known; a program of this machine is given nothing.
    func cost(of limit: MicroUSD?) -> String {
        limit.flatMap { $0 > .zero ? "\(cost) of \($0)" : nil } ?? cost
    }
    var took: String { clock.took(run.startedAt, run.endedAt) }
    var why: String { Outgoing.clean(run.cause?.sentence ?? run.fault ?? "") }
    /// What somebody can do about it; nil where nothing is wrong or nothing can be done.
    var fix: String? {
        guard run.cause?.code == .byPerson, run.discardsFiles else { return run.cause?.fix }
        return "\(Self.discarded) Run again begins a new run with the same input."
    }
    static let discarded = "Its files were not fetched, as whoever stopped it chose."
    var summary: String { why.isEmpty ? run.headline ?? doing : why }
    /// What it did last, in words; types of events are for programs.
    var doing: String {
        if run.state == .waitingApproval { return "Waits for a decision" }
        let last = Outgoing.clean(run.lastEvent ?? "")[...].trimmed
        return last.contains(" ") || !last.contains(".") ? last : ""
    }
    var source: String {
        switch run.triggerSource {
        case "webhook": run.taskTool.label
        case "cli": "command line"
        case "cron": "schedule"
        case "api": run.requestedBy.hasPrefix("web ") ? "pages" : "API"
        case "slack": "Slack"
        default: run.triggerSource
        }
    }

    /// Who asked for it, without the surface, which `source` says.
    var requester: String { AskerWords(run.requestedBy, approvals).words }

    static func chip(_ state: RunState) -> Chip {
        let (glyph, tone) =
            switch state {
            case .queued: ("○", "idle")
            case .needsInfo: ("?", "warn")
            case .starting, .running, .collecting, .delivering, .revising: ("▶", "info")
            case .waitingApproval: ("◆", "wait")
            case .inReview: ("◎", "wait")
            case .stopping: ("■", "warn")
            case .done: ("✓", "ok")
            case .doneWithProblems: ("!", "warn")
            case .stopped: ("■", "warn")
            case .failed: ("✕", "bad")
            case .ignored: ("–", "idle")
            }
        return Chip(glyph: glyph, word: state.word, tone: tone)
    }

    /// Where this one comes from, as the filter of lists names it.
    var trigger: String { run.triggerSource == Self.webhook ? run.taskTool.rawValue : run.triggerSource }
    static let webhook = "webhook"

    /// Where runs come from, as lists are narrowed by it and as people call it.
    static let triggers = [
        ("clickup", WorkToolKind.clickUp.label), ("asana", WorkToolKind.asana.label), ("cli", "Command line"),
        ("slack", "Slack"), ("cron", "Schedule"),
        ("api", "Pages and API"), ("agent", "Agent"),
    ]

    /// For what is kept together as webhooks of any tool, too.
    static func triggerWord(_ name: String) -> String {
        name == webhook ? "Webhook" : triggers.first { $0.0 == name }?.1 ?? name
    }

    /// The column that lists of runs are in the order of.
    static let orderedBy = "Accepted"
    static let columns: [Table.Column] = Table.columns(
        "Status", "Client", "Agent", orderedBy, "#Took", "#Cost", "Trigger", "Summary")

    var cells: [Table.Cell] {
        [
            Table.Cell(text: "", chip: chip), Table.Cell(text: client, address: address), Table.Cell(text: agent),
            Table.Cell(text: clock.moment(run.acceptedAt), iso: PageClock.iso(run.acceptedAt)), Table.Cell(text: took),
            Table.Cell(text: cost), Table.Cell(text: source), Table.Cell(text: summary),
        ]
    }

    func item(_ meta: TimedText) -> Items.Item {
        Items.Item(chip: chip, title: title, address: address, meta: meta, run: run.id)
    }

    static func table(
        _ caption: String, _ runs: [RunRecord], _ house: WebHouse, empty: String, emptyLink: Link? = nil,
        first: String? = nil, next: String? = nil, csv: String? = nil, note: String? = nil, picks: Picks? = nil,
        later: [String: String] = [:], columns: [Table.Column] = RunWords.columns
    ) -> Table {
        let rows = runs.map { run in
            let words = house.words(run)
            var cells = words.cells
            if let id = later[run.id] { cells[0].chip?.word += ", then done in \(id.prefix(10))" }
            if picks != nil {
                (cells[0].pick, cells[0].pickLabel) = (run.id, "Tick \(words.title), \(cells[3].text)")
            }
            return cells
        }
        return Table(
            caption, columns, rows, empty: empty, emptyLink: emptyLink, note: note, csv: csv, first: first, next: next,
            picks: picks, runs: runs.map(\.id))
    }
}

extension WebHouse {
    func words(_ run: RunRecord) -> RunWords {
        RunWords(
            run: run, agent: agentName(run.agent), approvals: catalog.remembered(run.configHash)?.config.approvals,
            clock: clock)
    }

    /// Before the words of these runs are asked for: the configs that say who decides, where somebody has to.
    func readConfigs(of runs: some Sequence<RunRecord>) async throws {
        let waiting = runs.filter { $0.state == .waitingApproval }
        for hash in Set(waiting.map(\.configHash)) { _ = try await catalog.version(hash) }
    }

    /// What each of these runs may cost, by its id; none where its config is not kept and it has no limit of its own.
    func limits(of runs: some Sequence<RunRecord>) async throws -> [String: MicroUSD] {
        var limits: [String: MicroUSD] = [:]
        for run in runs {
            let config = try await catalog.version(run.configHash)?.config
            limits[run.id] =
                config.map { run.costMax($0, byDefault: settings.defaultSessionCostMax) } ?? run.costMax
        }
        return limits
    }

    /// What people call an agent; its short name when it is not here any more.
    func agentName(_ name: String) -> String { catalog.agent(name)?.config.displayName ?? name }

    /// For filters: short names with what people call them.
    var agentChoices: [(String, String)] { catalog.agents.map { ($0.config.name, $0.config.displayName) } }
}
