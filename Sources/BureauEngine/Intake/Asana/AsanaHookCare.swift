import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// Looks after the webhooks at Asana, which deletes one without a word after a day of failures.
struct AsanaHookCare: Sendable {
    static let lookEveryMilliseconds: Int64 = 30 * 60_000
    /// After the first failure to make a webhook again. It doubles with each, up to the time above.
    static let againMilliseconds: Int64 = 2 * 60_000
    /// Heartbeats come every eight hours.
    static let heartbeatMillisecondsMax: Int64 = 9 * 3_600_000

    /// Of one account.
    let parts: EngineParts
    let key: @Sendable () throws -> Secret
    let notice: @Sendable () -> Void

    func check() async throws {
        guard let asana = parts.connections.asana else { return }
        let account = parts.settings.credentialSet ?? ""
        let hooks = try await parts.database.read { try AsanaHookStore(db: $0).all() }.filter { $0.account == account }
        for hook in hooks {
            guard try await isDue(hook, parts.doors.now()) else { continue }
            // One that is in trouble takes nothing from the others.
            do {
                if hook.state == .pending {
                    try await AsanaHookDesk(parts: parts, key: key).clear(hook, asana)
                } else {
                    try await look(hook, asana)
                }
            } catch {
                try Task.checkCancellation()
                parts.logger.warning(
                    "a webhook of Asana could not be looked at",
                    metadata: ["project": "\(hook.projectID)", "why": "\(error)"])
            }
        }
    }

    private func isDue(_ hook: AsanaHookRecord, _ now: Int64) async throws -> Bool {
        switch hook.state {
        case .pending: return hook.pendingUntil < now
        case .active, .failing: return now - (hook.checkedAt ?? 0) >= Self.lookEveryMilliseconds
        case .missing:
            let tries = try await parts.database.read { try AsanaHookStore(db: $0).countLater(than: hook) }
            let wait = min(Self.lookEveryMilliseconds, Self.againMilliseconds << Int64(min(tries, 10)))
            return now - (hook.checkedAt ?? 0) >= wait
        case .retired: return false
        }
    }

    private func isSilent(_ hook: AsanaHookRecord) -> Bool {
        parts.doors.now() - (hook.heardAt ?? hook.createdAt) > Self.heartbeatMillisecondsMax
    }

    private func look(_ hook: AsanaHookRecord, _ asana: AsanaClient) async throws {
        guard let id = hook.webhookID else { return }
        let found: AsanaWebhook
        do { found = try await asana.webhook(id) } catch {
            guard case .rejected(404, _) = error.kind else { throw error }
            return try await makeAgain(hook)
        }
        let problem = trouble(found, hook)
        let (path, now) = (hook.path, parts.doors.now())
        try await parts.database.write {
            try AsanaHookStore(db: $0).checked(path, problem == nil ? .active : .failing, problem: problem, now: now)
        }
        guard let problem else { return try await SystemAlarm(parts: parts).resolve(subject: Self.subject(hook)) }
        try await raise(hook, problem)
    }

    private func trouble(_ found: AsanaWebhook, _ hook: AsanaHookRecord) -> String? {
        let advice =
            "Check that \(hook.shownTarget.prefix(200)) is reachable; until then the event stream finds what is lost."
        if let until = found.deletedAt {
            return
                "Asana cannot deliver events of project \(hook.projectID) and deletes the webhook at \(Self.moment(until)). \(advice)"
        }
        if !found.isActive { return "The webhook of project \(hook.projectID) is not active at Asana. \(advice)" }
        guard isSilent(hook) else { return nil }
        let since = hook.heardAt.map { "since \(Self.moment($0))" } ?? "since it was made"
        return "Nothing was heard of the webhook of project \(hook.projectID) \(since), not even a heartbeat. \(advice)"
    }

    /// What happened since it was heard last is read from the tasks themselves, once; while it cannot be made again the
    /// event stream goes on from there.
    private func makeAgain(_ hook: AsanaHookRecord) async throws {
        let (path, now, isFirst) = (hook.path, parts.doors.now(), hook.state != .missing)
        let since = hook.heardAt.map { "It was heard last at \(Self.moment($0))." } ?? "It was never heard."
        let gone = "Asana has deleted the webhook of project \(hook.projectID)."
        try await parts.database.write { db in
            try AsanaHookStore(db: db).checked(path, .missing, problem: "\(gone) \(since)", now: now)
            if isFirst { try AsanaStreamStore(db: db).askWhole(hook.account, hook.projectID) }
        }
        let base = hook.target.range(of: "/hooks/asana/").map { String(hook.target[..<$0.lowerBound]) } ?? hook.target
        let outcome: String
        do {
            _ = try await AsanaHookDesk(parts: parts, key: key).register(project: hook.projectID, base: base)
            outcome =
                isFirst
                ? "It was made again, and the whole project is being read for what was missed."
                : "It was made again; the event stream was read meanwhile."
        } catch {
            try Task.checkCancellation()
            outcome =
                "It could not be made again (\((error as? VendorError)?.sentence ?? "\(error)")); the event stream is read meanwhile."
        }
        try await raise(hook, "\(gone) \(since) \(outcome)")
    }

    private func raise(_ hook: AsanaHookRecord, _ sentence: String) async throws {
        if try await SystemAlarm(parts: parts).raise("webhook", subject: Self.subject(hook), sentence) { notice() }
    }

    private static func subject(_ hook: AsanaHookRecord) -> String { "webhook of Asana project \(hook.projectID)" }

    private static func moment(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }
}
