import BureauDomain
import BureauStorage
import BureauVendors
import Foundation

/// What a run is judged by before it begins.
extension AssessStage {
    /// Only what the task itself started is judged by where it stands: a person who types the task's id on the command
    /// line has decided. So has one who tries a run again; and one that was found again after a restore has worked
    /// already, and moved the task itself.
    func facts(_ hand: RunInHand, _ task: WorkTask?, _ readiness: AgentReadiness) async throws -> TaskFacts {
        let (run, config) = (hand.run, hand.agent.config)
        let isStarted =
            run.startedAt == nil && run.triggerSource == NewRun.TriggerSource.webhook.rawValue && task != nil
        var facts = TaskFacts(isStartedByTask: isStarted, missingFields: readiness.missing)
        facts.missingSetup = readiness.blockers
        if run.taskID != nil { facts.missingSetup += missingSetup(config) }
        guard isStarted else { return facts }
        // One that was given this task by another agent works wherever it stands.
        if try await parts.database.lookUp({ try RunRouteStore(db: $0).taken(by: run.id) }) != nil {
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
        return try await parts.database.lookUp { [run = hand.run] in
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

    func missingSetup(_ config: AgentConfig) -> [String] {
        guard let names = config.anthropic else {
            do throws(BuildProblem) { _ = try parts.settings.builds.user() } catch { return [error.description] }
            return []
        }
        return [names.agentIDVariable, names.environmentIDVariable]
            .filter { parts.variable($0) == nil }.map { "The environment variable \($0) is not set." }
            + (parts.connections.anthropic == nil ? ["Anthropic is not connected: set ANTHROPIC_API_KEY."] : [])
    }
}
