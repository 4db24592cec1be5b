import BureauDomain
import BureauEngine
import BureauVendors

extension VendorChecks {
    func clickUp() async -> [Finding] {
        let name = "clickup"
        let isUsed = agents.contains { $0.triggers.clickUp != nil || $0.delivery.clickUp != nil }
        guard let client = connections.clickUp else { return [unset(name, "CLICKUP_API_TOKEN", isUsed: isUsed)] }
        do throws(VendorError) { _ = try await client.me() } catch { return [Self.refused(name, error)] }
        var findings: [Finding] = []
        let lists = Dictionary(
            grouping: agents.filter { $0.triggers.clickUp.map { !$0.listID.hasPrefix("<") } ?? false },
            by: { $0.triggers.clickUp?.listID ?? "" })
        for (id, agents) in lists.sorted(by: { $0.key < $1.key }) {
            findings += await list(id, agents, client)
        }
        for config in agents {
            findings += await config.errorsTroubles(client).map { $0.finding(name, config) }
        }
        let (hooks, word) = await webhooks(client)
        findings += hooks
        guard findings.isEmpty else { return findings }
        let count = lists.count == 1 ? "1 list" : "\(lists.count) lists"
        return [.ok(name, "token ok, \(count) with every status\(word)")]
    }

    private func list(_ id: String, _ agents: [AgentConfig], _ client: ClickUpClient) async -> [Finding] {
        do throws(VendorError) {
            let list = try await client.list(id)
            return try await fields(id, agents, client)
                + agents.flatMap { config in
                    OnlineCheck.statuses(of: config).filter { !list.hasStatus($0.status) }.map { place in
                        .fail(
                            "clickup", "\(config.name): \(OnlineCheck.missing(place.status, list))",
                            fix: "add the status to the list, or change \(place.path)")
                    }
                }
        } catch {
            return [
                Self.refused(
                    "clickup", error, "list \(id): ", fix: "check list_id, and that the token's user is in the list")
            ]
        }
    }

    /// Whether events reach us: one webhook an agent, healthy, signed with the secret we know.
    private func webhooks(_ client: ClickUpClient) async -> (findings: [Finding], word: String) {
        let triggered = agents.filter { $0.triggers.clickUp != nil }
        guard !triggered.isEmpty else { return ([], "") }
        guard let workspace = account.clickUpWorkspaceID else {
            let finding = Finding.warn(
                "clickup", "\(account.place("CLICKUP_WORKSPACE_ID")) is not set, so webhooks cannot be looked at",
                fix: "set the number in the address app.clickup.com/NUMBER")
            return ([finding], "")
        }
        do throws(VendorError) {
            let hooks = try await client.webhooks(workspace: workspace)
            let registered = await registered()
            let findings = triggered.flatMap { agent in
                let own = hooks.filter { $0.endpoint.hasSuffix("/webhook/\(agent.name)") }
                return own.isEmpty
                    ? [Self.noWebhook(agent.name)]
                    : own.flatMap { health($0, agent.name) + trust($0, agent.name, registered[$0.id]) }
            }
            return (findings, ", webhooks active, secret matches")
        } catch {
            return (
                [Self.refused("clickup", error, "webhooks: ", fix: "check \(account.place("CLICKUP_WORKSPACE_ID"))")],
                ""
            )
        }
    }

    private static func noWebhook(_ agent: String) -> Finding {
        .warn(
            "clickup", "no webhook of this token leads to /webhook/\(agent)",
            fix: "bureau webhooks register clickup --agent \(agent) --endpoint https://HOST/webhook/\(agent); one made "
                + "with another token is not shown here")
    }

    private func health(_ hook: ClickUpWebhook, _ agent: String) -> [Finding] {
        let subject = "the webhook to /webhook/\(agent)"
        var findings: [Finding] = []
        switch hook.health {
        case .active, .unknown: break
        case .failing:
            findings.append(
                .fail(
                    "clickup", "\(subject) is failing (\(hook.failCount) events refused or lost)",
                    fix: "bureau webhooks list --verdict refused tells why; bring the server up"))
        case .suspended:
            findings.append(
                .fail(
                    "clickup", "\(subject) is suspended: ClickUp sends nothing",
                    fix: "bring the server up: it sets the webhook going again within \(settings.engine.sweepSeconds) s"
                ))
        }
        let lacking = WebhookDesk.lacking(hook)
        if !lacking.isEmpty {
            findings.append(
                .warn(
                    "clickup", "\(subject) does not tell of \(lacking.joined(separator: ", "))",
                    fix: "bring the server up: it puts that back within \(settings.engine.sweepSeconds) s"))
        }
        return findings
    }

    /// Secrets of webhooks this installation has registered, by their ids.
    private func registered() async -> [String: Secret] {
        let found = try? await Records.with(settings) { records in
            try await WebhookSecrets.registered(records.database, under: SealingKey.load(settings.dataFolder))
        }
        return found ?? [:]
    }

    /// Whether what it signs is believed: by the secret kept when it was registered, or by the environment's.
    private func trust(_ hook: ClickUpWebhook, _ agent: String, _ kept: Secret?) -> [Finding] {
        let ours = [kept, account.clickUpWebhookSecret].compactMap(\.self)
        guard let made = hook.secret, !ours.contains(where: made.isSame) else { return [] }
        let register = "bureau webhooks register clickup --agent \(agent)"
        let place = account.place("CLICKUP_WEBHOOK_SECRET")
        guard ours.isEmpty else {
            return [
                .fail(
                    "clickup",
                    "the webhook to /webhook/\(agent) is signed with another secret than the one we know: "
                        + "its events are refused",
                    fix: "\(register), or put the webhook's own secret into \(place) and start again")
            ]
        }
        return [
            .fail(
                "clickup", "no secret of the webhook to /webhook/\(agent) is known: every event is refused",
                fix: "\(register), or set \(place) to what ClickUp returned when it was made",
                isAboutSettings: true)
        ]
    }
}
