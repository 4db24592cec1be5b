import BureauDomain
import BureauVendors

/// What one agent's file names, looked up at Asana.
struct AsanaLook {
    let client: AsanaClient
    let user: AsanaUser
    let config: AgentConfig

    func troubles() async -> [NamedTrouble] {
        guard let trigger = config.triggers.asana else { return await errors() }
        var troubles: [NamedTrouble] = []
        if trigger.assigneeID != user.gid {
            troubles.append(
                NamedTrouble(
                    path: "triggers.asana.assignee",
                    what: "tasks are for user \(trigger.assigneeID), and Bureau acts as \(user.gid)",
                    fix: "use a token of the agent's own user, or change triggers.asana.assignee", near: user.gid,
                    isWarning: true))
        }
        for project in trigger.projects {
            do throws(VendorError) {
                troubles += try await sections(project, trigger) + fields(project, trigger)
            } catch {
                troubles.append(
                    Self.refused(
                        "triggers.asana.projects", "project \(project)", error,
                        "check triggers.asana.projects, and invite the agent's user"))
            }
        }
        return await troubles + errors()
    }

    /// Sections are matched by name; two of one name are not guessed between.
    private func sections(_ project: String, _ trigger: AsanaTrigger) async throws(VendorError) -> [NamedTrouble] {
        let there = try await client.sections(project: project).items.map(\.name)
        let named = trigger.sections.map { (path: "triggers.asana.sections", place: $0) } + config.boardPlaces
        var seen: Set<String> = []
        return named.filter { seen.insert(Words.folded($0.place)).inserted }
            .compactMap { Self.section($0.place, $0.path, project, there) }
    }

    private static func section(_ name: String, _ path: String, _ project: String, _ there: [String]) -> NamedTrouble? {
        let count = there.count { Words.same($0, name) }
        guard count != 1 else { return nil }
        guard count == 0 else {
            return NamedTrouble(
                path: path, what: "the project \(project) has \(count) sections \"\(name)\"", fix: "rename one")
        }
        return NamedTrouble(
            path: path, what: "the project \(project) has no section \"\(name)\"",
            fix: "add it, or change the agent's file; it has \(there.joined(separator: ", "))",
            near: NearestKey.nearest(to: name, in: there))
    }

    /// Every field the file names, with its place.
    private func named(_ trigger: AsanaTrigger) -> [(path: String, name: String)] {
        let read = [
            ("triggers.asana.client_field", trigger.clientField), ("triggers.asana.skill.field", trigger.skill?.field),
            ("board.client_visible.field", config.board.clientVisible?.field),
            ("board.subscription.field", config.board.subscription?.field),
        ].compactMap { path, name in name.map { (path: path, name: $0) } }
        return read + written.map { (path: $0.path, name: $0.field.name) }
    }

    private var written: [(path: String, field: BoardPolicy.Look.Field)] {
        config.board.states.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { state, look in
            look.fields.map { (path: "board.states.\(state.rawValue).fields", field: $0) }
        }
    }

    private func fields(_ project: String, _ trigger: AsanaTrigger) async throws(VendorError) -> [NamedTrouble] {
        let named = self.named(trigger)
        guard !named.isEmpty else { return [] }
        let there = try await client.customFields(project: project).items.map(\.field)
        func find(_ name: String) -> AsanaCustomField? { there.first { $0.gid == name || Words.same($0.name, name) } }
        var seen: Set<String> = []
        let missing = named.filter { find($0.name) == nil && seen.insert(Words.folded($0.name)).inserted }.map {
            NamedTrouble(
                path: $0.path, what: "the project \(project) has no custom field \"\($0.name)\"",
                fix: "add it to the project, or change the agent's file",
                near: NearestKey.nearest(to: $0.name, in: there.map(\.name)))
        }
        let unfit = written.compactMap { path, look -> NamedTrouble? in
            guard let field = find(look.name), look.value != nil, field.input(look.value) == nil else { return nil }
            return NamedTrouble(
                path: path, what: "the field \"\(look.name)\" cannot be set to \"\(look.value ?? "")\"",
                fix: "add the option and enable it, or change board.states")
        }
        return missing + unfit
    }

    /// Where tasks about errors are made.
    private func errors() async -> [NamedTrouble] {
        guard let errors = config.board.errors, config.errorsTool == .asana else { return [] }
        do throws(VendorError) {
            let there = try await client.sections(project: errors.container).items.map(\.name)
            guard let place = errors.place else { return [] }
            return [Self.section(place, "board.errors.place", errors.container, there)].compactMap(\.self)
        } catch {
            return [
                Self.refused(
                    "board.errors.container", "project \(errors.container)", error,
                    "check board.errors.container, and invite the agent's user")
            ]
        }
    }

    private static func refused(_ path: String, _ what: String, _ error: VendorError, _ fix: String) -> NamedTrouble {
        NamedTrouble(
            path: path, what: "\(what): \(error.sentence)",
            fix: VendorChecks.refused("asana", error, fix: fix).fix ?? fix)
    }
}
