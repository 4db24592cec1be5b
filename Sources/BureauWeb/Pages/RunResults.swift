import BureauDomain
import BureauEngine

/// What a run has brought: its files, what was written where, what people decided, what it cost.
struct RunResults {
    let house: WebHouse
    let run: RunRecord
    private static let idCharactersMax = 200
    private var words: RunWords { house.words(run) }

    func files(_ files: [FileRecord], _ report: ArtifactRecord?) async throws -> Block {
        let shown = report == nil ? [] : try await house.reports.page(run.id).files
        return Block(
            id: "files", heading: "Files (\(files.count))",
            table: Table(
                "Files the session left",
                Table.columns("Name", "Type", "#Size", "SHA-256", "Became", "Download"),
                files.map { file -> [Table.Cell] in
                    let part = shown.first { $0.sha256 == file.sha256 }
                    let page = report.flatMap { report in part.map { ReportViewer.address(report.id, $0.name) } }
                    let became = report.flatMap { report in part.map { "Report v\(report.version), \($0.name)" } }
                    return [
                        Table.Cell(text: file.safeName, address: page), Table.Cell(text: file.mimeType),
                        Table.Cell(text: Words.bytes(file.sizeBytes)),
                        Table.Cell(
                            text: file.error ?? file.sha256 ?? "", isCode: file.error == nil && file.sha256 != nil,
                            isCopied: file.error == nil && file.sha256 != nil),
                        Table.Cell(text: became ?? "", address: page),
                        file.blobKey == nil
                            ? Table.Cell(text: "")
                            : Table.Cell(
                                text: "Download",
                                address: "\(words.address)files/\(WebRequest.escaped(file.safeName))/download"),
                    ]
                },
                empty: noFiles),
            links: files.contains { $0.blobKey != nil }
                ? [Link(word: "Download all", address: words.address + "files.zip")] : [])
    }

    private var noFiles: String {
        guard run.state.isFinal else { return "Files appear when the session has ended." }
        return run.discardsFiles ? RunWords.discarded : "The session left no file."
    }

    func delivery(_ steps: [StepRecord], _ person: PersonRecord) -> Block {
        Block(
            id: "delivery", heading: "Delivery (\(steps.count { $0.state == .done }) of \(steps.count))",
            table: Table(
                "What was written, channel by channel",
                Table.columns("Status", "Channel", "What", "#Tries", "Result"),
                steps.map { step -> [Table.Cell] in
                    [
                        Table.Cell(text: "", chip: Self.chip(step.state)), Table.Cell(text: step.channel.word),
                        Table.Cell(text: step.what), Table.Cell(text: "\(step.attempts)"),
                        Self.result(step),
                    ]
                }, empty: "Nothing was to be delivered yet."), forms: oneChannel(steps, person))
    }

    /// Where it can be opened, else what went wrong, else what the place it was written to calls it.
    private static func result(_ step: StepRecord) -> Table.Cell {
        if let link = step.link { return Table.Cell(text: "Open in \(step.channel.word)", address: link) }
        if let error = step.error { return Table.Cell(text: Outgoing.clean(error)) }
        guard let id = step.responseID.map({ Outgoing.clean($0) }) else { return Table.Cell(text: "") }
        let shown = id.count > idCharactersMax ? String(id.prefix(idCharactersMax)) + "…" : id
        // "seen by a person" is no id; a path may have blanks.
        return Table.Cell(text: shown, isCode: id.hasPrefix("/") || !id.contains(" "))
    }

    /// Where several channels failed, one of them may be tried alone.
    private func oneChannel(_ steps: [StepRecord], _ person: PersonRecord) -> [Form] {
        let failed = StepRecord.Channel.allCases.filter { channel in
            steps.contains { $0.channel == channel && ($0.state == .failed || $0.state == .doubtful) }
        }
        guard [.doneWithProblems, .inReview].contains(run.state), person.role >= .operator, failed.count > 1 else {
            return []
        }
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

    func decisions(_ approvals: [ApprovalRecord]) -> Block? {
        let decided = approvals.filter { $0.state != .open }
        guard !decided.isEmpty else { return nil }
        return Block(
            heading: "Decisions (\(decided.count))",
            items: Items(
                items: decided.map {
                    .init(
                        chip: ApprovalView.chip($0.state), title: $0.effect, address: "/approvals/\($0.id)/",
                        meta: outcome($0))
                }))
    }

    private func outcome(_ approval: ApprovalRecord) -> TimedText {
        let words = ApprovalWords.outcome(approval)
        guard let at = approval.decidedAt else { return TimedText(words) }
        let otherwise = ApprovalWords.otherwise(approval).map { ". \($0)" } ?? ""
        return "\(words), \(at, house.clock.absolute)\(otherwise)"
    }

    /// What is known of its cost: the session's sum by the run's model, and what each sub-agent has of it.
    func cost(_ agent: LoadedAgent?, _ person: PersonRecord) async throws -> Block {
        let limit = agent.map { run.costMax($0.config, byDefault: house.settings.defaultSessionCostMax) } ?? run.costMax
        let threads = try await house.runs.threads(run.id)
        let share = limit.flatMap { limit -> String? in
            guard limit > .zero, run.spentMethod != "no_price" else { return nil }
            return "\(run.spentMicroUSD * 100 / limit.rawValue) % of \(limit)"
        }
        return Block(
            id: "cost", heading: "Cost",
            facts: Facts([
                Facts.Fact(name: "Spent", value: words.cost),
                Facts.Fact(name: "Of its limit", value: share ?? limit.map { "limit \($0)" } ?? ""),
                Facts.Fact(name: "Known from", value: method),
                run.model.map { Facts.Fact(name: "Model", value: $0) },
                Facts.Fact(name: "Warned", value: run.budgetWarned ? "yes, when it neared the limit" : "no"),
                person.role >= .operator
                    ? Facts.Fact(name: "All costs", value: "Costs by client, agent and model", address: "/costs/")
                    : nil,
            ]),
            table: threads.isEmpty
                ? nil
                : Table(
                    "Sub-agents of the session. Their cost is in the sum; each part is an estimate by its tokens",
                    Table.columns("Sub-agent", "State", "Model", "#Events", "#Tokens in", "#Tokens out", "#Cost"),
                    threads.map { thread -> [Table.Cell] in
                        [
                            thread.agentName, thread.state, thread.modelWord, "\(thread.eventsCount)",
                            "\(thread.inputTokens)", "\(thread.outputTokens)", thread.costWord(house.prices),
                        ].map { Table.Cell(text: $0) }
                    }, empty: ""))
    }

    private var method: String {
        let prices = "at the list prices of \(house.prices.datedWords)"
        return switch run.spentMethod {
        case "none": "nothing was used yet"
        case "no_price": "its model has no price in the table of \(house.prices.datedWords): the amount is not known"
        case "list_cost": "the service's own figure, with everything in it"
        case "computed": "what the session used, \(prices)"
        case "estimate":
            "what the session used, \(prices): an estimate, for not all of it is told apart by kind and model"
        default: run.spentMethod.replacing("_", with: " ")
        }
    }
}
