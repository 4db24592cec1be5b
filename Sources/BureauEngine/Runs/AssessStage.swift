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
        let forgotten = ForgottenRun(parts: parts, hand: hand), trace: ForgottenRun.Trace?
        do { trace = try await forgotten.look() } catch let error as VendorError where error.isRetryable {
            try Task.checkCancellation()
            return try await fail(hand, error)
        } catch is VendorError {
            // Who may not read comments has the task's own reading to answer for that.
            trace = nil
        }
        if case .begun(let id)? = trace {
            try await forgotten.takeUp(id)
            return .moved
        }
        // A look changes nothing, so it is on its way while the first rows are written.
        async let fetched = fetched(hand)
        try await begin(hand)
        let task: WorkTask?
        switch try await look(hand, await fetched) {
        case .known(let found): task = found
        case .not(let outcome): return outcome
        }
        let answers = try await parts.database.lookUp { [id = hand.run.id] in try AnswerStore(db: $0).all(run: id) }
        let client = try await client(hand, task, answers), record = client.standing?.record
        let readiness = readiness(hand.agent.config, hand, task, client.standing, answers)
        var facts = try await facts(hand, task, readiness)
        add(client, to: &facts, hand)
        if case .worked(let ids)? = trace, facts.isStartedByTask, facts.isWanted {
            try await show(hand)
            let cause = RunCause(.blocked, ForgottenRun.question(ids))
            try await blocked(hand, cause, task, asked: []) { try forgotten.keep(ids, in: $0) }
            return .moved
        }
        var route: RunRoute?
        if let task, facts.isStartedByTask, facts.isWanted {
            let router = router(hand, task, client.standing, answers)
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
        let verdict = Assessment.judge(facts, agentName: hand.agent.config.displayName)
        return try await settle(
            hand, verdict, Known(task: task, record: record, route: route, facts: facts, assembly: readiness.assembly))
    }

    private enum Look {
        /// Nil for a run without a task.
        case known(WorkTask?)
        case not(StageOutcome)
    }

    private func fetched(_ hand: RunInHand) async -> Result<WorkTask?, any Error> {
        guard let taskID = hand.run.taskID else { return .success(nil) }
        do { return .success(try await fetch(taskID, hand.run)) } catch { return .failure(error) }
    }

    private func look(_ hand: RunInHand, _ fetched: Result<WorkTask?, any Error>) async throws -> Look {
        do { return .known(try fetched.get()) } catch let error as VendorError {
            try Task.checkCancellation()
            return .not(try await fail(hand, error))
        } catch let problem as StepProblem {
            if hand.run.state == .starting {
                return .not(try await FoundRun(parts: parts).end(hand, problem.description))
            }
            try await parts.move(hand.run.id, .broke(RunCause(.taskUnreadable, problem.description)), hand.lease)
            return .not(.moved)
        }
    }

    private func router(
        _ hand: RunInHand, _ task: WorkTask, _ standing: ClientStanding?, _ answers: [String: String]
    ) -> TaskRouter {
        TaskRouter(parts: parts, hand: hand) { config in
            readiness(config, hand, task, standing, answers).blockers + missingSetup(config)
        }
    }

    /// What the verdict was reached from.
    private struct Known {
        let task: WorkTask?
        let record: ClientRecord?
        /// Where the task may have to go, when its people are asked for that.
        let route: RunRoute?
        let facts: TaskFacts
        let assembly: PayloadAssembly
    }

    private func settle(_ hand: RunInHand, _ verdict: Assessment, _ known: Known) async throws -> StageOutcome {
        let sentence = verdict.sentence(agentName: hand.agent.config.displayName) ?? ""
        let (task, facts) = (known.task, known.facts)
        if hand.run.state == .starting, verdict != .ready {
            return try await FoundRun(parts: parts).end(hand, sentence)
        }
        if case (.ready, .complete(let payload)) = (verdict, known.assembly) {
            let assembled = finished(payload, hand, task, known.record)
            return try await begin(hand, assembled, try credentials(hand, known.record), task, known.record)
        }
        if verdict.isTaken { try await show(hand) }
        switch verdict {
        case .reviewReady:
            try await parts.write(hand.lease) { [doors = parts.doors, run = hand.run] db in
                try WorkNote(db: db, doors: doors).say(.line(sentence), about: "review", run)
            }
            fallthrough
        case .ignored:
            try await ignored(hand, RunCause(.notEligible, sentence), facts, task)
            return .moved
        case .blocked:
            try await blocked(hand, RunCause(.blocked, sentence), task, asked: [])
            return .moved
        case .needsClarification, .needsChoice, .ready:
            try await blocked(hand, RunCause(.missingFields, sentence), task, known.route, asked: facts.missingFields)
            return .moved
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
                description: "The task could not be read: \(run.taskTool.missing(in: parts.settings.taskCredentialSet))"
            )
        }
        return try await tool.task(id)
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
        _ hand: RunInHand, _ cause: RunCause, _ task: WorkTask?, _ route: RunRoute? = nil, asked: [String],
        beside: @escaping @Sendable (any Connection) throws -> Void = { _ in }
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
            try beside(db)
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

    /// The payload, the money, the state, how the board shows it and the release of older runs that waited for the same
    /// information: one commit.
    private func begin(
        _ hand: RunInHand, _ payload: AssembledPayload, _ credentials: RunCredentials, _ task: WorkTask?,
        _ record: ClientRecord?
    ) async throws -> StageOutcome {
        let confirmation = try await confirmation(hand, payload, task, record)
        let (transitions, lease, run, parts) = (parts.transitions, hand.lease, hand.run, parts)
        let (reservation, now) = (RunReservation(parts: parts, hand: hand), parts.doors.now())
        return try await parts.write(hand.lease) { db in
            let store = RunStore(db: db)
            try BoardNotice(db: db, doors: parts.doors).showFirst(run)
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
                try RunCredentialStore(db: db).pin(run.id, credentials)
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
        let route = try await parts.database.lookUp { try RunRouteStore(db: $0).taken(by: hand.run.id) }
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
