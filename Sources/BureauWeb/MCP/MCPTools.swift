import BureauDomain
import BureauEngine
import Foundation

/// The tools, over the same desks as the pages and the API. What the caller may not see is not found.
struct MCPTools: Sendable {
    let house: WebHouse
    static let limitMax = 50, limitStandard = 20, eventsMax = 100

    /// `withWrites` adds those that change something.
    func all(withWrites: Bool) -> [MCPTool] {
        let reading = [listRuns, getRun, searchEvents, listArtifacts, getArtifact, clientReadiness]
        return withWrites ? reading + [startRun, decideApproval] : reading
    }

    private static let paging: [APIShape.Field] = [
        .optional("limit", .whole(1...limitMax), "How many at most; \(limitStandard) when it is left out."),
        .optional("cursor", .cursor, "The \"next\" of the answer before."),
    ]
    private static let runID = APIShape.Field(
        name: "run", shape: .text(6...26, pattern: "^[0-9A-Za-z]{6,26}$"), meaning: "The run's id, or how it begins.")

    private func limit(_ input: JSONObject) -> Int { input["limit"]?.int ?? Self.limitStandard }

    private func page<Item>(
        _ found: [Item], _ limit: Int, _ list: String, id: (Item) -> String, _ document: (Item) -> JSONValue
    ) -> JSONValue {
        let shown = found.prefix(limit)
        let next = found.count > limit ? shown.last.map { APICursor.make(list, id($0)) } : nil
        return ["items": .array(shown.map(document)), "next": .line(next)]
    }

    private func run(_ input: JSONObject, _ caller: MCPCaller) async throws -> RunRecord {
        let run = try await house.runs.find(input["run"]?.string ?? "")
        guard caller.maySee(run.clientSlug) else { throw APIProblem.missing("such run") }
        return run
    }

    // MARK: Reading

    private var listRuns: MCPTool {
        MCPTool(
            name: "list_runs", title: "List runs",
            description: "Runs of agents, newest first: what each is doing, for whom, and what it cost.",
            input: .object(
                [
                    .optional("agent", .line(1...100)), .optional("client", .slug),
                    .optional("status", .choice(APISchemas.states)), .optional("task", .line(1...100)),
                ] + Self.paging, isOpen: false), output: .page(of: .named("Run"))
        ) { caller, input in
            var listing = RunListing(visible: caller.visible)
            (listing.agent, listing.client) = (input["agent"]?.string, input["client"]?.string)
            listing.task = input["task"]?.string
            listing.states = input["status"]?.string.flatMap(RunState.init(rawValue:)).map { [$0] } ?? []
            listing.before = try input["cursor"]?.string.map { try APICursor.read($0, of: "runs") }
            listing.limit = limit(input) + 1
            return page(try await house.runs.list(listing), limit(input), "runs", id: \.id, \.document)
        }
    }

    private var getRun: MCPTool {
        MCPTool(
            name: "get_run", title: "Look at a run",
            description: "One run, with the questions it asks, writes in doubt, and the runs it has started.",
            input: .object([Self.runID], isOpen: false), output: .named("RunPage")
        ) { caller, input in try await RunDocument(house: house).page(run(input, caller)) }
    }

    private static let event: APIShape = .object(
        [
            .init(name: "source", shape: .choice(["run", "session"])), .init(name: "at", shape: .nullable(.time)),
            .init(name: "kind", shape: .words), .init(name: "text", shape: .words),
        ], isOpen: true)

    private var searchEvents: MCPTool {
        MCPTool(
            name: "search_events", title: "Search a run's events",
            description:
                "What happened in a run, newest first: its own history, and the newest part of its session's log.",
            input: .object(
                [
                    Self.runID, .optional("text", .line(1...200), "Only events that contain it, in any case."),
                    .optional(
                        "limit", .whole(1...Self.eventsMax), "How many at most; \(Self.limitStandard) otherwise."),
                ], isOpen: false),
            output: .object(
                [
                    .init(name: "items", shape: .list(Self.event, most: Self.eventsMax)),
                    .init(name: "more", shape: .flag, meaning: "Whether more fit than are told."),
                ], isOpen: true)
        ) { caller, input in
            let run = try await run(input, caller)
            var found: [(at: Int64?, document: JSONValue)] = []
            func take(_ source: String, _ at: Int64?, _ kind: String, _ text: String) {
                guard input["text"]?.string.map({ text.localizedCaseInsensitiveContains($0) }) ?? true else { return }
                found.append(
                    (at, ["source": .string(source), "at": .instant(at), "kind": .string(kind), "text": .string(text)]))
            }
            for event in try await house.runs.newestEvents(run.id) { take("run", event.at, event.kind, event.detail) }
            if let session = run.sessionID {
                let log = SessionLogReader(folder: house.settings.sessionLogFolder, session: session).newest()
                for line in log.lines { take("session", line.at, line.kind.rawValue, line.text) }
            }
            let limit = limit(input)
            let newest = found.sorted { ($0.at ?? 0) > ($1.at ?? 0) }
            return ["items": .array(newest.prefix(limit).map(\.document)), "more": .bool(newest.count > limit)]
        }
    }

    private var listArtifacts: MCPTool {
        MCPTool(
            name: "list_artifacts", title: "List results",
            description: "Results agents have made, newest first, without those superseded.",
            input: .object(
                [
                    .optional("client", .slug), .optional("agent", .line(1...100)), .optional("kind", .line(1...60)),
                    .optional("month", .month, "Those that speak of days up to its end, such as 2026-10."),
                    .optional("text", .line(1...RunWordsSearch.charactersMax), ArtifactAPI.textWords),
                ] + Self.paging, isOpen: false), output: .page(of: .named("Artifact"))
        ) { caller, input in
            let filter = ArtifactFilter(
                client: input["client"]?.string, agent: input["agent"]?.string, kind: input["kind"]?.string,
                month: input["month"]?.string, text: input["text"]?.string,
                before: try input["cursor"]?.string.map { try APICursor.read($0, of: "artifacts") },
                limit: limit(input))
            let (found, next) = try await house.reports.list(filter, visible: caller.visible)
            return [
                "items": .array(found.map { $0.document(house.reports.exclusion($0)) }),
                "next": .line(next.map { APICursor.make("artifacts", $0) }),
            ]
        }
    }

    private var getArtifact: MCPTool {
        MCPTool(
            name: "get_artifact", title: "Look at a result",
            description: "One result: its files, where it was delivered, its rounds, and the capsule of its findings.",
            input: .object(
                [
                    .init(
                        name: "artifact", shape: .text(6...26, pattern: "^[0-9A-Za-z]{6,26}$"),
                        meaning: "Its id, its run's id, or how either begins.")
                ], isOpen: false), output: .named("Artifact")
        ) { caller, input in
            let found = try await house.reports.find(input["artifact"]?.string ?? "")
            guard caller.maySee(found.clientSlug) else { throw APIProblem.missing("such artifact") }
            let page = try await house.reports.page(found.id)
            return page.document(house.reports.exclusion(page.artifact))
        }
    }

    private var clientReadiness: MCPTool {
        MCPTool(
            name: "client_readiness", title: "What a client lacks",
            description: "Which agents may begin work for a client, and which facts the others still need.",
            input: .object([.init(name: "client", shape: .slug, meaning: "Its slug.")], isOpen: false),
            output: .named("ClientReadiness")
        ) { caller, input in
            let slug = input["client"]?.string ?? ""
            guard caller.maySee(slug), let found = try await ClientAPI.readiness(slug, house) else {
                throw APIProblem.missing("such client")
            }
            return found
        }
    }

    // MARK: Changing

    private var startRun: MCPTool {
        MCPTool(
            name: "start_run", title: "Start a run",
            description: "Starts an agent that may be started by hand. It costs money.",
            input: .object(
                [
                    .init(name: "agent", shape: .line(1...100)), .optional("client", .slug),
                    .optional("task", RunStarter.task),
                    .optional("max_cost_usd", .amount(0.01...100_000)),
                    .optional("notes", .line(0...GivenInput.notesCharactersMax), "For the agent."),
                    .optional("key", .line(8...128), "The same key starts one run, however often it is said."),
                ], isOpen: false), output: .named("Run"), changes: true, role: .operator
        ) { caller, input in
            let wish = RunStarter.Wish(
                agent: input["agent"]?.string ?? "", client: input["client"]?.string, task: input["task"]?.string,
                costMax: input["max_cost_usd"]?.number?.double.map { .cents(Int64(($0 * 100).rounded())) },
                notes: input["notes"]?.string, key: input["key"]?.string)
            return try await RunStarter(house: house).start(wish, visible: caller.visible, by: caller.actor).document
        }
    }

    private var decideApproval: MCPTool {
        MCPTool(
            name: "decide_approval", title: "Answer a question",
            description:
                "Approves or denies what an agent asks for. The first decision stands and cannot be taken back.",
            input: .object(
                [
                    .init(name: "approval", shape: .text(26...26, pattern: "^[0-9A-Za-z]{26}$")),
                    .init(name: "decision", shape: .choice(["approve", "deny"])),
                    .optional("reason", .line(0...1_000), "Needed to deny."),
                ], isOpen: false), output: .named("Approval"), changes: true, role: .consultant
        ) { caller, input in
            let id = (input["approval"]?.string ?? "").uppercased()
            guard let approval = try await house.approvals.find(id),
                caller.maySee(try await house.runs.find(approval.runID).clientSlug)
            else { throw APIProblem.missing("such approval") }
            return try await ApprovalDecision(house: house).decide(
                id, isApproved: input["decision"]?.string == "approve", input["reason"]?.string, caller.decider,
                caller.actor)
        }
    }
}

extension MCPCaller {
    fileprivate var actor: Actor { Actor(name: name, surface: "mcp", remoteAddress: remoteAddress) }
}
