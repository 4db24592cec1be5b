import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Runs: looking at them, and starting one.
struct RunAPI: Sendable {
    let house: WebHouse
    static let tag = "runs"

    private static let filters: [APIShape.Field] = [
        .optional("agent", .line(1...100)), .optional("client", .slug),
        .optional("status", .choice(RunState.allCases.map(\.rawValue))), .optional("task", .line(1...100)),
        .optional("trigger", .choice(["webhook", "cli", "slack", "cron", "api", "agent"])),
        .optional(
            "text", .line(1...RunWordsSearch.charactersMax),
            "Words, each of which is in the client, agent, task, id, summary or cause. No wildcards."),
        .optional("needs_attention", .flag, "Failures nobody has taken note of, and what waits for people."),
    ]

    private static let new: APIShape = .object(
        [
            .init(name: "agent", shape: .line(1...100)),
            .optional(
                "client", .slug, "By slug. A client, a task, or both; a client, for whoever sees some of them alone."),
            .optional(
                "task", RunStarter.task, "The task's id, where its result goes; ClickUp's own ids such as ABC-123 too."),
            .optional(
                "notes", .line(0...GivenInput.notesCharactersMax),
                "For the agent, given with the payload as \(GivenInput.notesField)."),
            .optional("max_cost_usd", .amount(0.01...100_000), "What it may cost; the agent's own limit otherwise."),
            .optional("priority", .whole(-100...100), "Within one client the higher goes first."),
        ], isOpen: false)

    var routes: [Route] {
        [
            .operation(
                house, .get, "/runs", .viewer,
                as: .init(
                    name: "listRuns", tag: Self.tag, summary: "Runs, newest first.", answer: .list(.named("Run")),
                    query: Self.filters + APIOperation.paging)
            ) { call in
                var listing = try listing(call)
                listing.limit = call.limit + 1
                return .page(try await house.runs.list(listing), call, "runs", id: \.id, \.document)
            },
            .operation(
                house, .post, "/runs", .operator,
                as: .init(
                    name: "startRun", tag: Self.tag, summary: "Start a run of an agent that may be started by hand.",
                    answer: .one(.named("Run")), body: Self.new, status: .created)
            ) { .one(try await start($0)) },
            .operation(
                house, .get, "/runs/:id", .viewer, .run,
                as: .init(
                    name: "getRun", tag: Self.tag, summary: "One run, with what waits for people.",
                    answer: .one(.named("RunPage")))
            ) { .one(try await RunDocument(house: house).page($0.web.theRun())) },
            .operation(
                house, .get, "/runs/:id/events", .viewer, .run,
                as: .init(
                    name: "listRunEvents", tag: Self.tag, summary: "What happened to a run, in order.",
                    answer: .list(.named("RunEvent")), query: APIOperation.paging)
            ) { call in
                let run = try call.web.theRun()
                let after = try call.before("events").flatMap(Int64.init) ?? 0
                let found = try await house.runs.events(run.id, after: after)
                return .page(found, call, "events", id: { String($0.seq) }, \.document)
            },
            .operation(
                house, .get, "/runs/:id/files", .viewer, .run,
                as: .init(
                    name: "listRunFiles", tag: Self.tag, summary: "The files a run has made, of every round.",
                    answer: .list(.named("RunFile")))
            ) { call in
                let files = try await house.runs.files(try call.web.theRun().id)
                return .list(files.prefix(1_000).map(\.document), next: nil)
            },
            .operation(
                house, .get, "/runs/:id/feedback", .viewer, .run,
                as: .init(
                    name: "listRunFeedback", tag: Self.tag,
                    summary: "What people wrote about its results, and what was made of it, in the order it was seen.",
                    answer: .list(.named("Feedback")), query: Array(APIOperation.paging.prefix(1)))
            ) { call in
                let after = try call.before("feedback") ?? ""
                let found = try await house.runs.examples(after: after, run: try call.web.theRun().id)
                // An empty page is the end.
                return .list(found.map(\.json), next: found.last.map { APICursor.make("feedback", $0.id) })
            },
        ]
    }

    private func listing(_ call: APICall) throws -> RunListing {
        var listing = RunListing(visible: call.visible)
        (listing.agent, listing.client, listing.task) = (call.text("agent"), call.text("client"), call.text("task"))
        (listing.trigger, listing.text) = (call.text("trigger"), call.text("text"))
        listing.states = call.text("status").flatMap(RunState.init(rawValue:)).map { [$0] } ?? []
        if call.query["needs_attention"]?.bool ?? false {
            let waiting: [RunState] = [.failed, .doneWithProblems, .needsInfo, .waitingApproval]
            listing.states = listing.states.isEmpty ? waiting : listing.states.filter(waiting.contains)
            guard !listing.states.isEmpty else {
                throw APIProblem.misshapen("needs_attention and this status exclude each other")
            }
            listing.isUnseen = true
        }
        listing.before = try call.before("runs")
        return listing
    }

    private func start(_ call: APICall) async throws -> JSONValue {
        let wish = RunStarter.Wish(
            agent: call.text("agent") ?? "", client: call.text("client"), task: call.text("task"),
            costMax: call.body["max_cost_usd"]?.number?.double.map { .cents(Int64(($0 * 100).rounded())) },
            notes: call.text("notes"), priority: call.body["priority"]?.int ?? 0, key: call.key)
        return try await RunStarter(house: house).start(wish, visible: call.visible, by: call.web.actor()).document
    }
}

extension APIShape.Field {
    static func optional(_ name: String, _ shape: APIShape, _ meaning: String = "") -> APIShape.Field {
        APIShape.Field(name: name, shape: shape, isRequired: false, meaning: meaning)
    }
}

/// One run as programs get it.
struct RunDocument: Sendable {
    let house: WebHouse

    func page(_ run: RunRecord) async throws -> JSONValue {
        let (doubts, approvals) = (try await house.runs.doubts(run.id), try await house.runs.approvals(run.id))
        let family = try await house.runs.family(run.id)
        let threads = try await house.runs.threads(run.id)
        let steps = doubts.map { step -> JSONValue in
            ["id": .string(step.id), "what": .string(step.what), "channel": .string(step.channel.rawValue)]
        }
        return .object(
            JSONObject(
                run.fields + [
                    ("round", .number(JSONNumber(run.round))), ("headline", .line(run.headline)),
                    ("again_of", .line(run.againOf)),
                    ("doubtful_steps", .array(steps)), ("approvals", .array(approvals.map(\.document))),
                    ("children", .array(family.children.map { .string($0.id) })), ("parent", .line(family.parent?.id)),
                    ("sub_agents", .array(threads.map { $0.document(house.prices) })),
                ]))
    }
}

/// Starts runs for programs: the same checks for the API and for agents that ask.
struct RunStarter: Sendable {
    let house: WebHouse
    /// How a task's id looks.
    static let task = APIShape.text(1...40, pattern: "^[A-Za-z0-9-]{1,40}$")

    struct Wish: Sendable {
        var agent: String
        var client: String?
        var task: String?
        var costMax: MicroUSD?
        /// For the agent.
        var notes: String?
        var priority = 0
        /// The caller's own name for this start: the same one starts one run.
        var key: String?
    }

    func start(_ wish: Wish, visible: Set<String>?, by actor: Actor) async throws -> RunRecord {
        guard let agent = house.catalog.agent(wish.agent), agent.config.triggers.manualCLI else {
            throw APIProblem(
                status: .unprocessableContent, title: "Not to be started",
                detail: "There is no agent \"\(wish.agent.prefix(100))\" that may be started by hand.",
                fix: "GET /api/v1/agents and choose one with by_hand true.")
        }
        guard wish.task != nil || wish.client != nil else {
            throw APIProblem(
                status: .unprocessableContent, title: "Nothing to work on", detail: "There is no client and no task.",
                fix: "Send client, task, or both.")
        }
        // A task alone would be worked on whoever it is for.
        guard visible == nil || wish.client != nil else {
            throw APIProblem(
                status: .unprocessableContent, title: "A client is missing",
                detail: "You see some clients, so a run of yours is for one of them.",
                fix: "Send client; GET /api/v1/clients lists those you see.")
        }
        var client: ClientRecord?
        if let slug = wish.client {
            client = visible?.contains(slug) ?? true ? try await house.clients.find(slug) : nil
            guard client != nil else {
                throw APIProblem(
                    status: .unprocessableContent, title: "No such client",
                    detail: "There is no client \"\(slug.prefix(64))\", or you do not see it.",
                    fix: "GET /api/v1/clients lists those you see.")
            }
        }
        let task = try await task(wish.task, agent)
        let key = wish.key.map { "api/\(Hex.sha256(Array("\(actor.name)/\($0)".utf8)))" }
        let run = try await house.runs.start(
            NewRun(
                agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
                triggerSource: .api, requestedBy: "\(actor.surface) \(actor.name)",
                dedupeKey: key ?? "api/\(house.doors.makeID())", clientSlug: client?.slug, clientName: client?.name,
                taskID: task?.id, taskTool: task?.tool ?? agent.taskTool ?? .clickUp,
                payload: GivenInput.payload(of: client?.payload(), nil, notes: wish.notes)
                    .map { JSONValue.object($0).canonical },
                costMax: wish.costMax, hasThread: agent.hasThread, priority: wish.priority))
        house.wake()
        try await house.audit.note(started: run, by: actor)
        return run
    }

    private func task(_ written: String?, _ agent: LoadedAgent) async throws -> (id: String, tool: WorkToolKind)? {
        guard let written else { return nil }
        do { return try await house.taskNames.task(written, for: agent) } catch let refused as TaskNames.Refused {
            throw APIProblem(
                status: refused.isPassing ? .serviceUnavailable : .unprocessableContent,
                title: refused.isPassing ? "Not now" : "No such task", detail: refused.sentence,
                fix: refused.isPassing ? "Send it again in a minute." : "Send another task, or the id in its link.")
        }
    }
}
