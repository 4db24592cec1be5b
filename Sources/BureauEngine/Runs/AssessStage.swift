import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// `queued`: is the work still wanted, and is everything there? A webhook is a hint; the task is the truth. A run that a
/// restore found in its session (`FoundRun`) is asked the same in `starting`, where it no longer waits for anything.
struct AssessStage: Stage {
    let parts: EngineParts

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        try await begin(hand)
        var task: WorkTask?
        if let taskID = hand.run.taskID {
            do { task = try await fetch(taskID, hand.run) } catch let error as VendorError {
                try Task.checkCancellation()
                return try await fail(hand, error)
            } catch let problem as StepProblem {
                if hand.run.state == .starting {
                    return try await FoundRun(parts: parts).end(hand, problem.description)
                }
                try await parts.move(hand.run.id, .broke(RunCause(.taskUnreadable, problem.description)), hand.lease)
                return .moved
            }
        }
        let answers = try await parts.database.read { [id = hand.run.id] in try AnswerStore(db: $0).all(run: id) }
        let client = try await client(hand, task, answers), standing = client.standing, record = standing?.record
        let readiness = readiness(hand.agent.config, hand, task, standing, answers), assembly = readiness.assembly
        let name = hand.agent.config.displayName
        var facts = try await facts(hand, task, readiness)
        if let question = client.question, let name = hand.agent.config.triggers.asana?.clientAnswer {
            // Whose it is comes first: the client's record may know what else seems to be missing.
            (facts.choice, facts.missingFields) = (question, [name])
        }
        if let slug = client.unrecorded { facts.missingSetup.insert(Self.unrecorded(slug, hand), at: 0) }
        var route: RunRoute?
        if let task, facts.isStartedByTask, facts.isWanted {
            let router = TaskRouter(parts: parts, hand: hand) { config in
                self.readiness(config, hand, task, standing, answers).blockers + missingSetup(config)
            }
            switch try await router.decide(task, answers: answers) {
            case .this: break
            case .other(let agent, let found):
                try await router.give(to: agent, found, record)
                return .moved
            case .ask(let question, let found):
                (facts.choice, route) = ([facts.choice, question].compactMap(\.self).joined(separator: " "), found)
                facts.missingFields.append(found.field)
            }
        }
        let verdict = Assessment.judge(facts, agentName: name)
        let sentence = verdict.sentence(agentName: name) ?? ""
        if hand.run.state == .starting, verdict != .ready {
            return try await FoundRun(parts: parts).end(hand, sentence)
        }
        if verdict.isTaken { try await show(hand) }
        switch (verdict, assembly) {
        case (.reviewReady, _):
            try await parts.write(hand.lease) { [doors = parts.doors, run = hand.run] db in
                try WorkNote(db: db, doors: doors).say(.line(sentence), about: "review", run)
            }
            fallthrough
        case (.ignored, _):
            try await ignored(hand, RunCause(.notEligible, sentence), facts, task)
            return .moved
        case (.blocked, _):
            try await blocked(hand, RunCause(.blocked, sentence), task, asked: [])
            return .moved
        case (.needsClarification, _), (.needsChoice, _), (.ready, .missing):
            try await blocked(hand, RunCause(.missingFields, sentence), task, route, asked: facts.missingFields)
            return .moved
        case (.ready, .complete(let payload)):
            return try await begin(
                hand, finished(payload, hand, task, record), try credentials(hand, record), task, record)
        }
    }

    /// What the acceptance leaves out, so that a webhook is answered soon: the receipts' first links, and the message in
    /// Slack.
    private func begin(_ hand: RunInHand) async throws {
        let (run, now, doors, config) = (hand.run, parts.doors.now(), parts.doors, hand.agent.config)
        let hasThread = run.triggerSource == NewRun.TriggerSource.webhook.rawValue && hand.agent.hasThread
        try await parts.write(hand.lease) { db in
            try ReceiptStore(db: db).begin(run.id)
            if hasThread { try RunThreadStore(db: db).open(run.id, now: now) }
            try BoardNotice(db: db, doors: doors).open(run, config)
        }
    }

    /// The board shows the run once it is known to be the agent's: what it does not take it does not touch.
    private func show(_ hand: RunInHand) async throws {
        let (run, doors) = (hand.run, parts.doors)
        try await parts.write(hand.lease) { try BoardNotice(db: $0, doors: doors).showFirst(run) }
    }

    private func fetch(_ id: String, _ run: RunRecord) async throws -> WorkTask {
        guard let tool = parts.connectedTool(of: run) else {
            throw StepProblem(
                description: "The task could not be read: \(run.taskTool.missing(in: parts.settings.credentialSet))")
        }
        return try await tool.task(id)
    }

    /// Only what the task itself started is judged by where it stands: a person who types the task's id on the command
    /// line has decided. So has one who tries a run again; and one that was found again after a restore has worked
    /// already, and moved the task itself.
    private func facts(_ hand: RunInHand, _ task: WorkTask?, _ readiness: AgentReadiness) async throws -> TaskFacts {
        let (run, config) = (hand.run, hand.agent.config)
        let isStarted =
            run.startedAt == nil && run.triggerSource == NewRun.TriggerSource.webhook.rawValue && task != nil
        var facts = TaskFacts(isStartedByTask: isStarted, missingFields: readiness.missing)
        facts.missingSetup = readiness.blockers
        if run.taskID != nil { facts.missingSetup += missingSetup(config) }
        guard isStarted else { return facts }
        // One that was given this task by another agent works wherever it stands.
        if try await parts.database.read({ try RunRouteStore(db: $0).taken(by: run.id) }) != nil {
            if task?.isCompleted == true { facts.objection = "The task is completed." }
            return facts
        }
        if run.taskTool == .asana { return try await asanaFacts(facts, hand, task) }
        guard let trigger = config.triggers.clickUp else { return facts }
        (facts.place, facts.wantedPlace) = (task?.place, trigger.status)
        facts.container = task?.containerID
        facts.wantedContainer = trigger.namedList
        if trigger.namedList == nil {
            facts.objection = "The agent's list_id is still the example's, so no task starts it."
        }
        facts.isAssigned = trigger.assigneeID.map { task?.assigneeIDs.contains($0) ?? false }
        if config.confirms(run.taskTool) { facts.waitingPlace = config.delivery.clickUp?.blockedStatus }
        facts.runInReview = try await runInReview(hand)
        return facts
    }

    private func runInReview(_ hand: RunInHand) async throws -> String? {
        guard hand.agent.config.review != nil else { return nil }
        return try await parts.database.read { [run = hand.run] in
            try RunStore(db: $0).inReview(agent: run.agent, taskID: run.taskID ?? "", besides: run.id)
        }
    }

    /// Where the agent itself has put the task is as good as where it found it.
    private func asanaFacts(_ known: TaskFacts, _ hand: RunInHand, _ task: WorkTask?) async throws -> TaskFacts {
        guard let watch = AsanaWatch(hand.agent), let task else { return known }
        var facts = known
        facts.objection = watch.trigger.objection(
            task.sight, agentName: hand.agent.config.displayName, waiting: watch.ownPlaces)
        facts.runInReview = try await runInReview(hand)
        return facts
    }

    /// A task that was seen elsewhere has left its trigger status: when it comes back it is a new stay, even if no
    /// webhook tells of either.
    private func ignored(_ hand: RunInHand, _ cause: RunCause, _ facts: TaskFacts, _ task: WorkTask?) async throws {
        let (transitions, run, lease) = (parts.transitions, hand.run, hand.lease)
        try await parts.write(lease) { db in
            try transitions.apply(.foundIneligible(cause), to: run.id, lease: lease, in: db)
            // One that nobody has assigned yet is looked for by the sweep, as if it had not come yet.
            guard let status = facts.wantedPlace, let task, !task.isAt(status) || facts.isAssigned == false,
                let seenAt = task.updatedAt
            else { return }
            try TaskStayStore(db: db).leave(agent: run.agent, taskID: task.id, status: status, at: seenAt)
        }
    }

    private func missingSetup(_ config: AgentConfig) -> [String] {
        guard let names = config.anthropic else {
            do throws(BuildProblem) { _ = try parts.settings.builds.user() } catch { return [error.description] }
            return []
        }
        return [names.agentIDVariable, names.environmentIDVariable]
            .filter { parts.variable($0) == nil }.map { "The environment variable \($0) is not set." }
            + (parts.connections.anthropic == nil ? ["Anthropic is not connected: set ANTHROPIC_API_KEY."] : [])
    }

    private struct FoundClient {
        var standing: ClientStanding?
        /// What to ask when the task does not make clear which one is meant.
        var question: String?
        /// Named by the agent's file, and nobody has made it.
        var unrecorded: String?
    }

    private static func unrecorded(_ slug: String, _ hand: RunInHand) -> String {
        "The file of \(hand.agent.config.displayName) says that this is work for the client \"\(slug)\", and there is no such client: add its record, or correct the file."
    }

    private func client(_ hand: RunInHand, _ task: WorkTask?, _ answers: [String: String]) async throws -> FoundClient {
        let fromTask = task?.text(of: "client_id") ?? answers["client_id"]
        let isFromTask = hand.run.triggerSource == NewRun.TriggerSource.webhook.rawValue
        if let task, let trigger = hand.agent.config.triggers.asana, task.kind == .asana,
            task.text(of: "client_id") == nil, isFromTask || hand.run.clientSlug == nil
        {
            let answer = answers[trigger.clientAnswer]
            let (choice, standing) = try await parts.database.read { db in
                let choice = try AsanaClientChoice(db: db)
                    .choose(trigger, hand.agent.config.board, task, answer: answer)
                guard case .known(let record) = choice else { return (choice, ClientStanding?.none) }
                return (choice, try ClientStore(db: db).standing(record.slug))
            }
            switch choice {
            case .known: return FoundClient(standing: standing)
            // Whoever gave it the task may know more than the projects say.
            case .unsure(let question):
                let isSaid = trigger.clientField.flatMap(task.text(of:)) != nil
                if isSaid || hand.run.clientSlug == nil { return FoundClient(question: question) }
            case .unrecorded(let slug):
                if isFromTask || hand.run.clientSlug == nil { return FoundClient(unrecorded: slug) }
            case .none: break
            }
        }
        // What a run that its task started knows of its client, it has from an earlier look, and may be corrected since.
        let known = isFromTask ? fromTask ?? hand.run.clientSlug : hand.run.clientSlug ?? fromTask
        let ofList = task?.kind == .clickUp ? hand.agent.config.triggers.clickUp?.client : nil
        guard let slug = known ?? ofList else { return FoundClient() }
        let standing = try await parts.database.read { try ClientStore(db: $0).standing(slug) }
        return FoundClient(standing: standing, unrecorded: standing == nil && known == nil ? slug : nil)
    }

    private func readiness(
        _ config: AgentConfig, _ hand: RunInHand, _ task: WorkTask?, _ client: ClientStanding?,
        _ answers: [String: String]
    ) -> AgentReadiness {
        let given = hand.run.payload.flatMap { try? BureauDomain.JSONValue.parse(Array($0.utf8)).object }
        // The task knows best, then what its people answered, then what the trigger brought, then the client's record.
        let record = client?.record.payload()
        func lookup(_ name: String) -> BureauDomain.JSONValue? {
            task?.text(of: name).map { .string($0) } ?? Self.own(name, task) ?? answers[name].map { .string($0) }
                ?? given?[name] ?? record?[name]
        }
        return AgentReadiness.judge(
            config.payloadSource, client: client?.record, isArchived: client?.isArchived ?? false,
            also: given?.keys ?? [],
            lookup: lookup)
    }

    /// What every task has, by the names that configs use for it.
    private static func own(_ name: String, _ task: WorkTask?) -> BureauDomain.JSONValue? {
        switch name {
        case "task_title": task.map { .string($0.title) }
        case "task_text": task.map { .string($0.notes) }
        default: nil
        }
    }

    private func finished(_ payload: JSONObject, _ hand: RunInHand, _ task: WorkTask?, _ record: ClientRecord?)
        -> AssembledPayload
    {
        let json = BureauDomain.JSONValue.object(payload).canonical
        return AssembledPayload(
            json: json, hash: Hex.sha256(Array(json.utf8)),
            clientSlug: payload["client_id"]?.string ?? record?.slug ?? hand.run.clientSlug,
            clientName: payload["client_name"]?.string ?? record?.name ?? hand.run.clientName, taskURL: task?.url,
            taskTitle: task?.title)
    }

    private func blocked(
        _ hand: RunInHand, _ cause: RunCause, _ task: WorkTask?, _ route: RunRoute? = nil, asked: [String]
    ) async throws {
        let (transitions, lease, id, now) = (parts.transitions, hand.lease, hand.run.id, parts.doors.now())
        let known = AssembledPayload(
            json: hand.run.payload ?? "null", hash: "", clientSlug: task?.text(of: "client_id") ?? hand.run.clientSlug,
            clientName: task?.text(of: "client_name") ?? hand.run.clientName, taskURL: task?.url,
            taskTitle: task?.title)
        try await parts.write(hand.lease) { db in
            try RunStore(db: db).setPayload(lease, known)
            if let route { try RunRouteStore(db: db).put(route, now: now) }
            try transitions.apply(.foundIncomplete(cause), to: id, lease: lease, in: db)
            try TaskWatchStore(db: db).ask(id, asked)
        }
        parts.logger.notice(
            "run needs information", metadata: ["run": "\(id)", "why": "\(cause.sentence)"])
    }

    /// The client is only known now. An account that is not configured stops the run before anything is sent.
    private func credentials(_ hand: RunInHand, _ record: ClientRecord?) throws(UnknownCredentials) -> RunCredentials {
        let credentials = RunCredentials.choose(
            client: record?.credentials, agent: hand.agent.config.credentials,
            isFromAgentsList: hand.run.isFromAgentsList)
        for name in [credentials.name, credentials.tasks].compactMap(\.self) where parts.credentialSets[name] == nil {
            throw UnknownCredentials(name: name)
        }
        return credentials
    }

    /// The payload, the money, the state and the release of older runs that waited for the same information: one
    /// commit.
    private func begin(
        _ hand: RunInHand, _ payload: AssembledPayload, _ credentials: RunCredentials, _ task: WorkTask?,
        _ record: ClientRecord?
    ) async throws -> StageOutcome {
        let confirmation = try await confirmation(hand, payload, task, record)
        let (transitions, lease, run, parts) = (parts.transitions, hand.lease, hand.run, parts)
        let (reservation, now) = (RunReservation(parts: parts, hand: hand), parts.doors.now())
        return try await parts.write(hand.lease) { db in
            let store = RunStore(db: db)
            if run.state == .queued, try ClientRoom(db: db).sendsBack(run, payload, lease) { return .rest(until: now) }
            try store.setPayload(lease, payload)
            try ReceiptStore(db: db).payload(payload, run: run.id, now: now)
            if let taskID = run.taskID {
                for older in try store.waitingForInfo(agent: run.agent, taskID: taskID, besides: run.id) {
                    let cause = RunCause(.notEligible, "The task was started again: see run \(run.id).")
                    try transitions.apply(.foundIneligible(cause), to: older, lease: nil, in: db)
                }
            }
            switch try reservation.reserve(try store.find(run.id) ?? run, in: db) {
            case .waits(let until): return .rest(until: until)
            case .stopped: return .moved
            case .granted:
                if credentials != RunCredentials() { try RunCredentialStore(db: db).pin(run.id, credentials) }
                let taken = try transitions.apply(.taken, to: run.id, lease: lease, in: db)
                if let confirmation {
                    try WorkNote(db: db, doors: parts.doors).say(confirmation, about: "confirmed", taken)
                }
                try FanOutStarter(parts: parts).start(.withStart, taken, hand.agent, db)
                if let place = task?.place {
                    try StartedNotice.plan(taken, hand.agent.config, from: place, now: now, in: db)
                }
                return .moved
            }
        }
    }

    /// One that took a task from another says so wherever it is.
    private func confirmation(
        _ hand: RunInHand, _ payload: AssembledPayload, _ task: WorkTask?, _ record: ClientRecord?
    ) async throws -> WorkText? {
        let route = try await parts.database.read { try RunRouteStore(db: $0).taken(by: hand.run.id) }
        guard let task, route != nil || hand.agent.config.confirms(task.kind) else { return nil }
        let asked = route.map { parts.catalog.agent($0.asked)?.config.displayName ?? $0.asked }
        return Confirmation(
            hand: hand, payload: payload, client: record, settings: parts.settings, route: route, asked: asked
        ).text
    }

    private func fail(_ hand: RunInHand, _ error: VendorError) async throws -> StageOutcome {
        if error.isRetryable,
            let wait = Backoff.stage(for: FaultClass(error)).milliseconds(tries: hand.run.tries, doors: parts.doors)
        {
            return .retry(afterMilliseconds: wait, PassingFault(error))
        }
        let why = "The task could not be read. \(error.sentence)"
        if hand.run.state == .starting { return try await FoundRun(parts: parts).end(hand, why) }
        try await parts.move(hand.run.id, .broke(RunCause(.taskUnreadable, why)), hand.lease)
        return .moved
    }
}
