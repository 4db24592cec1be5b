import BureauDomain
import BureauStorage
import BureauVendors
import Foundation

/// Whose work it is, and whether all that the agent needs of it is there.
extension AssessStage {
    struct FoundClient {
        var standing: ClientStanding?
        /// What to ask when the task does not make clear which one is meant.
        var question: String?
        /// Named by the agent's file, and nobody has made it.
        var unrecorded: String?
    }

    func add(_ client: FoundClient, to facts: inout TaskFacts, _ hand: RunInHand) {
        if let question = client.question, let name = hand.agent.config.triggers.asana?.clientAnswer {
            // Whose it is comes first: the client's record may know what else seems to be missing.
            (facts.choice, facts.missingFields) = (question, [name])
        }
        if let slug = client.unrecorded { facts.missingSetup.insert(Self.unrecorded(slug, hand), at: 0) }
    }

    private static func unrecorded(_ slug: String, _ hand: RunInHand) -> String {
        "The file of \(hand.agent.config.displayName) says that this is work for the client \"\(slug)\", and there is no such client: add its record, or correct the file."
    }

    func client(_ hand: RunInHand, _ task: WorkTask?, _ answers: [String: String]) async throws -> FoundClient {
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
        let standing = try await parts.database.lookUp { try ClientStore(db: $0).standing(slug) }
        return FoundClient(standing: standing, unrecorded: standing == nil && known == nil ? slug : nil)
    }

    func readiness(
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
}
