package import BureauDomain
import BureauStorage

extension RunDesk {
    /// What a run that repeats this one is given in place of its payload, as it is kept. A task may bring what is missing;
    /// without one the run could not begin. Throws `GivenInput.Wrong`.
    package func input(_ written: JSONObject, insteadOf run: RunRecord, _ agent: LoadedAgent) async throws -> String {
        try GivenInput.check(written, client: run.clientSlug)
        let text = JSONValue.object(written).canonical
        guard text.utf8.count <= GivenInput.payloadBytesMax else {
            throw GivenInput.Wrong(description: "This is more than \(GivenInput.payloadBytesMax >> 10) KiB.")
        }
        let client = try await database.read { db in try run.clientSlug.flatMap { try ClientStore(db: db).find($0) } }
        let missing = AgentReadiness.judge(
            agent.config.payloadSource, client: client, isArchived: false, given: written
        ).missing
        guard run.taskID != nil || missing.isEmpty else {
            let names = missing.map { ClientFact.named($0).label }.joined(separator: ", ")
            throw GivenInput.Wrong(description: "This is not enough for this agent: it needs \(names).")
        }
        return text
    }
}

extension NewRun {
    /// A real run for a client that does not exist. `key` is like no other's.
    package static func test(
        of agent: LoadedAgent, from source: TriggerSource, by person: String, key: String
    ) -> NewRun {
        let payload = SyntheticClient.payload(requiring: agent.config.payloadSource.requiredFields)
        return NewRun(
            agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
            triggerSource: source, requestedBy: "\(person), a test", dedupeKey: key,
            clientName: SyntheticClient.name, payload: JSONValue.object(payload).canonical,
            hasThread: agent.hasThread)
    }
}
