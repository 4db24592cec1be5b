import BureauDomain
import BureauEngine
import Hummingbird

/// One run: its state in words, what to do about it, and everything that happened.
struct RunPage {
    let house: WebHouse
    let run: RunRecord
    private var clock: PageClock { house.clock }
    private var words: RunWords { house.words(run) }

    func show(_ web: WebRequest) async throws -> Response {
        let visitor = try web.signedIn()
        let agent = try await house.catalog.version(run.configHash)
        let approvals = try await house.runs.approvals(run.id)
        var page = Page(title: "\(words.chip.glyph) \(words.title)", heading: words.title, chip: words.chip)
        page.lead = lead(agent)
        page.crumbs = [
            Link(word: "Runs", address: "/runs/"),
            Link(word: words.client, address: run.clientSlug.map { "/runs/?client=\($0)" }),
            Link(word: "run \(run.id.prefix(10))"),
        ]
        page.links = links()
        let report = try await house.reports.list(ArtifactFilter(run: run.id, limit: 1)).first
        if let report {
            page.links.insert(Link(word: "Open report", address: "/reports/\(report.id)/", style: "button"), at: 0)
        }
        for approval in approvals where approval.state == .open {
            page.blocks.append(Block(approval: try await ApprovalView(house: house).card(approval, run, visitor)))
        }
        if let why = whyBlock() { page.blocks.append(why) }
        page.blocks.append(Block(steps: Steps(steps: RunSteps(state: run.state).steps), forms: actions(visitor.person)))
        page.blocks.append(Block(facts: facts(agent)))
        page.blocks.append(
            Block(
                id: "timeline", heading: "Timeline", timeline: try await TimelineView(house: house, run: run).page(web))
        )
        page.blocks += try await results(report, visitor.person)
        let decided = approvals.filter { $0.state != .open }
        if !decided.isEmpty { page.blocks.append(decisions(decided)) }
        if let payload = run.payload, let value = try? JSONValue.parse(Array(payload.utf8)) {
            page.blocks.append(
                Block(
                    id: "input", heading: "Input and config",
                    disclosure: Disclosure(summary: "Payload", body: value.pretty)))
        }
        if let family = try await familyBlock(visitor.person) { page.blocks.append(family) }
        return try await house.page(page, web)
    }

    private func lead(_ agent: LoadedAgent?) -> String {
        let limit = run.costMax ?? agent?.config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
        let took = words.took.isEmpty ? "not started" : words.took
        return "\(took) · \(words.cost) of \(limit) · attempt \(run.attempt) · \(words.agent) v\(run.agentVersion)"
    }

    private func links() -> [Link] {
        var links: [Link] = []
        if let url = run.taskURL, url.hasPrefix("https://") || url.hasPrefix("http://") {
            links.append(Link(word: "Open task", address: url, style: "button"))
        }
        links.append(Link(word: "JSON", address: "/runs/\(run.id)/data.json"))
        return links
    }

    private func whyBlock() -> Block? {
        guard !words.why.isEmpty, run.state != .done else { return nil }
        let fixes: [RunState: String] = [
            .failed: "Retry goes on with what has succeeded; Run again begins a new run with the same input.",
            .doneWithProblems:
                "The files are safe. Deliver again finishes what is missing and touches nothing that arrived.",
            .needsInfo: "Complete the task or the client's record, then press Look again.",
            .stopped: "Files written so far are kept. Run again begins a new run with the same input.",
        ]
        let tone = run.state == .failed ? "bad" : "warn"
        return Block(
            callout: Callout(
                tone: tone, title: words.why, text: run.state.isFinal ? "Reference: run \(run.id)" : nil,
                fix: fixes[run.state]))
    }

    private func actions(_ person: PersonRecord) -> [Form] {
        let address = "/runs/\(run.id)"
        func form(_ verb: String, _ path: String, tone: String = "") -> Form {
            Form(action: "\(address)/\(path)", verb: verb, tone: tone, style: "form row")
        }
        guard person.role >= .operator else {
            return person.role >= .consultant && [.failed, .doneWithProblems].contains(run.state)
                ? [form("Mark as seen", "seen")] : []
        }
        switch run.state {
        case .queued, .starting, .running, .waitingApproval, .collecting, .delivering, .revising, .inReview:
            // The page that asks for a reason comes first; without a form of its own it would act by GET.
            return [form("Stop run…", "stop/ask", tone: "danger")]
        case .needsInfo:
            return [form("Look again", "recheck", tone: "primary"), form("Stop run…", "stop/ask", tone: "danger")]
        case .failed:
            return [form("Retry", "retry", tone: "primary"), form("Run again", "again"), form("Mark as seen", "seen")]
        case .doneWithProblems:
            return [
                form("Deliver again", "deliver", tone: "primary"), form("Run again", "again"),
                form("Mark as seen", "seen"),
            ]
        case .stopped: return [form("Retry", "retry"), form("Run again", "again", tone: "primary")]
        case .done: return [form("Run again", "again"), form("Deliver again", "deliver")]
        case .stopping, .ignored: return []
        }
    }

    private func facts(_ agent: LoadedAgent?) -> Facts {
        Facts([
            Facts.Fact(name: "Run", value: run.id, isCode: true, isCopied: true),
            Facts.Fact(name: "Agent", value: words.agent, address: "/agents/\(run.agent)/"),
            run.clientSlug.map { Facts.Fact(name: "Client", value: words.client, address: "/runs/?client=\($0)") },
            Facts.Fact(
                name: "Started by", value: "\(words.requester) (\(words.source)), \(clock.absolute(run.acceptedAt))"),
            run.endedAt.map { Facts.Fact(name: "Ended", value: clock.absolute($0)) },
            run.taskID.map { Facts.Fact(name: "Task", value: $0, isCode: true, isCopied: true) },
            Facts.Fact(name: "Cost", value: "\(words.cost) (\(run.spentMethod.replacing("_", with: " ")))"),
            run.model.map { Facts.Fact(name: "Model", value: $0) },
            run.sessionID.map { Facts.Fact(name: "Session", value: $0, isCode: true, isCopied: true) },
        ])
    }

    private func results(_ report: ArtifactRecord?, _ person: PersonRecord) async throws -> [Block] {
        let files = try await house.runs.files(run.id), steps = try await house.runs.steps(run.id)
        let shown = report == nil ? [] : try await house.reports.page(run.id).files
        var blocks = [
            Block(
                id: "files", heading: "Files (\(files.count))",
                table: Table(
                    "Files the session left",
                    Table.columns("Name", "Type", "#Size", "SHA-256", "Download"),
                    files.map { file -> [Table.Cell] in
                        let page = report.flatMap { report in
                            shown.first { $0.sha256 == file.sha256 }.map { ReportViewer.address(report.id, $0.name) }
                        }
                        return [
                            Table.Cell(text: file.safeName, address: page), Table.Cell(text: file.mimeType),
                            Table.Cell(text: Words.bytes(file.sizeBytes)),
                            Table.Cell(text: file.error ?? String((file.sha256 ?? "").prefix(16)) + "…"),
                            file.blobKey == nil
                                ? Table.Cell(text: "")
                                : Table.Cell(
                                    text: "Download",
                                    address: "\(words.address)files/\(WebRequest.escaped(file.safeName))/download"),
                        ]
                    },
                    empty: run.state.isFinal ? "The session left no file." : "Files appear when the session has ended."),
                links: files.contains { $0.blobKey != nil }
                    ? [Link(word: "Download all", address: words.address + "files.zip")] : [])
        ]
        let done = steps.count { $0.state == .done }
        blocks.append(
            Block(
                id: "delivery", heading: "Delivery (\(done) of \(steps.count))",
                table: Table(
                    "What was written, channel by channel",
                    Table.columns("Status", "Channel", "What", "#Tries", "Result"),
                    steps.map { step -> [Table.Cell] in
                        [
                            Table.Cell(text: "", chip: Self.chip(step.state)),
                            Table.Cell(text: step.channel.word),
                            Table.Cell(text: step.what), Table.Cell(text: "\(step.attempts)"),
                            Table.Cell(text: step.error ?? ""),
                        ]
                    }, empty: "Nothing was to be delivered yet."), forms: oneChannel(steps, person)))
        return blocks
    }

    /// Where several channels failed, one of them may be tried alone.
    private func oneChannel(_ steps: [StepRecord], _ person: PersonRecord) -> [Form] {
        let failed = StepRecord.Channel.allCases.filter { channel in
            steps.contains { $0.channel == channel && ($0.state == .failed || $0.state == .doubtful) }
        }
        guard run.state == .doneWithProblems, person.role >= .operator, failed.count > 1 else { return [] }
        let options = failed.map { Field.Option(word: $0.word, value: $0.rawValue) }
        return [
            Form(
                action: "/runs/\(run.id)/deliver", verb: "Deliver this one again",
                fields: [Field("channel", "Channel", .options(options))], tone: "")
        ]
    }

    private static func chip(_ state: StepRecord.State) -> Chip {
        switch state {
        case .pending: Chip(glyph: "○", word: "Planned", tone: "idle")
        case .intended: Chip(glyph: "▶", word: "Under way", tone: "info")
        case .done: Chip(glyph: "✓", word: "Delivered", tone: "ok")
        case .failed: Chip(glyph: "✕", word: "Failed", tone: "bad")
        case .doubtful: Chip(glyph: "?", word: "Nobody can tell", tone: "warn")
        }
    }

    private func decisions(_ approvals: [ApprovalRecord]) -> Block {
        Block(
            heading: "Decisions (\(approvals.count))",
            items: Items(
                items: approvals.map {
                    .init(
                        chip: ApprovalView.chip($0.state), title: $0.effect, address: "/approvals/\($0.id)/",
                        meta: ApprovalWords.outcome($0) + ($0.decidedAt.map { ", \(clock.absolute($0))" } ?? ""))
                }))
    }

    private func familyBlock(_ person: PersonRecord) async throws -> Block? {
        let (parent, children) = try await house.runs.family(run.id)
        let runs = ([parent].compactMap { $0 } + children).filter { person.maySee(client: $0.clientSlug) }
        guard !runs.isEmpty else { return nil }
        return Block(
            heading: "Family",
            table: RunWords.table("The run that started this one, and those it has started", runs, house, empty: ""))
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

/// Where a run is, as a row of steps.
struct RunSteps {
    let state: RunState
    private static let names = ["Queued", "Session", "Working", "Files", "Deliver", "Done"]

    var steps: [Steps.Step] {
        let (reached, tone) = position
        return Self.names.enumerated().map { index, name in
            if index < reached { return .init(glyph: "✓", word: name, state: "done", tone: "ok") }
            guard index == reached else { return .init(glyph: "○", word: name, state: "to come", tone: "idle") }
            let glyph = ["ok": "✓", "bad": "✕", "warn": "■", "wait": "◆"][tone] ?? "▶"
            let word = tone == "ok" || tone == "info" ? name : state.word
            return .init(glyph: glyph, word: word, state: tone == "ok" ? "done" : "now", tone: tone, isNow: true)
        }
    }

    private var position: (Int, String) {
        switch state {
        case .queued: (0, "info")
        case .needsInfo: (0, "warn")
        case .starting: (1, "info")
        case .running, .revising: (2, "info")
        case .waitingApproval: (2, "wait")
        case .collecting: (3, "info")
        case .delivering: (4, "info")
        case .inReview: (5, "wait")
        case .done: (5, "ok")
        case .doneWithProblems: (4, "bad")
        case .stopping, .stopped: (2, "warn")
        case .failed: (2, "bad")
        case .ignored: (0, "warn")
        }
    }
}
