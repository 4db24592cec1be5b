/// Which Asana tasks start runs of an agent. Ids are Asana's gids.
package struct AsanaTrigger: Hashable, Sendable {
    package let projects: [String]
    /// The user a task is assigned to when the agent shall do it.
    package let assigneeID: String
    /// Empty for all sections of the projects.
    package let sections: [String]
    /// Slugs of clients by project.
    package let clients: [String: String]
    /// The custom field that names the client, by slug or name.
    package let clientField: String?
    package let skill: TaskSkill?

    package init(
        projects: [String], assigneeID: String, sections: [String] = [], clients: [String: String] = [:],
        clientField: String? = nil, skill: TaskSkill? = nil
    ) {
        self.projects = projects
        self.assigneeID = assigneeID
        self.sections = sections
        self.clients = clients
        self.clientField = clientField
        self.skill = skill
    }

    /// A task, as far as the decision needs it.
    package struct Sight: Hashable, Sendable {
        package var isCompleted: Bool
        package var assigneeIDs: [String]
        /// Section names by project; an empty name where it stands in none.
        package var sections: [String: String]

        package init(isCompleted: Bool, assigneeIDs: [String], sections: [String: String]) {
            (self.isCompleted, self.assigneeIDs, self.sections) = (isCompleted, assigneeIDs, sections)
        }
    }

    /// The agent's project the task is in: the first of the config's, when it is in several.
    package func project(of sight: Sight) -> String? { projects.first { sight.sections[$0] != nil } }

    /// The clients of all the agent's projects it is in, each once, in the config's order.
    package func clients(of sight: Sight) -> [String] {
        var found: [String] = []
        for project in projects where sight.sections[project] != nil {
            if let slug = clients[project], !found.contains(slug) { found.append(slug) }
        }
        return found
    }

    /// By which name people say the client when they are asked.
    package var clientAnswer: String { clientField ?? "client_id" }

    /// Why the task is none of the agent's now, in words for people; nil when it is. `waiting` are sections where tasks
    /// stand that the agent itself has put there.
    package func objection(_ sight: Sight, agentName: String, waiting: [String] = []) -> String? {
        guard let project = project(of: sight) else {
            return "The task is in none of the projects \(agentName) works on."
        }
        guard !sight.isCompleted else { return "The task is completed." }
        guard sight.assigneeIDs.contains(assigneeID) else { return "The task is not assigned to \(agentName)." }
        let section = sight.sections[project] ?? ""
        guard sections.isEmpty || (sections + waiting).contains(where: { Words.same($0, section) }) else {
            return
                "The task is in the section \"\(section)\", not in \(sections.map { "\"\($0)\"" }.joined(separator: " or "))."
        }
        return nil
    }
}
