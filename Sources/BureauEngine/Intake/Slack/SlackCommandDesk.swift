import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// Carries out what people type in Slack. A command that changes something is a signal: its bytes, its verdict and the
/// run it starts are one commit. Every answer is for the one who typed.
package struct SlackCommandDesk: Sendable {
    let parts: EngineParts
    let wake: @Sendable () -> Void
    /// Runs and questions that one answer lists.
    static let listedMax = 10

    package init(parts: EngineParts, wake: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.wake = wake
    }

    /// The same for the people of this workspace: its agents, its clients, its runs. Who may do everything is named for
    /// the environment's own workspace alone; ids of another's people may be the same by chance.
    func of(_ team: SlackTeam) -> SlackCommandDesk {
        guard team.credentials != nil, let parts = try? parts.using(team.credentials) else { return self }
        var settings = parts.settings
        settings.slackCommandUsers = []
        return SlackCommandDesk(parts: parts.with(settings: settings), wake: wake)
    }

    private var wall: AccountWall { AccountWall(credentials: parts.settings.credentialSet) }
    private var agents: [LoadedAgent] { parts.catalog.agents.filter { wall.isOpen(to: $0.config) } }

    private var rights: SlackCommandRights {
        SlackCommandRights(agencyUsers: parts.settings.slackCommandUsers, agents: agents)
    }

    /// Returns the private answer, in Slack's own markup.
    package func carryOut(_ request: SlackCommandRequest) async throws -> String {
        let verbs = agents.compactMap { agent in
            agent.config.triggers.slackCommand.map { (agent.config.name, $0.verb) }
        }
        let typed = TypedCommand(
            command: request.command, text: request.text, agents: Dictionary(verbs) { one, _ in one })
        guard case .run(let name, let client) = typed else {
            guard rights.isKnown(request.userID) else { return try await refuse(request, nil, "use Bureau") }
            return try await answer(typed, request)
        }
        guard let agent = agents.first(where: { $0.config.name == name }), agent.config.triggers.slackCommand != nil
        else {
            guard rights.isKnown(request.userID) else { return try await refuse(request, nil, "use Bureau") }
            return noAgent(name, request)
        }
        guard rights.mayStart(agent.config, request.userID) else {
            return try await refuse(request, agent, "start \(agent.config.displayName)")
        }
        return try await start(agent, client, request)
    }

    private func answer(_ typed: TypedCommand, _ request: SlackCommandRequest) async throws -> String {
        let answers = SlackCommandAnswers(parts: parts, rights: rights, user: request.userID)
        switch typed {
        case .status(nil): return try await answers.status()
        case .status(let run?): return try await answers.status(of: run)
        case .approvals: return try await answers.approvals()
        case .stop(let run): return try await stop(run, request)
        case .wrong(let why): return why
        case .help, .run: return answers.help(command: request.command)
        }
    }

    private func noAgent(_ name: String, _ request: SlackCommandRequest) -> String {
        let startable = agents.map(\.config).filter { rights.mayStart($0, request.userID) }.map(\.name)
        let near = NearestKey.nearest(to: name, in: startable).map { " Did you mean `\($0)`?" } ?? ""
        let list = startable.map { "`\($0)`" }.joined(separator: ", ")
        return "There is no agent `\(SlackText.escape(String(name.prefix(60))))` to start from Slack.\(near) "
            + (startable.isEmpty ? "No agent is set up for you." : "You may start: \(list).")
    }

    /// Somebody nobody has named. The refusal is kept, told in the log, and names whom to ask.
    private func refuse(_ request: SlackCommandRequest, _ agent: LoadedAgent?, _ what: String) async throws -> String {
        parts.logger.warning(
            "a Slack command was refused",
            metadata: [
                "user": "\(request.userID)", "command": "\(request.command)", "agent": "\(agent?.config.name ?? "")",
            ])
        try await record(
            request, agent: agent?.config.name, .refused(because: "\(request.userID) may not \(what) from Slack"))
        let who = rights.whomToAsk(agent?.config).map { SlackText.mention(user: $0) }
        let ask = who.isEmpty ? "whoever looks after Bureau" : who.joined(separator: ", ")
        return "You may not \(SlackText.escape(what)) from Slack. Ask \(ask)."
    }

    private func start(_ agent: LoadedAgent, _ text: String, _ request: SlackCommandRequest) async throws -> String {
        let (match, clients) = try await find(text)
        let shown = SlackText.escape(String(text.prefix(80)))
        switch match {
        case .several(let slugs):
            return "“\(shown)” may be several clients: \(code(slugs)). Type one of them."
        case .none(let near):
            let some = clients.prefix(ClientMatch.suggestionsMax).map(\.slug)
            let known = some.isEmpty ? " No client is kept yet." : " There are, for example: \(code(some))."
            let hint = near.isEmpty ? known : " Did you mean \(code(near))?"
            return "There is no client “\(shown)”.\(hint)"
        case .one(let slug):
            guard let client = clients.first(where: { $0.slug == slug }) else {
                return "There is no client “\(shown)”."
            }
            let payload = client.payload()
            if case .missing(let names) = PayloadAssembly.assemble(
                required: agent.config.payloadSource.requiredFields, optional: [], lookup: { payload[$0] })
            {
                return
                    "\(SlackText.escape(agent.config.displayName)) cannot start for \(SlackText.escape(client.name)): \(code(names)) \(names.count == 1 ? "is" : "are") missing in the client's record."
            }
            return try await begin(agent, client, request)
        }
    }

    /// Who is meant among all clients; where it is nobody, what to suggest is looked for in the first page of them.
    private func find(_ text: String) async throws -> (ClientMatch, [ClientRecord]) {
        let credentials = wall.credentials
        let meant = try await parts.database.read {
            // One more than is shown: a beginning that fits several is not taken for one.
            try ClientStore(db: $0).meant(
                by: text, credentials: credentials, limit: ClientMatch.suggestionsMax + 1)
        }
        let match = ClientMatch(text, clients: meant.map { ($0.slug, $0.name) })
        guard case .none = match else { return (match, meant) }
        let page = try await parts.database.read { try ClientStore(db: $0).list() }.filter(wall.isOpen)
        let known = Set(page.map(\.slug)), all = page + meant.filter { !known.contains($0.slug) }
        return (ClientMatch(text, clients: all.map { ($0.slug, $0.name) }), all)
    }

    private func begin(_ agent: LoadedAgent, _ client: ClientRecord, _ request: SlackCommandRequest) async throws
        -> String
    {
        let new = NewRun(
            agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
            triggerSource: .slack, requestedBy: "slack \(request.userID)",
            dedupeKey: "slack/command/\(request.triggerID)", clientSlug: client.slug, clientName: client.name,
            payload: BureauDomain.JSONValue.object(client.payload()).canonical, hasThread: agent.hasThread)
        let (id, now, signal) = (parts.doors.makeID(), parts.doors.now(), newSignal(request, agent: agent.config.name))
        let verdict = try await parts.database.write { db -> Verdict in
            let runs = RunStore(db: db)
            guard try runs.insert(new, id: id, now: now) else {
                guard let first = try runs.find(dedupeKey: new.dedupeKey) else { throw RunMoved(runID: id) }
                try SignalStore(db: db).insert(signal, verdict: .duplicate(of: first.id), now: now)
                return .duplicate(of: first.id)
            }
            try RunEventStore(db: db).append(
                id, kind: "queued", detail: "\(request.userName) asked for it in Slack", now: now)
            try SignalStore(db: db).insert(signal, verdict: .run(id: id), now: now)
            return .run(id: id)
        }
        parts.counters.add(.signals, ["verdict": verdict.name])
        if case .run = verdict { wake() }
        let place = agent.config.delivery.slack.map { " Follow it in \(SlackText.escape($0.channel))." } ?? ""
        return
            "\(SlackText.escape(agent.config.displayName)) is on its way for \(SlackText.escape(client.name)): run `\(verdict.runID ?? id)`.\(place)"
    }

    private func stop(_ text: String, _ request: SlackCommandRequest) async throws -> String {
        let desk = RunDesk(database: parts.database, doors: parts.doors)
        do {
            let run = try await desk.find(text)
            guard try await isOurs(run) else { return "There is no run \(SlackText.escape(text)) that you may see." }
            guard let agent = parts.catalog.agent(run.agent), rights.mayStart(agent.config, request.userID) else {
                return try await refuse(request, parts.catalog.agent(run.agent), "stop a run of \(run.agent)")
            }
            let stopped = try await desk.stop(run.id, by: "\(request.userName) in Slack", reason: nil)
            try await record(request, agent: run.agent, .ignored(because: "asked run \(run.id) to stop"))
            wake()
            // Somebody else may have stopped it before, and chosen.
            let files = stopped.discardsFiles ? "is not fetched, as was chosen before" : "is kept"
            return switch stopped.state {
            case .stopped: "Run `\(run.id)` is stopped."
            case .delivering: "Run `\(run.id)`: \(RunDesk.stopsChildren)"
            default: "Run `\(run.id)` is stopping; what it has made so far \(files)."
            }
        } catch let refused as RunDesk.Refused {
            return SlackText.escape(refused.description)
        }
    }

    private func isOurs(_ run: RunRecord) async throws -> Bool {
        let (wall, agent) = (wall, parts.catalog.agent(run.agent)?.config)
        return try await parts.database.read { try wall.isOpen(to: run, agent, $0) }
    }

    private func code(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

    private func record(_ request: SlackCommandRequest, agent: String?, _ verdict: Verdict) async throws {
        let (signal, now) = (newSignal(request, agent: agent), parts.doors.now())
        try await parts.database.write { try SignalStore(db: $0).insert(signal, verdict: verdict, now: now) }
        parts.counters.add(.signals, ["verdict": verdict.name])
    }

    private func newSignal(_ request: SlackCommandRequest, agent: String?) -> NewSignal {
        NewSignal(
            id: parts.doors.makeID(), agent: agent ?? "", remoteAddress: String(request.remoteAddress.prefix(80)),
            body: request.body, bodyBytes: request.body.count, bodyHash: Hex.sha256(request.body),
            event: "command \(request.command)", deliveryKey: "slack/command/\(request.triggerID)", source: "slack")
    }
}
