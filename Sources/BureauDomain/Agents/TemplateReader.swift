/// Reads templates from a config and says what may stand in them.
struct TemplateReader {
    /// Names every template knows, whatever the payload.
    static let always: Set<String> = ["client_id", "client_name", "agent_name", "run_id", "timestamp", "date"]

    let fields: Set<String>
    /// False when the field lists could not be read: placeholders are then not judged, or one mistake would cause many.
    let fieldsKnown: Bool

    func template(_ object: ConfigObject, _ key: String, _ rule: TextRule, extra: Set<String> = []) -> Template? {
        object.text(key, rule).flatMap { text in
            make(text, object, key, extra) { names throws(TemplateError) in try Template(text, allowed: names) }
        }
    }

    func folder(_ object: ConfigObject, _ key: String, required: Bool) -> FolderTemplate? {
        guard let text = object.text(key, .line(500), required: required) else { return nil }
        guard
            let folder = make(
                text, object, key, [],
                { names throws(TemplateError) in try FolderTemplate(text, allowed: names) })
        else { return nil }
        if folder.climbs {
            object.problem(key, "\"..\" may not stand in a folder path; write the folder it leads to")
            return nil
        }
        return folder
    }

    /// A list that may be left out; entries that cannot be read have left their problems behind.
    func templates(_ object: ConfigObject, _ key: String, _ rule: TextRule) -> [Template] {
        (object.texts(key, rule, required: false) ?? []).compactMap { text in
            make(text, object, key, []) { names throws(TemplateError) in try Template(text, allowed: names) }
        }
    }

    private func make<Made>(
        _ text: String, _ object: ConfigObject, _ key: String, _ extra: Set<String>,
        _ build: (Set<String>) throws(TemplateError) -> Made
    ) -> Made? {
        var allowed = Self.always.union(fields).union(extra)
        if !fieldsKnown {
            for case .placeholder(let name) in TemplateScan(text).parts { allowed.insert(name) }
        }
        warnAboutLookalikes(text, object, key, allowed)
        do throws(TemplateError) {
            return try build(allowed)
        } catch {
            for (problem, message) in zip(error.problems, error.messages) {
                var near: String?
                if case .unknown(let name) = problem {
                    near = NearestKey.nearest(to: name, in: error.allowed).map { "{\($0)}" }
                }
                object.problem(key, message, suggestion: near)
            }
            return nil
        }
    }

    /// `{{client_id}}` and `{Client_Id}` stay as they are, which is rarely what was meant.
    private func warnAboutLookalikes(_ text: String, _ object: ConfigObject, _ key: String, _ allowed: Set<String>) {
        for name in allowed.sorted() where text.contains("{{\(name)}}") {
            object.problem(
                key, "{{\(name)}} stays as it is: a placeholder has single braces", suggestion: "{\(name)}",
                severity: .warning)
        }
        let lowered = text.lowercased()
        for name in allowed.sorted() where lowered.contains("{\(name)}") && !text.contains("{\(name)}") {
            object.problem(
                key, "a placeholder is written in lower case; this one stays as it is", suggestion: "{\(name)}",
                severity: .warning)
        }
    }
}
