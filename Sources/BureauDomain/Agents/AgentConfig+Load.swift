extension AgentConfig {
    /// Reads an agent file (JSON with `//` and `/* */` comments, at most 1 MiB) and reports everything wrong with it.
    ///
    /// `fileName` is only used in messages. `environment` says whether a variable is set; pass nil where that cannot be
    /// known, for example when checking a file meant for another machine.
    package static func load(
        _ bytes: [UInt8], fileName: String, environment: ((String) -> Bool)?
    ) -> AgentConfigResult {
        let problems = ConfigProblems(file: fileName)
        let json: PositionedJSON
        do throws(JSONSyntaxError) {
            json = try PositionedJSON.parse(bytes)
        } catch {
            problems.add("", error.position, error.message)
            return AgentConfigResult(config: nil, problems: problems.sorted, canonical: nil)
        }
        let config = AgentConfigReader(problems: problems, environment: environment).config(json)
        if let config { warnAboutName(config, json, problems) }
        return AgentConfigResult(
            config: problems.hasErrors ? nil : config, problems: problems.sorted, canonical: json.value.canonical)
    }

    /// Webhooks and commands go by the agent's name; people look for the file of that name.
    private static func warnAboutName(_ config: AgentConfig, _ json: PositionedJSON, _ problems: ConfigProblems) {
        let file = problems.file.split(separator: "/").last.map(String.init) ?? ""
        guard file.hasSuffix(".json"), file != "\(config.name).json", case .object(let members) = json.kind else {
            return
        }
        let position = members.first { $0.key == "agent_name" }?.value.position ?? json.position
        problems.add(
            "agent_name", position, "this agent is called \(quoted(config.name)), its file \(quoted(file))",
            suggestion: "\(config.name).json", severity: .warning)
    }
}
