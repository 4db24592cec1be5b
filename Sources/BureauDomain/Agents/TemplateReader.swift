/// Reads templates from a config and says what may stand in them.
struct TemplateReader {
    /// Names every template knows, whatever the payload.
    static let always: Set<String> = ["client_id", "client_name", "agent_name", "run_id", "timestamp", "date"]

    let fields: Set<String>
    /// False when the field lists could not be read: placeholders are then not judged, or one mistake would cause many.
    let fieldsKnown: Bool

    func template(_ object: ConfigObject, _ key: String, _ rule: TextRule, extra: Set<String> = []) -> Template? {
        object.entry(key, rule).flatMap { template($0, object.problems, extra) }
    }

    /// A list that may be left out; entries that cannot be read have left their problems behind.
    func templates(_ object: ConfigObject, _ key: String, _ rule: TextRule) -> [Template] {
        (object.entries(key, rule, required: false) ?? []).compactMap { template($0, object.problems, []) }
    }

    func folder(_ object: ConfigObject, _ key: String, required: Bool) -> FolderTemplate? {
        guard let entry = object.entry(key, .line(500), required: required) else { return nil }
        let folder = make(entry, object.problems, []) { names throws(TemplateError) in
            try FolderTemplate(entry.text, allowed: names)
        }
        guard let folder, folder.climbs else { return folder }
        object.problem(key, "\"..\" may not stand in a folder path; write the folder it leads to")
        return nil
    }

    private func template(
        _ entry: ConfigObject.Entry, _ problems: ConfigProblems, _ extra: Set<String>
    ) -> Template? {
        make(entry, problems, extra) { names throws(TemplateError) in try Template(entry.text, allowed: names) }
    }

    private func make<Made>(
        _ entry: ConfigObject.Entry, _ problems: ConfigProblems, _ extra: Set<String>,
        _ build: (Set<String>) throws(TemplateError) -> Made
    ) -> Made? {
        var allowed = Self.always.union(fields).union(extra)
        if !fieldsKnown {
            for case .placeholder(let name) in TemplateScan(entry.text).parts { allowed.insert(name) }
        }
        warnAboutLookalikes(entry, problems, allowed)
        do throws(TemplateError) {
            return try build(allowed)
        } catch {
            for (problem, message) in zip(error.problems, error.messages) {
                var near: String?
                if case .unknown(let name) = problem {
                    near = NearestKey.nearest(to: name, in: error.allowed).map { "{\($0)}" }
                }
                problems.add(entry.path, entry.position, message, suggestion: near)
            }
            return nil
        }
    }

    /// `{{client_id}}` and `{Client_Id}` stay as they are, which is rarely what was meant.
    private func warnAboutLookalikes(
        _ entry: ConfigObject.Entry, _ problems: ConfigProblems, _ allowed: Set<String>
    ) {
        let lowered = entry.text.lowercased()
        for name in allowed.sorted() {
            let message: String
            if entry.text.contains("{{\(name)}}") {
                message = "{{\(name)}} stays as it is: a placeholder has single braces"
            } else if lowered.contains("{\(name)}"), !entry.text.contains("{\(name)}") {
                message = "a placeholder is written in lower case; this one stays as it is"
            } else {
                continue
            }
            problems.add(entry.path, entry.position, message, suggestion: "{\(name)}", severity: .warning)
        }
    }
}
