package import BureauDomain
import BureauVendors

extension LoadedAgent {
    /// Who keeps the tasks it works on, when that is one tool only.
    package var taskTool: WorkToolKind? {
        switch (config.triggers.clickUp != nil, config.triggers.asana != nil) {
        case (true, false): .clickUp
        case (false, true): .asana
        case (true, true): nil
        case (false, false):
            switch config.payloadSource.kind {
            case .clickUpTask: .clickUp
            case .asanaTask: .asana
            case .manual, .slackCommand: nil
            }
        }
    }
}

/// What people type for a task, made into the id everything else goes by. ClickUp shows ids such as "ABC-123" that hold
/// in one workspace only; a run that kept one would find no task, and no comment on it would find the run.
package struct TaskNames: Sendable {
    let parts: EngineParts

    package init(parts: EngineParts) { self.parts = parts }

    /// Why what was written leads to no task, and what to do.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package let description: String
        package let fix: String
        /// The tool could not be asked just now.
        package var isPassing = false

        package var sentence: String { (description.prefix(1).uppercased() + description.dropFirst()).closed }
    }

    private static let pasted = "paste the task's link, or the id in it"

    /// What somebody writes for a run of `agent`: a link or an id, and `keeper` where they say who keeps it.
    package func task(_ written: String, keeper: WorkToolKind? = nil, for agent: LoadedAgent) async throws
        -> (id: String, tool: WorkToolKind)
    {
        guard let mention = TaskMention(written) else {
            throw Refused(
                description: "\"\(written.prefix(80))\" is no task",
                fix: "paste its link, or its id of letters, digits and hyphens")
        }
        let name = agent.config.name, maker = mention.maker ?? keeper
        if let maker, let own = agent.taskTool, maker != own {
            throw Refused(
                description: "\(mention.id) is a task of \(maker.label), and \(name) takes its tasks from \(own.label)",
                fix: "name a task of \(own.label), or an agent that works in \(maker.label)")
        }
        let tool = agent.taskTool ?? maker ?? .clickUp
        return (try await id(of: mention.id, tool: tool, agent: agent), tool)
    }

    /// Only a name with a hyphen is asked about. `agent` says whose account is used.
    package func id(of name: String, tool: WorkToolKind, agent: LoadedAgent) async throws -> String {
        guard tool == .clickUp, name.contains("-") else { return name }
        let parts = try parts.using(agent.config.credentials)
        guard let clickUp = parts.connections.clickUp, let workspace = parts.settings.clickUpWorkspaceID else {
            throw Refused(
                description:
                    "\(name) is a workspace's own name for a task, and this server does not know the workspace "
                    + "(CLICKUP_WORKSPACE_ID)", fix: Self.pasted)
        }
        do { return try await clickUp.task(named: name, workspace: workspace).id } catch {
            throw Refused(
                description: "ClickUp shows no task \(name): \(error.sentence)", fix: Self.pasted,
                isPassing: error.isRetryable)
        }
    }
}
