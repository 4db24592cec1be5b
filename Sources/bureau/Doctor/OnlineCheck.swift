import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

/// Asks the vendors for what agents' files name. What they do not have is a warning: it may be made later, and a file
/// can be right before the channel exists.
struct OnlineCheck {
    let settings: Settings
    let accounts: [VendorAccount]

    static func problems(
        _ settings: Settings, agents: [(file: String, agent: LoadedAgent)]
    ) async throws -> [ConfigProblem] {
        let transport = HTTPTransport()
        do {
            let check = OnlineCheck(
                settings: settings,
                accounts: try VendorAccount.all(settings, Connector(settings: settings, transport: transport)))
            let problems = await check.problems(agents)
            await transport.shutdown()
            return problems
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    func problems(_ agents: [(file: String, agent: LoadedAgent)]) async -> [ConfigProblem] {
        var problems: [ConfigProblem] = []
        for account in accounts {
            let own = agents.filter { $0.agent.config.credentials == account.name }
            // The environment's own is looked at even where no agent is right.
            guard !own.isEmpty || (account.name == nil && agents.isEmpty) else { continue }
            let slack = await slackLook(own.first?.file ?? settings.agentsFolder.path, account)
            problems += slack.problems
            for (file, loaded) in own {
                let config = loaded.config
                if let look = slack.look { problems += channels(config, file, look) }
                problems += await statuses(config, file, account)
                problems += await asana(config, file, account)
                if let clickUp = account.connections.clickUp {
                    problems += await config.errorsTroubles(clickUp).map { Self.warning(file, $0) }
                }
                problems += await identities(config, file, account)
            }
        }
        let names = accounts.compactMap(\.name)
        for (file, loaded) in agents {
            guard let name = loaded.config.credentials, !names.contains(name) else { continue }
            problems.append(
                Self.warning(
                    file, "credentials", "\(settings.credentialsFile.path) has no \"\(name)\"",
                    NearestKey.nearest(to: name, in: names)))
        }
        return problems
    }

    private func slackLook(_ file: String, _ account: VendorAccount) async -> (
        look: SlackLook?, problems: [ConfigProblem]
    ) {
        guard let slack = account.connections.slack else {
            let place = account.place("SLACK_BOT_TOKEN")
            return (nil, [Self.warning(file, "", "\(place) is not set, so no channel was looked up")])
        }
        do { return (try await SlackLook(slack), []) } catch {
            return (nil, [Self.warning(file, "", error.sentence)])
        }
    }

    private func channels(_ config: AgentConfig, _ file: String, _ look: SlackLook) -> [ConfigProblem] {
        let named = [
            ("delivery.slack.channel", config.delivery.slack?.channel),
            ("alerts.on_failure_channel", config.alerts.failureChannel),
            ("approvals.channel", config.approvals.channel),
        ]
        return named.compactMap { path, channel -> ConfigProblem? in
            guard let channel, let problem = look.problem(channel) else { return nil }
            return Self.warning(file, path, "\(problem.what); \(problem.fix)", look.near(channel))
        }
    }

    private func asana(_ config: AgentConfig, _ file: String, _ account: VendorAccount) async -> [ConfigProblem] {
        guard config.triggers.asana != nil || config.errorsTool == .asana else { return [] }
        let path = config.triggers.asana == nil ? "board.errors" : "triggers.asana"
        guard let client = account.connections.asana else {
            let place = account.place("ASANA_ACCESS_TOKEN")
            return [Self.warning(file, path, "\(place) is not set, so nothing was looked up in Asana")]
        }
        do throws(VendorError) {
            let look = AsanaLook(client: client, user: try await client.me(), config: config)
            return await look.troubles().map { Self.warning(file, $0) }
        } catch {
            return [Self.warning(file, path, error.sentence)]
        }
    }

    private static func warning(_ file: String, _ trouble: NamedTrouble) -> ConfigProblem {
        // A name that is probably meant says more than what to do about none.
        warning(
            file, trouble.path, trouble.near == nil ? "\(trouble.what); \(trouble.fix)" : trouble.what, trouble.near)
    }

    private func statuses(_ config: AgentConfig, _ file: String, _ account: VendorAccount) async -> [ConfigProblem] {
        guard let trigger = config.triggers.clickUp, !trigger.listID.hasPrefix("<") else { return [] }
        let path = "triggers.clickup_webhook.list_id"
        guard let clickUp = account.connections.clickUp else {
            let place = account.place("CLICKUP_API_TOKEN")
            return [Self.warning(file, path, "\(place) is not set, so the list was not looked up")]
        }
        do {
            let list = try await clickUp.list(trigger.listID)
            return Self.statuses(of: config).compactMap { path, status -> ConfigProblem? in
                guard !list.hasStatus(status) else { return nil }
                let near = NearestKey.nearest(to: status, in: list.statuses)
                return Self.warning(file, path, Self.missing(status, list), near)
            }
        } catch {
            return [Self.warning(file, path, error.sentence)]
        }
    }

    /// Every status the file names, with its place.
    static func statuses(of config: AgentConfig) -> [(path: String, status: String)] {
        let own: [(path: String, status: String)] = [
            ("triggers.clickup_webhook.trigger_status", config.triggers.clickUp?.status),
            ("delivery.clickup.started_status", config.delivery.clickUp?.startedStatus),
            ("delivery.clickup.update_task_status", config.delivery.clickUp?.doneStatus),
            ("delivery.clickup.blocked_status", config.delivery.clickUp?.blockedStatus),
        ].compactMap { path, status in status.map { (path, $0) } }
        return own + config.boardPlaces.map { (path: $0.path, status: $0.place) }
    }

    static func missing(_ status: String, _ list: ClickUpList) -> String {
        "the list \(list.name) has no status \"\(status)\"; it has \(list.statuses.joined(separator: ", "))"
    }

    private func identities(_ config: AgentConfig, _ file: String, _ account: VendorAccount) async -> [ConfigProblem] {
        guard let names = config.anthropic else { return [] }
        guard let anthropic = account.connections.anthropic else {
            let place = account.place("ANTHROPIC_API_KEY")
            return [Self.warning(file, "anthropic", "\(place) is not set, so the ids were not looked up")]
        }
        var problems: [ConfigProblem] = []
        if let agent = settings.environment[account.variable(names.agentIDVariable)] {
            do throws(VendorError) {
                if try await anthropic.agent(agent).archivedAt != nil {
                    problems.append(Self.warning(file, "anthropic.agent_id_env", "the agent \(agent) is archived"))
                }
            } catch { problems.append(Self.warning(file, "anthropic.agent_id_env", "\(agent): \(error.sentence)")) }
        }
        if let home = settings.environment[account.variable(names.environmentIDVariable)] {
            do throws(VendorError) {
                if try await anthropic.environment(home).archivedAt != nil {
                    problems.append(
                        Self.warning(file, "anthropic.environment_id_env", "the environment \(home) is archived"))
                }
            } catch {
                problems.append(Self.warning(file, "anthropic.environment_id_env", "\(home): \(error.sentence)"))
            }
        }
        return problems
    }

    static func warning(
        _ file: String, _ path: String, _ message: String, _ suggestion: String? = nil
    ) -> ConfigProblem {
        let place = position(of: path, in: file)
        return ConfigProblem(
            file: file, path: path, line: place.line, column: place.column, message: message, suggestion: suggestion,
            severity: .warning)
    }

    /// Where a path such as "delivery.slack.channel" stands in the file; its nearest parent when it is left out there.
    private static func position(of path: String, in file: String) -> TextPosition {
        guard let bytes = FileManager.default.contents(atPath: file), var json = try? PositionedJSON.parse(Array(bytes))
        else { return .start }
        for key in path.split(separator: ".") {
            guard case .object(let members) = json.kind, let member = members.first(where: { $0.key == key }) else {
                break
            }
            json = member.value
        }
        return json.position
    }
}
