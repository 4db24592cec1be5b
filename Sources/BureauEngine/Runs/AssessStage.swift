import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// `queued`: is the work still wanted, and is everything there? A webhook is a hint; the task is the truth.
struct AssessStage: Stage {
    let parts: EngineParts

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        try await begin(hand)
        var task: ClickUpTask?
        if let taskID = hand.run.taskID {
            do { task = try await fetch(taskID) } catch let error as VendorError {
                try Task.checkCancellation()
                return try await fail(hand, error)
            } catch let problem as StepProblem {
                try await parts.move(hand.run.id, .broke(RunCause(.taskUnreadable, problem.description)), hand.lease)
                return .moved
            }
            if let why = task.flatMap({ ineligibility($0, hand) }) {
                try await parts.move(hand.run.id, .foundIneligible(RunCause(.notEligible, why)), hand.lease)
                return .moved
            }
        }
        let record = try await clientRecord(hand, task)
        switch assemble(hand, task, record) {
        case .missing(let names):
            try await blocked(hand, missing: names, task)
            return .moved
        case .complete(let payload):
            return try await begin(
                hand, finished(payload, hand, task, record), try credentials(hand, record), task?.status)
        }
    }

    /// What the acceptance leaves out, so that a webhook is answered soon: the receipts' first links, and the message in
    /// Slack.
    private func begin(_ hand: RunInHand) async throws {
        let (run, now) = (hand.run, parts.doors.now())
        let hasThread = run.triggerSource == NewRun.TriggerSource.webhook.rawValue && hand.agent.hasThread
        try await parts.write(hand.lease) { db in
            try ReceiptStore(db: db).begin(run.id)
            if hasThread { try RunThreadStore(db: db).open(run.id, now: now) }
        }
    }

    private func fetch(_ id: String) async throws -> ClickUpTask {
        guard let clickUp = parts.connections.clickUp else {
            throw StepProblem(
                description: "The task could not be read: ClickUp is not connected. Set CLICKUP_API_TOKEN.")
        }
        return try await clickUp.task(id)
    }

    /// Why a task that asked for work no longer does. Only what ClickUp itself started is checked: a person who types
    /// the task's id on the command line has decided. So has one who tries a run again; and one that was found again
    /// after a restore has worked already, and moved the task itself.
    private func ineligibility(_ task: ClickUpTask, _ hand: RunInHand) -> String? {
        guard hand.run.startedAt == nil, hand.run.triggerSource == NewRun.TriggerSource.webhook.rawValue,
            let trigger = hand.agent.config.triggers.clickUp
        else { return nil }
        guard ClickUpTrigger.same(task.status, trigger.status) else {
            return "The task has moved on: its status is \"\(task.status)\" now, not \"\(trigger.status)\"."
        }
        guard trigger.listID.hasPrefix("<") || task.listID.isEmpty || task.listID == trigger.listID else {
            return "The task is in another list than this agent works on."
        }
        return nil
    }

    private func clientRecord(_ hand: RunInHand, _ task: ClickUpTask?) async throws -> ClientRecord? {
        let fromTask = task?.text(of: "client_id")
        guard let slug = hand.run.clientSlug ?? fromTask else { return nil }
        return try await parts.database.read { try ClientStore(db: $0).find(slug) }
    }

    private func assemble(_ hand: RunInHand, _ task: ClickUpTask?, _ record: ClientRecord?) -> PayloadAssembly {
        let source = hand.agent.config.payloadSource
        let given = hand.run.payload.flatMap { try? BureauDomain.JSONValue.parse(Array($0.utf8)).object }
        // The task knows best, then what the trigger brought, then the client's record.
        let record = record?.payload()
        func lookup(_ name: String) -> BureauDomain.JSONValue? {
            task?.text(of: name).map { .string($0) } ?? Self.own(name, task) ?? given?[name] ?? record?[name]
        }
        let optional =
            source.optionalFields
            + (given?.keys ?? []).filter { !source.requiredFields.contains($0) && !source.optionalFields.contains($0) }
        return PayloadAssembly.assemble(required: source.requiredFields, optional: optional, lookup: lookup)
    }

    /// What every task has, by the names that configs use for it.
    private static func own(_ name: String, _ task: ClickUpTask?) -> BureauDomain.JSONValue? {
        switch name {
        case "task_title": task.map { .string($0.name) }
        case "task_text": task?.content.map { .string($0) }
        default: nil
        }
    }

    private func finished(_ payload: JSONObject, _ hand: RunInHand, _ task: ClickUpTask?, _ record: ClientRecord?)
        -> AssembledPayload
    {
        let json = BureauDomain.JSONValue.object(payload).canonical
        return AssembledPayload(
            json: json, hash: Hex.sha256(Array(json.utf8)),
            clientSlug: payload["client_id"]?.string ?? record?.slug ?? hand.run.clientSlug,
            clientName: payload["client_name"]?.string ?? record?.name ?? hand.run.clientName, taskURL: task?.url)
    }

    private func blocked(_ hand: RunInHand, missing names: [String], _ task: ClickUpTask?) async throws {
        let label =
            names.count == 1 ? "a field the agent needs is empty" : "\(names.count) fields the agent needs are empty"
        let cause = RunCause(
            .missingFields, "\(hand.agent.config.displayName) cannot start: \(label): \(names.joined(separator: ", "))."
        )
        let (transitions, lease, id) = (parts.transitions, hand.lease, hand.run.id)
        let known = AssembledPayload(
            json: hand.run.payload ?? "null", hash: "", clientSlug: task?.text(of: "client_id") ?? hand.run.clientSlug,
            clientName: task?.text(of: "client_name") ?? hand.run.clientName, taskURL: task?.url)
        try await parts.write(hand.lease) { db in
            try RunStore(db: db).setPayload(lease, known)
            try transitions.apply(.foundIncomplete(cause), to: id, lease: lease, in: db)
        }
        parts.logger.notice(
            "run needs information", metadata: ["run": "\(id)", "missing": "\(names.joined(separator: ","))"])
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
        _ hand: RunInHand, _ payload: AssembledPayload, _ credentials: RunCredentials, _ taskStatus: String?
    ) async throws -> StageOutcome {
        let (transitions, lease, run, parts) = (parts.transitions, hand.lease, hand.run, parts)
        let (reservation, now) = (RunReservation(parts: parts, hand: hand), parts.doors.now())
        return try await parts.write(hand.lease) { db in
            let store = RunStore(db: db)
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
                try FanOutStarter(parts: parts).start(.withStart, taken, hand.agent, db)
                if let taskStatus {
                    try StartedNotice.plan(taken, hand.agent.config, from: taskStatus, now: now, in: db)
                }
                return .moved
            }
        }
    }

    private func fail(_ hand: RunInHand, _ error: VendorError) async throws -> StageOutcome {
        if error.isRetryable,
            let wait = Backoff.stage(for: FaultClass(error)).milliseconds(tries: hand.run.tries, doors: parts.doors)
        {
            return .retry(afterMilliseconds: wait, PassingFault(error))
        }
        try await parts.move(
            hand.run.id, .broke(RunCause(.taskUnreadable, "The task could not be read. \(error.sentence)")), hand.lease)
        return .moved
    }
}
