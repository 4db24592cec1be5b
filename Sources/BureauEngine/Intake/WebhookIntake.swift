import BureauDomain
package import BureauStorage
package import BureauVendors
package import Foundation
package import Logging

/// Takes signed requests from work tools. An accepted one is on disk, with its raw bytes, its verdict and its run,
/// in one commit before the answer leaves; whatever is slow happens later, in the run.
package struct WebhookIntake: Sendable {
    /// One request as it came.
    package struct Request: Sendable {
        package var agent: String
        package var signature: String?
        package var body: Data
        package var remoteAddress: String
        package init(agent: String, signature: String?, body: Data, remoteAddress: String) {
            self.agent = agent
            self.signature = signature
            self.body = body
            self.remoteAddress = remoteAddress
        }
    }

    package static let bodyBytesMax = 1 << 20
    /// Of a request that is refused only the beginning is kept: anybody can send those.
    static let refusedBytesKept = 4_096

    let database: any Database
    let catalog: AgentCatalog
    let secrets: WebhookSecrets
    let doors: Doors
    let logger: Logger
    let counters: Counters
    let wake: @Sendable () -> Void
    let turnedAway = TurnedAwayRoom()

    /// `secret` is the environment's own; `secrets` are those of named credentials.
    package init(
        database: any Database, catalog: AgentCatalog, secret: Secret?, secrets: [String: Secret] = [:],
        doors: Doors, logger: Logger, counters: Counters, sealingKey: @escaping @Sendable () -> Secret? = { nil },
        wake: @escaping @Sendable () -> Void
    ) {
        self.database = database
        self.catalog = catalog
        self.secrets = WebhookSecrets(
            environment: { [catalog] in
                // An agent of another account is believed by that account's secret alone.
                guard let set = catalog.agent($0)?.config.credentials else { return secret }
                return secrets[set]
            }, database: database, key: sealingKey)
        self.doors = doors
        self.logger = logger
        self.counters = counters
        self.wake = wake
    }

    /// Never throws: what could not be stored is answered 503, so that the sender tries again, and logged.
    package func accept(_ request: Request) async -> WebhookAnswer {
        await answering(request) { try await judged(request) }
    }

    private func judged(_ request: Request) async throws -> WebhookAnswer {
        guard try await secrets.isValid(request.signature, body: Array(request.body), agent: request.agent) else {
            let why =
                try await secrets.isEmpty(agent: request.agent)
                ? "no webhook secret is configured" : "the signature is missing or wrong"
            return try await refused(request, status: 403, why)
        }
        return try await believed(request)
    }

    private func answering(_ request: Request, _ body: () async throws -> WebhookAnswer) async -> WebhookAnswer {
        do { return try await body() } catch {
            logger.error(
                "a webhook could not be stored",
                metadata: ["agent": "\(request.agent.prefix(64))", "why": "\(error)"])
            return WebhookAnswer(503, [("error", "the signal could not be stored; send it again")])
        }
    }

    /// A stored signal once more, as if it had just arrived. Its signature was checked when it came.
    package func replay(_ signalID: String) async throws -> WebhookAnswer? {
        guard let kept = try await database.read({ try SignalStore(db: $0).body(signalID) }), kept.isWhole else {
            return nil
        }
        return try await believed(
            Request(agent: kept.agent, signature: nil, body: kept.body, remoteAddress: "replay of \(signalID)"))
    }

    /// Stores a request that is not believed or not readable, and says why.
    package func refuse(_ request: Request, status: Int, _ why: String) async -> WebhookAnswer {
        await answering(request) { try await refused(request, status: status, why) }
    }

    private func refused(_ request: Request, status: Int, _ why: String) async throws -> WebhookAnswer {
        logger.warning(
            "webhook refused",
            metadata: ["why": "\(why)", "agent": "\(request.agent.prefix(64))", "from": "\(request.remoteAddress)"])
        counters.add(.signals, ["verdict": "refused"])
        var signal = newSignal(request)
        signal.body = signal.body.prefix(Self.refusedBytesKept)
        let (kept, now) = (signal, doors.now())
        try await database.write { try SignalStore(db: $0).insert(kept, verdict: .refused(because: why), now: now) }
        return WebhookAnswer(status, [("error", why), ("signal", kept.id)])
    }

    func believed(_ request: Request) async throws -> WebhookAnswer {
        guard let event = try? JSONDecoder().decode(ClickUpEvent.self, from: request.body) else {
            return try await refused(request, status: 400, "the body is not a JSON object as ClickUp sends it")
        }
        var signal = newSignal(request)
        signal.event = event.event.map { String($0.prefix(80)) }
        signal.deliveryKey = deliveryKey(event, signal.bodyHash)
        guard let agent = catalog.agent(request.agent) else {
            return try await record(
                signal, .ignored(because: "there is no agent named \"\(request.agent.prefix(64))\""))
        }
        guard let trigger = agent.config.triggers.clickUp else {
            return try await record(signal, .ignored(because: "\(agent.config.name) is not started by ClickUp"))
        }
        guard let listID = trigger.namedList else {
            let why = "the agent's list_id is still the example's: put the id of its own list into its file"
            return try await record(signal, .ignored(because: why), hint: event.taskID)
        }
        switch ClickUpTrigger.decide(event, listID: listID, triggerStatus: trigger.status, bodyHash: signal.bodyHash) {
        case .ignore(let why):
            return try await record(
                signal, .ignored(because: why), leaving: Leaving(event, agent.config.name, trigger.status),
                hint: event.taskID)
        case .start(let taskID, let changeID, let userID, let status):
            let run = newRun(agent, taskID: taskID, changeID: changeID, userID: userID)
            let arrival = Arrival(taskID: taskID, status: trigger.status, date: event.changedAt)
            return try await start(
                run, signal, arrival, trigger,
                echo: EchoCheck(
                    taskID: taskID, status: status, userID: userID, credentialSet: agent.config.credentials))
        }
    }

    private func start(
        _ run: NewRun, _ signal: NewSignal, _ arrival: Arrival, _ trigger: AgentConfig.Triggers.ClickUp, echo: EchoCheck
    ) async throws -> WebhookAnswer {
        let (runID, now, doors) = (doors.makeID(), doors.now(), doors)
        let (verdict, session) = try await database.write { db -> (Verdict, String?) in
            let signals = SignalStore(db: db)
            if try echo.isOurs(db, now: now) {
                let verdict = Verdict.ignored(because: "it is the echo of our own change")
                try signals.insert(signal, verdict: verdict, now: now)
                return (verdict, nil)
            }
            let runs = RunStore(db: db)
            // The very same change is known by its key; the same stay, seen by the sweep, by the task.
            if let first = try runs.find(dedupeKey: run.dedupeKey) {
                try signals.insert(signal, verdict: .duplicate(of: first.id), now: now)
                return (.duplicate(of: first.id), first.sessionID)
            }
            if let other = try arrival.verdict(db, agent: run.agent) {
                try signals.insert(signal, verdict: other, now: now)
                return (other, try other.runID.flatMap { try runs.find($0)?.sessionID })
            }
            let guardian = PingPongGuard(db: db, doors: doors)
            if let why = try guardian.refusal(
                run.agent, taskID: arrival.taskID, at: arrival.date, requester: run.requestedBy)
            {
                let verdict = Verdict.ignored(because: why)
                try signals.insert(signal, verdict: verdict, now: now)
                // The stay has its answer: the sweep must not start what was just refused.
                if let last = try guardian.lastRun(run.agent, taskID: arrival.taskID) {
                    try arrival.record(db, agent: run.agent, runID: last, now: now)
                }
                return (verdict, nil)
            }
            var placed = run
            if let client = try ClickUpClientChoice(db: db).choose(trigger) {
                (placed.clientSlug, placed.clientName) = (client.slug, client.name)
            }
            guard try runs.insert(placed, id: runID, now: now) else { throw RunMoved(runID: runID) }
            try arrival.record(db, agent: run.agent, runID: runID, now: now)
            try RunEventStore(db: db).append(runID, kind: "queued", detail: "\(run.requestedBy) asked for it", now: now)
            try signals.insert(signal, verdict: .run(id: runID), now: now)
            return (.run(id: runID), nil)
        }
        if case .run = verdict { wake() }
        return answer(verdict, signal: signal.id, session: session)
    }

    /// `hint` is a task on which something happened: a run that waits for its people looks at it now.
    private func record(
        _ signal: NewSignal, _ verdict: Verdict, leaving: Leaving? = nil, hint: String? = nil
    ) async throws -> WebhookAnswer {
        let now = doors.now()
        let waiting = try await database.write { db in
            try SignalStore(db: db).insert(signal, verdict: verdict, now: now)
            try leaving?.record(db)
            return try hint.map { try TaskWatchStore(db: db).hint(.clickUp, taskID: $0, now: now) } ?? []
        }
        if !waiting.isEmpty { wake() }
        return answer(verdict, signal: signal.id, session: nil)
    }

    private func answer(_ verdict: Verdict, signal: String, session: String?) -> WebhookAnswer {
        counters.add(.signals, ["verdict": verdict.name])
        switch verdict {
        case .run(let id): return WebhookAnswer(200, [("verdict", "run"), ("run", id), ("signal", signal)])
        case .duplicate(let id):
            return WebhookAnswer(
                200, alreadyProcessed: true,
                [("verdict", "duplicate"), ("run", id), ("original_session", session ?? ""), ("signal", signal)])
        case .ignored(let why), .parked(let why), .refused(let why):
            return WebhookAnswer(200, [("verdict", verdict.name), ("reason", why), ("signal", signal)])
        }
    }

    private func newSignal(_ request: Request) -> NewSignal {
        NewSignal(
            id: doors.makeID(), agent: String(request.agent.prefix(64)),
            remoteAddress: String(request.remoteAddress.prefix(80)),
            body: request.body, bodyBytes: request.body.count, bodyHash: Hex.sha256(request.body))
    }

    private func newRun(_ agent: LoadedAgent, taskID: String, changeID: String, userID: Int64?) -> NewRun {
        NewRun(
            agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
            triggerSource: .webhook,
            requestedBy: userID.map { "clickup user \($0)" } ?? "clickup",
            dedupeKey: "\(agent.config.name)/clickup/\(taskID)/\(changeID.prefix(80))", taskID: taskID)
    }

    /// Identity of this delivery: the webhook, the event and the change. An edited comment reuses the id of its
    /// posting, so the event's name belongs to it.
    private func deliveryKey(_ event: ClickUpEvent, _ bodyHash: String) -> String {
        "\(event.webhookID?.prefix(64) ?? "-")/\(event.event?.prefix(64) ?? "-")/\(event.items.first?.id?.prefix(64) ?? bodyHash.prefix(32))"
    }
}
