import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One run: its states, cost, files, and every step of its delivery.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await records.desk.find(run)
                let page = RunPage(
                    run: found, family: try await records.desk.family(found.id),
                    threads: try await records.desk.threads(found.id), events: try await records.desk.events(found.id),
                    files: try await records.desk.files(found.id),
                    steps: try await records.desk.steps(found.id)
                        + (try await records.desk.steps(found.id, purpose: .notice))
                        + (try await records.desk.doubts(found.id)).filter { $0.purpose == .session },
                    access: try await records.artifacts.access(run: found.id),
                    settings: records.settings, prices: try Composition.prices(records.settings),
                    now: records.doors.now())
                try output.print(page.document) { page.print(output.style) }
            }
        }
    }
}

/// Everything the records hold about one run.
struct RunPage {
    let run: RunRecord
    let family: (parent: RunRecord?, children: [RunRecord])
    let threads: [SessionThreadRecord]
    let events: [RunEvent]
    let files: [FileRecord]
    let steps: [StepRecord]
    let access: [DataAccess]
    let settings: Settings
    let prices: PriceTable
    let now: Int64

    var document: BureauDomain.JSONValue {
        var fields = RunView(run).fields
        fields += [
            ("payload", run.payload.flatMap { try? .parse(Array($0.utf8)) } ?? .null),
            ("session_log", .text(sessionLog)),
            ("parent", .text(family.parent?.id)), ("children", .array(family.children.map { RunView($0).object })),
            ("sub_agents", .array(threads.map { $0.document(prices) })),
            ("history", .array(events.map(\.document))),
            ("files", .array(files.map { $0.document(settings) })),
            ("steps", .array(steps.map(\.document))), ("data_access", .array(access.map(\.document))),
        ]
        return .made(fields)
    }

    private var sessionLog: String? {
        run.sessionID.map { settings.engine.sessionLogFolder.appendingPathComponent($0 + ".jsonl").path }
    }

    func print(_ style: Style) {
        let view = RunView(run)
        var facts = Facts()
        facts.add("run", run.id, .strong)
        facts.add("status", run.state.word, exact: run.state.rawValue, run.state.tone)
        facts.add("why", run.cause?.sentence)
        facts.add("agent", "\(run.agent) v\(run.agentVersion), config \(run.configHash.prefix(12))")
        facts.add("client", view.client, exact: run.clientSlug)
        facts.add("asked by", "\(run.requestedBy) (\(run.triggerSource))")
        facts.add("started by", family.parent.map { "\($0.agent), run \($0.id)" })
        facts.add("task", run.taskURL ?? run.taskID)
        facts.add("session", run.sessionID)
        facts.add("log", sessionLog)
        facts.add("console", run.consoleSession.map { settings.engine.consoleLink($0) })
        facts.add("model", run.model)
        facts.add("cost", run.spentMethod == "none" ? nil : "\(view.cost), by \(run.spentMethod)")
        facts.add("took", view.duration(now: now))
        facts.add("attempt", run.attempt > 1 ? "\(run.attempt)" : nil)
        facts.print(style)
        section("Runs it has started", RunsListCommand.listing(family.children, now: now), style)
        section("Sub-agents, their cost in the run's; each part is an estimate by its tokens", subAgents, style)
        section("History", history, style)
        section("Files", fileList, style)
        section("Steps", stepList, style)
        section("Told of earlier work", access.listing(now: now), style)
    }

    private var history: Listing {
        var listing = Listing([.init("TIME"), .init("STATE"), .init("DETAIL", isElastic: true)], empty: "")
        for event in events { listing.add(event.cells(now: now), event.document) }
        return listing
    }

    private var subAgents: Listing {
        var listing = Listing(
            [
                .init("SUB-AGENT"), .init("STATE"), .init("MODEL"), .init("EVENTS", isRight: true),
                .init("TOKENS IN", isRight: true), .init("TOKENS OUT", isRight: true), .init("COST", isRight: true),
                .init("THREAD"),
            ], empty: "")
        for thread in threads { listing.add(thread.cells(prices), thread.document(prices)) }
        return listing
    }

    private var fileList: Listing {
        var listing = Listing([.init("FILE"), .init("SIZE", isRight: true), .init("WHERE")], empty: "")
        for file in files { listing.add(file.cells(settings), file.document(settings)) }
        return listing
    }

    private var stepList: Listing {
        var listing = Listing(
            [.init("CHANNEL"), .init("STEP"), .init("ABOUT", isElastic: true), .init("STATE"), .init("RESULT")],
            empty: "")
        for step in steps { listing.add(step.cells, step.document) }
        return listing
    }

    private func section(_ title: String, _ listing: Listing, _ style: Style) {
        guard !listing.rows.isEmpty else { return }
        Terminal.say("\n\(style.paint(title, .strong))")
        Terminal.say(Terminal.width.map { listing.aligned(width: $0, style: style) } ?? listing.tabbed)
    }
}

extension RunEvent {
    func cells(now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell(Clock.moment(at, now: now, hasSeconds: true), exact: Clock.iso(at)), Listing.Cell(kind),
            Listing.Cell(detail),
        ]
    }
}

extension SessionThreadRecord {
    func cells(_ prices: PriceTable) -> [Listing.Cell] {
        [
            Listing.Cell(agentName, .strong), Listing.Cell(state), Listing.Cell(modelWord),
            Listing.Cell("\(eventsCount)"), Listing.Cell("\(inputTokens)"), Listing.Cell("\(outputTokens)"),
            Listing.Cell(costWord(prices)), Listing.Cell(id),
        ]
    }
}

extension FileRecord {
    /// Where the stored file is, or why it is not.
    func place(_ settings: Settings) -> String {
        path(settings) ?? "not stored: \(PlainLine.of(error ?? "no reason kept"))"
    }

    func path(_ settings: Settings) -> String? {
        blobKey.flatMap { try? BlobFolder(root: settings.blobsFolder).url(for: $0).path }
    }

    func cells(_ settings: Settings) -> [Listing.Cell] {
        [
            Listing.Cell(safeName), Listing.Cell(Words.bytes(sizeBytes), exact: String(sizeBytes)),
            Listing.Cell(place(settings), blobKey == nil ? .bad : nil),
        ]
    }

    func document(_ settings: Settings) -> BureauDomain.JSONValue {
        .made([
            ("name", .string(safeName)), ("original_name", .string(name)), ("type", .string(mimeType)),
            ("bytes", .whole(sizeBytes)), ("sha256", .text(sha256)), ("path", .text(path(settings))),
            ("error", .text(error)),
        ])
    }
}

extension StepRecord {
    private struct Link: Decodable { var link: String? }

    var link: String? { receipt.flatMap { try? JSONText.decode(Link.self, $0) }?.link }

    var cells: [Listing.Cell] {
        [
            Listing.Cell(channel.rawValue), Listing.Cell(kind), Listing.Cell(subject),
            Listing.Cell(state.rawValue, tone),
            Listing.Cell((error ?? link ?? "") + (state == .doubtful ? " [step \(id.suffix(8))]" : "")),
        ]
    }

    var tone: Style.Tone? {
        switch state {
        case .done: .good
        case .failed: .bad
        case .doubtful: .warning
        case .pending, .intended: nil
        }
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("id", .string(id)), ("purpose", .string(purpose.rawValue)), ("channel", .string(channel.rawValue)),
            ("kind", .string(kind)), ("subject", .string(subject)), ("status", .string(state.rawValue)),
            ("attempts", .whole(attempts)), ("link", .text(link)), ("error", .text(error)),
        ])
    }
}
