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
        for config in agents {
            findings += await AsanaLook(client: client, user: user, config: config).troubles()
                .map { $0.finding(name, config) }
        }
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
