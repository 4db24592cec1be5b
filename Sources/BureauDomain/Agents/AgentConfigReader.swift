import Foundation

/// Reads one agent file, section by section, without stopping at a mistake.
///
/// A section is nil only when it has left an error behind, so the config is complete whenever there are no errors.
struct AgentConfigReader {
    let problems: ConfigProblems
    /// Nil when nobody asked whether the variables are set.
    let environment: ((String) -> Bool)?

    /// In the order people write them.
    static let keys = [
        "$schema", "agent_name", "display_name", "description", "version", "executor", "anthropic", "payload_source",
        "triggers", "kickoff_template", "limits", "budgets", "outputs", "delivery", "alerts", "approvals", "fan_out",
        "credentials", "review", "board", "artifacts", "context",
    ]

    func config(_ json: PositionedJSON) -> AgentConfig? {
        guard let root = ConfigObject(json, path: "", keys: Self.keys, problems: problems) else { return nil }
        _ = root.text("$schema", .line(500), required: false)
        let name = root.text("agent_name", .slug)
        let displayName = root.text("display_name", .line(80))
        let description = root.text("description", .line(500))
        let version = root.text("version", .version)
        let executor = executor(root)
        let source = payloadSource(root)
        let triggers = triggers(root)
        let fields = source.map { Set($0.requiredFields + $0.optionalFields) } ?? []
        let templates = TemplateReader(fields: fields, fieldsKnown: source != nil)
        let prompt = root.object("kickoff_template", keys: ["prompt"])
            .flatMap { templates.template($0, "prompt", .prose(100_000), extra: ["payload_json", "capsules"]) }
        let limits = limits(root, executor)
        let budgets = BudgetReader().budgets(root)
        let outputs = outputs(root, templates)
        let delivery = DeliveryReader(templates: templates, trigger: triggers?.clickUp).delivery(root)
        let alerts = alerts(root)
        let approvals = ApprovalReader().approvals(root)
        let fanOut = FanOutReader().fanOut(root, agent: name)
        let credentials = root.text("credentials", .slug, required: false)
        let review = ReviewReader(trigger: triggers?.clickUp).review(root)
        let board = BoardReader(startPlaces: startPlaces(triggers)).board(root)
        let artifacts = ArtifactReader().artifacts(root, agent: name)
        let context = ArtifactReader().context(root, prompt: prompt)
        checkSafety(executor, triggers, review, root)
        checkPublishing(review, delivery, root)
        guard let name, let displayName, let description, let version, let executor, let source, let triggers,
            let prompt, let limits, let outputs, let delivery, let alerts, let approvals, let budgets,
            let others = others(fanOut)
        else { return nil }
        return AgentConfig(
            name: name, displayName: displayName, description: description, version: version, executor: executor,
            payloadSource: source, triggers: triggers, kickoffPrompt: prompt, limits: limits, outputs: outputs,
            delivery: delivery, alerts: alerts, approvals: approvals, budgets: budgets, fanOut: others,
            credentials: credentials, review: review, confirmsPickup: board.confirms, board: board.policy,
            artifacts: artifacts, context: context)
    }

    /// Absent is one thing, wrong another.
    private func others(_ result: FanOutReader.Result) -> FanOut?? {
        switch result {
        case .none: .some(nil)
        case .wrong: nil
        case .some(let fanOut): fanOut
        }
    }

    /// A session when nothing else is said. Only one of the two sections may stand in a file.
    private func executor(_ root: ConfigObject) -> AgentConfig.Executor? {
        switch CommandReader().executor(root) {
        case .none: return anthropic(root).map(AgentConfig.Executor.managedSession)
        case .wrong: return nil
        case .command(let policy):
            guard !root.has("anthropic") else {
                root.problem("anthropic", "an agent with executor.command opens no session; take this section out")
                return nil
            }
            return .command(policy)
        }
    }

    /// What is published on acceptance has to be delivered at all.
    private func checkPublishing(_ review: ReviewPolicy?, _ delivery: AgentConfig.Delivery?, _ root: ConfigObject) {
        guard let review, let delivery else { return }
        for channel in review.publishes where !delivery.has(channel) {
            root.problem(
                "review",
                "publish_on_accept names \(channel.rawValue), and the agent delivers nothing there; add it to \"delivery\"",
                severity: .warning)
        }
    }

    private func checkSafety(
        _ executor: AgentConfig.Executor?, _ triggers: AgentConfig.Triggers?, _ review: ReviewPolicy?,
        _ root: ConfigObject
    ) {
        guard case .command(let policy)? = executor, let triggers else { return }
        if review?.answersDiscussion == true {
            root.problem("review", "a builder answers no questions; take answer_discussion out")
        }
        guard let why = BuildSafety.objection(policy, startsFromTasks: triggers.clickUp != nil || triggers.asana != nil)
        else { return }
        root.problem("executor", why)
    }

    private func anthropic(_ root: ConfigObject) -> AgentConfig.Anthropic? {
        let keys = [
            "agent_id_env", "environment_id_env", "agent_version", "beta_headers",
            "additional_beta_headers_for_output_fetch",
        ]
        guard let object = root.object("anthropic", keys: keys) else { return nil }
        let agent = variable(object, "agent_id_env")
        let home = variable(object, "environment_id_env")
        let version = object.whole("agent_version", 1...1_000_000, required: false)
        let beta = object.texts("beta_headers", .betaHeader, required: false, countMax: 20)
        let fetch = object.texts("additional_beta_headers_for_output_fetch", .betaHeader, required: false, countMax: 20)
        guard let agent, let home else { return nil }
        return AgentConfig.Anthropic(
            agentIDVariable: agent, environmentIDVariable: home, agentVersion: version,
            betaHeaders: beta ?? ["managed-agents-2026-04-01"], outputFetchBetaHeaders: fetch ?? [])
    }

    private func variable(_ object: ConfigObject, _ key: String) -> String? {
        guard let name = object.text(key, .variable) else { return nil }
        if let environment, !environment(name) {
            object.problem(key, "the environment variable \(name) is not set; set it, or name another one here")
        }
        return name
    }

    private func payloadSource(_ root: ConfigObject) -> AgentConfig.PayloadSource? {
        guard let object = root.object("payload_source", keys: ["type", "clickup", "asana"]) else { return nil }
        guard let kind = object.choice("type", AgentConfig.PayloadSource.Kind.self) else {
            _ = fields(object, "clickup", required: false)
            _ = fields(object, "asana", required: false)
            return nil
        }
        if object.has("clickup"), object.has("asana") {
            object.problem("asana", "one list of fields is enough; take one of the two out")
        }
        let own = fields(object, "asana", required: kind == .asanaTask)
        let other = fields(object, "clickup", required: kind == .clickUpTask)
        guard let own, let other else { return nil }
        let chosen = object.has("asana") ? own : other
        return AgentConfig.PayloadSource(
            kind: kind, requiredFields: chosen.required, optionalFields: chosen.optional)
    }

    private func fields(_ object: ConfigObject, _ key: String, required: Bool) -> (
        required: [String], optional: [String]
    )? {
        guard let lists = object.object(key, keys: ["required_fields", "optional_fields"], required: required)
        else { return object.has(key) || required ? nil : ([], []) }
        let required = lists.texts("required_fields", .field)
        let optional = lists.texts("optional_fields", .field, required: false)
        guard let required else { return nil }
        let both = (optional ?? []).filter(required.contains)
        if !both.isEmpty {
            lists.problem("optional_fields", "\(both.joined(separator: ", ")) is required already; name it once")
        }
        return (required, optional ?? [])
    }

    private func triggers(_ root: ConfigObject) -> AgentConfig.Triggers? {
        let kinds = ["clickup_webhook", "asana", "slack_command", "cron", "manual_cli"]
        guard let object = root.object("triggers", keys: kinds, noun: "trigger") else { return nil }
        let manual = object.object("manual_cli", keys: ["enabled"], required: false)?.flag("enabled", required: true)
        let webhook = object.object(
            "clickup_webhook", keys: ["enabled", "list_id", "trigger_status", "assignee", "client", "skill"],
            required: false)
        return AgentConfig.Triggers(
            clickUp: webhook.flatMap(clickUp), asana: AsanaTriggerReader().trigger(object), manualCLI: manual ?? false,
            slackCommand: SlackTriggerReader().trigger(object),
            schedules: ScheduleReader(problems: problems).schedules(object))
    }

    private func startPlaces(_ triggers: AgentConfig.Triggers?) -> [String] {
        (triggers?.clickUp.map { [$0.status] } ?? []) + (triggers?.asana?.sections ?? [])
    }

    private func clickUp(_ webhook: ConfigObject) -> AgentConfig.Triggers.ClickUp? {
        let enabled = webhook.flag("enabled", required: true) ?? false
        let list = webhook.text("list_id", .listID, required: enabled)
        let status = webhook.text("trigger_status", .line(80), required: enabled)
        let assignee = webhook.text("assignee", .gid, required: false)
        let client = webhook.text("client", .slug, required: false)
        let skill = TaskSkillReader().skill(webhook)
        guard enabled, let list, let status else { return nil }
        if TextRule.isPlaceholder(list) {
            webhook.problem(
                "list_id", "\(list) is a placeholder; no task will start a run until it is a real list id",
                severity: .warning)
        }
        return AgentConfig.Triggers.ClickUp(
            listID: list, status: status, assigneeID: assignee, client: client, skill: skill)
    }

    private func limits(_ root: ConfigObject, _ executor: AgentConfig.Executor?) -> AgentConfig.Limits? {
        let keys = [
            "max_session_duration_minutes", "max_session_cost_usd", "alert_if_cost_exceeds_usd",
            "sample_interval_seconds", "max_concurrent_runs", "queue_priority",
        ]
        guard let object = root.object("limits", keys: keys) else { return nil }
        let minutes = object.number("max_session_duration_minutes", .above(0, upTo: 1440))
        // A cent is the smallest budget the API knows.
        let most = object.number("max_session_cost_usd", .from(Decimal(1) / 100, upTo: 10_000), required: false)
        let alert = object.number("alert_if_cost_exceeds_usd", .above(0, upTo: 10_000), required: false)
        let seconds = object.number("sample_interval_seconds", .from(Decimal(1) / 10, upTo: 600), required: false)
        if let most, let alert, alert > most {
            object.problem(
                "alert_if_cost_exceeds_usd", "\(alert) is above max_session_cost_usd (\(most)): it would never warn")
        }
        let runs = object.whole("max_concurrent_runs", 1...10_000, required: false)
        let priority = object.whole("queue_priority", -100...100, required: false)
        guard let minutes else { return nil }
        return AgentConfig.Limits(
            sessionDurationMax: max(.milliseconds(1), Self.duration(seconds: minutes * 60)),
            sessionCostMax: costMax(most, executor),
            alertAbove: alert.map(MicroUSD.init(usd:)), sampleInterval: Self.duration(seconds: seconds ?? 30),
            concurrentRunsMax: runs, queuePriority: priority ?? 0)
    }

    /// A program of this machine costs nothing, so it is given nothing.
    private func costMax(_ usd: Decimal?, _ executor: AgentConfig.Executor?) -> MicroUSD? {
        if case .command? = executor { return .zero }
        return usd.map(MicroUSD.init(usd:))
    }

    private func outputs(_ root: ConfigObject, _ templates: TemplateReader) -> AgentConfig.Outputs? {
        let byDefault = AgentConfig.Outputs.byDefault
        guard root.has("outputs") else { return byDefault }
        guard let object = root.object("outputs", keys: ["expected", "wait_seconds"]) else { return nil }
        let seconds = object.number("wait_seconds", .from(0, upTo: 600), required: false)
        let expected = templates.templates(object, "expected", .line(200))
        return AgentConfig.Outputs(
            expected: expected, wait: seconds.map(Self.duration(seconds:)) ?? byDefault.wait)
    }

    private func alerts(_ root: ConfigObject) -> AgentConfig.Alerts? {
        guard let object = root.object("alerts", keys: ["on_failure_channel", "tag_on_failure"]) else { return nil }
        let channel = object.text("on_failure_channel", .slackChannel)
        let tags = object.texts("tag_on_failure", .slackTag, required: false, countMax: 20)
        return channel.map { AgentConfig.Alerts(failureChannel: $0, tags: tags ?? []) }
    }

    static func duration(seconds: Decimal) -> Duration {
        .milliseconds(MicroUSD(micro: seconds * 1_000).rawValue)
    }
}
