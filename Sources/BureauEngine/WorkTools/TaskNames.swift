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

    /// Why a name leads to no task, for people.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Only a name with a hyphen is asked about. `agent` says whose account is used.
    package func id(of name: String, tool: WorkToolKind, agent: LoadedAgent) async throws -> String {
        guard tool == .clickUp, name.contains("-") else { return name }
        let parts = try parts.using(agent.config.credentials)
        guard let clickUp = parts.connections.clickUp, let workspace = parts.settings.clickUpWorkspaceID else {
            throw Refused(
                description:
                    "\(name) is a workspace's own name for a task, and this server does not know the workspace "
                    + "(CLICKUP_WORKSPACE_ID). Paste the task's link instead.")
        }
        do { return try await clickUp.task(named: name, workspace: workspace).id } catch {
            throw Refused(description: "ClickUp shows no task \(name): \(error.sentence.closed)")
        }
    }
}
