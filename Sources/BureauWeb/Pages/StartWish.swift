import BureauDomain
import BureauEngine

/// What the form for a run asks for, once it is known to make sense.
struct StartWish: Sendable {
    let agent: LoadedAgent
    let task: (id: String, tool: WorkToolKind)?
    let client: ClientRecord?
    let input: StartInput
    let costMax: MicroUSD?
    /// The same for an address, but for what is long.
    let query: String

    /// Throws a `FieldProblem` for what can be mended on the form.
    init(_ web: WebRequest, _ house: WebHouse) async throws {
        let person = try web.signedIn().person
        guard let agent = house.catalog.agent(web.form["agent"] ?? ""), agent.config.triggers.manualCLI else {
            throw FieldProblem(field: "agent", text: "Choose an agent that may be started by hand.")
        }
        let written = (web.form["task"] ?? "")[...].trimmed, slug = web.form["client"] ?? ""
        let task = try await Self.task(written, agent, house)
        let input = try StartInput(web.form, client: slug.isEmpty ? nil : slug)
        guard task != nil || !slug.isEmpty || input.written != nil else {
            throw FieldProblem(field: "client", text: "Say what to work on: a client, a task, or both.")
        }
        // A task alone would be worked on whoever it is for.
        guard person.clients == nil || !slug.isEmpty else {
            throw FieldProblem(
                field: "client", text: "You see some clients, so a run of yours is for one of them: choose it.")
        }
        let client = try await Self.client(slug, person, house)
        if task == nil, let wrong = StartOutlook.problem(client, agent, input) { throw wrong }
        let limit = web.form["limit"] ?? "", cents = StartPages.cents(limit)
        guard cents != nil || limit.isEmpty else {
            throw FieldProblem(field: "limit", text: "Write the limit in dollars, such as 2.50, at least a cent.")
        }
        (self.agent, self.task, self.client, self.input) = (agent, task, client, input)
        costMax = cents.map(MicroUSD.cents)
        let given = [("agent", agent.config.name), ("client", slug), ("task", written), ("limit", limit)]
        query = given.map { "\($0)=\(WebRequest.escaped($1))" }.joined(separator: "&")
    }

    private static func task(
        _ written: String, _ agent: LoadedAgent, _ house: WebHouse
    ) async throws -> (id: String, tool: WorkToolKind)? {
        guard !written.isEmpty else { return nil }
        do { return try await house.taskNames.task(written, for: agent) } catch let refusal as TaskNames.Refused {
            throw FieldProblem(field: "task", text: "\(refusal.sentence) \(APIProblem.sentence(refusal.fix))")
        }
    }

    private static func client(
        _ slug: String, _ person: PersonRecord, _ house: WebHouse
    ) async throws -> ClientRecord? {
        guard !slug.isEmpty else { return nil }
        guard person.maySee(client: slug) else { throw PageProblem.notFound }
        guard let client = try await house.clients.find(slug) else {
            throw FieldProblem(field: "client", text: "There is no client of that short name.")
        }
        return client
    }

    func run(by actor: Actor, dedupeKey: String) -> NewRun {
        NewRun(
            agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
            triggerSource: .api, requestedBy: "web \(actor.name)", dedupeKey: dedupeKey,
            clientSlug: client?.slug ?? input.written?["client_id"]?.string,
            clientName: client?.name ?? input.written?["client_name"]?.string, taskID: task?.id,
            taskTool: task?.tool ?? agent.taskTool ?? .clickUp,
            payload: input.payload(of: client).map { JSONValue.object($0).canonical }, costMax: costMax,
            hasThread: agent.hasThread)
    }
}
