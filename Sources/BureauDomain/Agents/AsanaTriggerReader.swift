/// Reads `triggers.asana`. One that is off may leave out everything else; what it does say is checked all the same.
struct AsanaTriggerReader {
    private static let keys = [
        "enabled", "projects", "assignee", "sections", "clients", "client_field", "skill",
    ]
    static let projectsMax = 200

    func trigger(_ triggers: ConfigObject) -> AsanaTrigger? {
        guard let object = triggers.object("asana", keys: Self.keys, required: false) else { return nil }
        let enabled = object.flag("enabled", required: true) ?? false
        let projects = object.texts("projects", .gid, required: enabled, countMax: Self.projectsMax)
        if case .array(let items)? = object.members["projects"]?.value.kind, items.isEmpty {
            object.problem("projects", "expected at least one project")
        }
        let assignee = object.text("assignee", .gid, required: enabled)
        let sections = object.texts("sections", .line(80), required: false)
        let clients = clients(object)
        let clientField = object.text("client_field", .line(80), required: false)
        let skill = TaskSkillReader().skill(object)
        guard enabled, let projects, !projects.isEmpty, let assignee else { return nil }
        for project in clients.keys.sorted() where !projects.contains(project) {
            object.problem(
                "clients", "\(project) is none of this trigger's projects",
                suggestion: NearestKey.nearest(to: project, in: projects), severity: .warning)
        }
        if sections?.isEmpty ?? true {
            object.problem(
                "sections",
                "no section is named, so that a task anywhere in the projects starts the agent when it is assigned; name the one that new work comes into",
                severity: .warning)
        }
        return AsanaTrigger(
            projects: projects, assigneeID: assignee, sections: sections ?? [], clients: clients,
            clientField: clientField, skill: skill)
    }

    private func clients(_ trigger: ConfigObject) -> [String: String] {
        let entries = trigger.objects("clients", keys: ["project", "client"], countMax: Self.projectsMax) ?? []
        let pairs = entries.compactMap { entry -> (String, String)? in
            let (project, client) = (entry.text("project", .gid), entry.text("client", .slug))
            guard let project, let client else { return nil }
            return (project, client)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}

/// Reads `skill` of a trigger: how a task says which agent it wants.
struct TaskSkillReader {
    func skill(_ trigger: ConfigObject) -> TaskSkill? {
        let keys = ["field", "names", "phrases", "route_to"]
        guard let object = trigger.object("skill", keys: keys, required: false) else { return nil }
        let field = object.text("field", .line(80))
        let names = object.texts("names", .line(80))
        let phrases = object.texts("phrases", .line(80), required: false)
        let routes = object.texts("route_to", .slug, required: false)
        guard let field, let names else { return nil }
        return TaskSkill(field: field, names: names, phrases: phrases ?? [], routesTo: routes ?? [])
    }
}

extension TextRule {
    static let gid = TextRule(expectation: "an id in quotes, such as \"1208000000000100\"", lengthMax: 32) { text in
        !text.isEmpty && text.utf8.allSatisfy(\.isDigit)
    }
}
