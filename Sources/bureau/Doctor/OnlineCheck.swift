import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

/// Asks the vendors for what agents' files name. What they do not have is a warning: it may be made later, and a file
/// can be right before the channel exists.
struct OnlineCheck {
    let settings: Settings
    let connections: Connections

    static func problems(
        _ settings: Settings, agents: [(file: String, agent: LoadedAgent)]
    ) async throws -> [ConfigProblem] {
        let transport = HTTPTransport()
        do {
            let check = OnlineCheck(
                settings: settings, connections: try Connector(settings: settings, transport: transport).connect())
            let problems = await check.problems(agents)
            await transport.shutdown()
            return problems
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    func problems(_ agents: [(file: String, agent: LoadedAgent)]) async -> [ConfigProblem] {
        let slack = await slackLook(agents)
        var problems = slack.problems
        for (file, loaded) in agents {
            let config = loaded.config
            if let look = slack.look { problems += channels(config, file, look) }
            problems += await statuses(config, file)
            problems += await identities(config, file)
        }
        return problems
    }

    private func slackLook(_ agents: [(file: String, agent: LoadedAgent)]) async -> (
        look: SlackLook?, problems: [ConfigProblem]
    ) {
        let file = agents.first?.file ?? settings.agentsFolder.path
        guard let slack = connections.slack else {
            return (nil, [Self.warning(file, "", "SLACK_BOT_TOKEN is not set, so no channel was looked up")])
        }
        do { return (try await SlackLook(slack), []) } catch {
            return (nil, [Self.warning(file, "", error.sentence)])
        }
    }

    private func channels(_ config: AgentConfig, _ file: String, _ look: SlackLook) -> [ConfigProblem] {
        let named = [
            ("delivery.slack.channel", config.delivery.slack?.channel),
            ("alerts.on_failure_channel", config.alerts.failureChannel),
        ]
        return named.compactMap { path, channel in
            channel.flatMap(look.problem).map { Self.warning(file, path, "\($0.what); \($0.fix)") }
        }
    }

    private func statuses(_ config: AgentConfig, _ file: String) async -> [ConfigProblem] {
        guard let trigger = config.triggers.clickUp, !trigger.listID.hasPrefix("<") else { return [] }
        let path = "triggers.clickup_webhook.list_id"
        guard let clickUp = connections.clickUp else {
            return [Self.warning(file, path, "CLICKUP_API_TOKEN is not set, so the list was not looked up")]
        }
        do {
            let list = try await clickUp.list(trigger.listID)
            return Self.statuses(of: config).compactMap { path, status in
                list.hasStatus(status) ? nil : Self.warning(file, path, Self.missing(status, list))
            }
        } catch {
            return [Self.warning(file, path, error.sentence)]
        }
    }

    /// Every status the file names, with its place.
    static func statuses(of config: AgentConfig) -> [(path: String, status: String)] {
        [
            ("triggers.clickup_webhook.trigger_status", config.triggers.clickUp?.status),
            ("delivery.clickup.started_status", config.delivery.clickUp?.startedStatus),
            ("delivery.clickup.update_task_status", config.delivery.clickUp?.doneStatus),
            ("review.revising_status", config.review?.revisingPlace),
            ("review.accepted_status", config.review?.acceptedPlace),
            ("delivery.clickup.blocked_status", config.delivery.clickUp?.blockedStatus),
        ].compactMap { path, status in status.map { (path, $0) } }
    }

    static func missing(_ status: String, _ list: ClickUpList) -> String {
        "the list \(list.name) has no status \"\(status)\"; it has \(list.statuses.joined(separator: ", "))"
    }

    private func identities(_ config: AgentConfig, _ file: String) async -> [ConfigProblem] {
        guard let names = config.anthropic else { return [] }
        guard let anthropic = connections.anthropic else {
            return [Self.warning(file, "anthropic", "ANTHROPIC_API_KEY is not set, so the ids were not looked up")]
        }
        var problems: [ConfigProblem] = []
        if let agent = settings.environment[names.agentIDVariable] {
            do throws(VendorError) {
                if try await anthropic.agent(agent).archivedAt != nil {
                    problems.append(Self.warning(file, "anthropic.agent_id_env", "the agent \(agent) is archived"))
                }
            } catch { problems.append(Self.warning(file, "anthropic.agent_id_env", "\(agent): \(error.sentence)")) }
        }
        if let home = settings.environment[names.environmentIDVariable] {
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

    private static func warning(_ file: String, _ path: String, _ message: String) -> ConfigProblem {
        let place = position(of: path, in: file)
        return ConfigProblem(
            file: file, path: path, line: place.line, column: place.column, message: message, suggestion: nil,
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
