import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

extension VendorChecks {
    func asana() async -> [Finding] {
        let name = "asana"
        let watching = agents.filter { $0.triggers.asana != nil }
        let isUsed = !watching.isEmpty || agents.contains { $0.delivery.asana != nil }
        guard let client = connections.asana else { return [unset(name, "ASANA_ACCESS_TOKEN", isUsed: isUsed)] }
        let user: AsanaUser
        do throws(VendorError) { user = try await client.me() } catch { return [Self.refused(name, error)] }
        var findings: [Finding] = []
        for config in watching { findings += await AsanaLook(client: client, user: user, config: config).findings() }
        findings += await webhooks(client)
        let word = watching.isEmpty ? "" : ", every project, section and field there"
        return findings.isEmpty ? [.ok(name, "token ok, acting as \(user.name ?? user.gid)\(word)")] : findings
    }

    /// What the server knows of its webhooks, and what Asana says of them.
    private func webhooks(_ client: AsanaClient) async -> [Finding] {
        let known = try? await Records.with(settings) { records in
            (try await AsanaHookDesk.list(records.database).hooks, records.doors.now())
        }
        guard let (hooks, now) = known else { return [] }
        var findings: [Finding] = []
        for hook in hooks where hook.account == account.name ?? "" && hook.state != .pending {
            let fix =
                "bureau webhooks register asana --project \(hook.projectID)"
                + (account.name.map { " --credentials \($0)" } ?? "")
            guard let id = hook.webhookID else { continue }
            do throws(VendorError) {
                let found = try await client.webhook(id)
                if !found.isActive || found.deletedAt != nil {
                    findings.append(
                        .fail(
                            "asana",
                            "Asana cannot deliver events of project \(hook.projectID) and will delete its webhook",
                            fix: "check that \(hook.shownTarget) is reachable"))
                }
            } catch {
                findings.append(Self.refused("asana", error, "webhook of project \(hook.projectID): ", fix: fix))
            }
            // Heartbeats come every eight hours.
            if now - (hook.heardAt ?? hook.createdAt) > 9 * 3_600_000 {
                let since = hook.heardAt.map { "since \(Clock.moment($0, now: now))" } ?? "ever"
                findings.append(
                    .warn("asana", "nothing was heard of the webhook of project \(hook.projectID) \(since)", fix: fix))
            }
        }
        return findings
    }
}

/// What one agent's file names, looked up at Asana.
struct AsanaLook {
    let client: AsanaClient
    let user: AsanaUser
    let config: AgentConfig

    func findings() async -> [Finding] {
        guard let trigger = config.triggers.asana else { return [] }
        var findings: [Finding] = []
        if trigger.assigneeID != user.gid {
            findings.append(
                .warn(
                    "asana", "\(config.name): tasks are for user \(trigger.assigneeID), and Bureau acts as \(user.gid)",
                    fix: "use a token of the agent's own user, or change triggers.asana.assignee"))
        }
        for project in trigger.projects {
            do throws(VendorError) {
                findings += try await sections(project, trigger) + fields(project, trigger)
            } catch {
                findings.append(
                    VendorChecks.refused(
                        "asana", error, "\(config.name): project \(project): ",
                        fix: "check triggers.asana.projects, and invite the agent's user"))
            }
        }
        return findings
    }

    /// Sections are matched by name; two of one name are not guessed between.
    private func sections(_ project: String, _ trigger: AsanaTrigger) async throws(VendorError) -> [Finding] {
        let there = try await client.sections(project: project).items.map(\.name)
        let review = [config.review?.revisingPlace, config.review?.acceptedPlace].compactMap(\.self)
        let named = trigger.sections + config.board.states.values.compactMap(\.place) + review
        return Set(named.map(Words.folded)).sorted().compactMap { name in
            let count = there.count { Words.same($0, name) }
            guard count != 1 else { return nil }
            let what = count == 0 ? "has no section" : "has \(count) sections"
            return .fail(
                "asana", "\(config.name): the project \(project) \(what) \"\(name)\"",
                fix: count == 0
                    ? "add it, or change the agent's file; it has \(there.joined(separator: ", "))" : "rename one")
        }
    }

    private func fields(_ project: String, _ trigger: AsanaTrigger) async throws(VendorError) -> [Finding] {
        let written = config.board.states.values.flatMap(\.fields)
        let read = [
            trigger.clientField, trigger.skill?.field, config.board.clientVisible?.field,
            config.board.subscription?.field,
        ].compactMap(\.self)
        guard !written.isEmpty || !read.isEmpty else { return [] }
        let there = try await client.customFields(project: project).items.map(\.field)
        func find(_ name: String) -> AsanaCustomField? { there.first { $0.gid == name || Words.same($0.name, name) } }
        var findings: [Finding] = []
        for name in Set(read + written.map(\.name)).sorted() where find(name) == nil {
            findings.append(
                .fail(
                    "asana", "\(config.name): the project \(project) has no custom field \"\(name)\"",
                    fix: "add it to the project, or change the agent's file"))
        }
        for look in written {
            guard let field = find(look.name), look.value != nil, field.input(look.value) == nil else { continue }
            findings.append(
                .fail(
                    "asana", "\(config.name): the field \"\(look.name)\" cannot be set to \"\(look.value ?? "")\"",
                    fix: "add the option and enable it, or change board.states"))
        }
        return findings
    }
}
