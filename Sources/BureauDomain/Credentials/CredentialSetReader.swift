extension CredentialSetConfig {
    package static let setsMax = 200

    /// Reads the file (JSON with comments, at most 1 MiB): an object of sets by name. Everything wrong is reported.
    /// `environment` says whether a variable is set.
    package static func load(
        _ bytes: [UInt8], fileName: String, environment: ((String) -> Bool)?
    ) -> CredentialSetsResult {
        let problems = ConfigProblems(file: fileName)
        let json: PositionedJSON
        do throws(JSONSyntaxError) { json = try PositionedJSON.parse(bytes) } catch {
            problems.add("", error.position, error.message)
            return CredentialSetsResult(sets: [], problems: problems.sorted)
        }
        let reader = CredentialSetReader(problems: problems, environment: environment)
        let sets = reader.sets(json)
        return CredentialSetsResult(sets: problems.hasErrors ? [] : sets, problems: problems.sorted)
    }
}

/// Reads the sets one by one, without stopping at a mistake.
private struct CredentialSetReader {
    let problems: ConfigProblems
    let environment: ((String) -> Bool)?

    func sets(_ json: PositionedJSON) -> [CredentialSetConfig] {
        guard case .object(let members) = json.kind else {
            problems.add("", json.position, "expected an object of credential sets, found \(json.value.kindName)")
            return []
        }
        guard members.count <= CredentialSetConfig.setsMax else {
            problems.add("", json.position, "expected at most \(CredentialSetConfig.setsMax) credential sets")
            return []
        }
        return members.compactMap { member in
            guard TextRule.slug.allows(member.key), member.key != "default" else {
                problems.add(
                    member.key, member.keyPosition,
                    "a set's name is \(TextRule.slug.expectation), and not \"default\": that is the environment's own")
                return nil
            }
            return set(member.key, member.value)
        }
    }

    private func set(_ name: String, _ json: PositionedJSON) -> CredentialSetConfig? {
        let keys = ["anthropic", "clickup", "asana", "slack", "google", "variables", "inherits"]
        guard let root = ConfigObject(json, path: name, keys: keys, problems: problems) else { return nil }
        let anthropic = root.object("anthropic", keys: ["key_env", "key_file", "base_url"], required: false)
        let clickUp = root.object(
            "clickup",
            keys: ["token_env", "token_file", "webhook_secret_env", "webhook_secret_file", "workspace_id", "base_url"],
            required: false)
        let asana = root.object("asana", keys: ["token_env", "token_file", "base_url"], required: false)
        let slack = root.object(
            "slack",
            keys: [
                "token_env", "token_file", "signing_secret_env", "signing_secret_file", "alert_channel",
                "results_channel", "base_url",
            ], required: false)
        let google = root.object(
            "google", keys: ["service_account_file", "root_folder_id", "base_url"], required: false)
        return CredentialSetConfig(
            name: name, anthropic: anthropic.flatMap(self.anthropic), clickUp: clickUp.flatMap(self.clickUp),
            asana: asana.flatMap(self.asana), slack: slack.flatMap(self.slack), google: google.flatMap(self.google),
            variables: variables(root), inherits: root.flag("inherits") ?? false)
    }

    private func anthropic(_ object: ConfigObject) -> CredentialSetConfig.Anthropic? {
        source(object, "key").map { CredentialSetConfig.Anthropic(key: $0, baseURL: base(object)) }
    }

    private func clickUp(_ object: ConfigObject) -> CredentialSetConfig.ClickUp? {
        let secret = source(object, "webhook_secret", required: false)
        let workspace = object.text("workspace_id", .line(40), required: false)
        return source(object, "token").map {
            CredentialSetConfig.ClickUp(
                token: $0, webhookSecret: secret, workspaceID: workspace, baseURL: base(object))
        }
    }

    private func asana(_ object: ConfigObject) -> CredentialSetConfig.Asana? {
        source(object, "token").map { CredentialSetConfig.Asana(token: $0, baseURL: base(object)) }
    }

    private func slack(_ object: ConfigObject) -> CredentialSetConfig.Slack? {
        let secret = source(object, "signing_secret", required: false)
        let alerts = object.text("alert_channel", .slackChannel, required: false)
        let results = object.text("results_channel", .slackChannel, required: false)
        return source(object, "token").map {
            CredentialSetConfig.Slack(
                token: $0, signingSecret: secret, alertChannel: alerts, resultsChannel: results, baseURL: base(object))
        }
    }

    private func google(_ object: ConfigObject) -> CredentialSetConfig.Google? {
        let root = object.text("root_folder_id", .line(100), required: false)
        return object.text("service_account_file", .line(500)).map {
            CredentialSetConfig.Google(serviceAccountFile: $0, rootFolderID: root, baseURL: base(object))
        }
    }

    private func base(_ object: ConfigObject) -> String? {
        guard let text = object.text("base_url", .line(500), required: false) else { return nil }
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
            object.problem("base_url", "expected an address that begins with https://")
            return nil
        }
        return text
    }

    /// `<key>_env` or `<key>_file`, exactly one of them.
    private func source(_ object: ConfigObject, _ key: String, required: Bool = true) -> CredentialSetConfig.Source? {
        let (variable, file) = ("\(key)_env", "\(key)_file")
        switch (object.has(variable), object.has(file)) {
        case (true, true):
            object.problem(file, "give either \(variable) or \(file), not both")
            return nil
        case (true, false):
            guard let name = object.text(variable, .variable) else { return nil }
            if let environment, !environment(name) {
                object.problem(variable, "the environment variable \(name) is not set; set it, or name another one")
            }
            return .variable(name)
        case (false, true): return object.text(file, .line(500)).map { .file($0) }
        case (false, false):
            if required { object.problem(variable, "required: \(variable) or \(file)") }
            return nil
        }
    }

    private func variables(_ root: ConfigObject) -> [String: String] {
        guard let json = root.members["variables"]?.value else { return [:] }
        guard case .object(let members) = json.kind else {
            root.problem("variables", "expected an object of names, found \(json.value.kindName)")
            return [:]
        }
        let keys = members.map(\.key)
        guard let object = ConfigObject(json, path: root.place("variables"), keys: keys, problems: problems) else {
            return [:]
        }
        var variables: [String: String] = [:]
        for key in keys {
            guard let name = object.text(key, .variable) else { continue }
            if let environment, !environment(name) {
                object.problem(key, "the environment variable \(name) is not set; set it, or name another one")
            }
            variables[key] = name
        }
        return variables
    }
}
