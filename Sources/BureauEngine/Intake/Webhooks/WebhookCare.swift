import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// Looks after the webhooks at ClickUp, which suspends them without a word. A suspended one is armed again, one that
/// lost events has them put back, people are told what was missed, and the next sweep looks at everything.
package struct WebhookCare: Sendable {
    let parts: EngineParts
    let notice: @Sendable () -> Void
    private static let cause = "webhook"

    package init(parts: EngineParts, notice: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.notice = notice
    }

    package func check() async throws {
        guard let clickUp = parts.connections.clickUp, let workspace = parts.settings.clickUpWorkspaceID else { return }
        let found = try await clickUp.webhooks(workspace: workspace)
        try await adopt(found, workspace)
        // ClickUp lists the token's own alone: of another account's, and of agents that are no more, it says nothing.
        let ours = Set(agents.map(\.config.name))
        let known = try await parts.database.read { try WebhookStore(db: $0).all() }
            .filter { $0.workspace == workspace && ours.contains($0.agent) }
        for record in known {
            let hook = found.first { $0.id == record.id }
            if hook == nil, found.contains(where: { Self.replaces(record, $0) }) {
                try await forget(record)
            } else {
                try await look(record, hook, clickUp)
            }
        }
    }

    private var agents: [LoadedAgent] {
        parts.catalog.agents.filter { $0.config.credentials == parts.settings.credentialSet }
    }

    /// One that leads elsewhere, or that ClickUp has given up, does what this one did for nobody.
    private static func replaces(_ record: WebhookRecord, _ hook: ClickUpWebhook) -> Bool {
        hook.endpoint == record.endpoint && hook.health != .suspended
    }

    /// It is gone, and another has taken its place: there is nothing to register again. What it did not tell of
    /// meanwhile is looked for.
    private func forget(_ record: WebhookRecord) async throws {
        let now = parts.doors.now()
        try await parts.database.write { db in
            try WebhookStore(db: db).remove(record.id)
            try SweepStore(db: db).askWhole(agent: record.agent)
            for subject in [Self.subject(record), Self.eventsSubject(record)] {
                try AlertStore(db: db).resolve(subject: subject, now: now)
            }
        }
    }

    /// Each has its own: of two that lead to one agent one may be well and the other not.
    private static func subject(_ record: WebhookRecord) -> String { "webhook \(record.id) of \(record.agent)" }
    private static func eventsSubject(_ record: WebhookRecord) -> String { "events of webhook \(record.id)" }

    /// A webhook that was made by hand leads to an agent's path; it is looked after like any other.
    private func adopt(_ found: [ClickUpWebhook], _ workspace: String) async throws {
        let now = parts.doors.now()
        let watches = agents.compactMap(Sweep.Watch.init)
        let ours = found.compactMap { hook in
            watches.first { hook.endpoint.hasSuffix("/webhook/\($0.name)") }.map { (hook, $0.name) }
        }
        guard !ours.isEmpty else { return }
        try await parts.database.write { db in
            for (hook, agent) in ours {
                try WebhookStore(db: db).put(
                    id: hook.id, agent: agent, workspace: workspace, endpoint: hook.endpoint, secret: nil, now: now)
            }
        }
    }

    private func look(_ record: WebhookRecord, _ hook: ClickUpWebhook?, _ clickUp: ClickUpClient) async throws {
        let now = parts.doors.now()
        let subject = Self.subject(record)
        let alarm = SystemAlarm(parts: parts)
        let since = record.healthyAt.map { "since \(Self.moment($0))" } ?? "since an unknown time"
        var health = hook?.health.word ?? "missing"
        var isNew = false
        switch hook?.health {
        case .active:
            try await alarm.resolve(subject: subject)
            // As all of one agent were called together once.
            try await alarm.resolve(subject: "webhook of \(record.agent)")
        case .unknown: break
        case .failing:
            isNew = try await alarm.raise(
                Self.cause, subject: subject,
                "ClickUp cannot deliver events for \(record.agent) (\(hook?.failCount ?? 0) failed). Check that \(record.endpoint) is reachable. The sweep finds what is lost within minutes."
            )
        case .suspended:
            isNew = try await noted(
                record, subject,
                "ClickUp had suspended the webhook of \(record.agent) \(since). \(try await missed(record)) Bureau arms it again, and the whole list is being swept."
            )
            health = try await rearm(record, hook, clickUp)
            if health != "active" {
                try await alarm.raise(
                    Self.cause, subject: subject,
                    "ClickUp had suspended the webhook of \(record.agent) \(since). \(try await missed(record)) It could not be armed again; it is tried every \(parts.settings.sweepSeconds) seconds."
                )
            }
        // Said once: whoever closes that knows, and may have removed it on purpose.
        case nil where record.health == "missing": break
        case nil:
            isNew = try await alarm.raise(
                Self.cause, subject: subject,
                "The webhook of \(record.agent) is gone from ClickUp, \(since). \(try await missed(record)) Register it again: bureau webhooks register clickup --agent \(record.agent)"
            )
        }
        if try await isMendedAnew(record, hook, clickUp) { isNew = true }
        if isNew { notice() }
        let (word, fails) = (health, hook?.failCount ?? record.failCount)
        try await parts.database.write { db in
            try WebhookStore(db: db).setHealth(record.id, word, failCount: fails, now: now)
            if hook == nil && record.health != "missing" {
                try SweepStore(db: db).askWhole(agent: record.agent)
            }
        }
    }

    /// Puts back events that somebody took from a webhook. True when people are to be told.
    private func isMendedAnew(_ record: WebhookRecord, _ hook: ClickUpWebhook?, _ clickUp: ClickUpClient) async throws
        -> Bool
    {
        // A suspended one is armed with all of them.
        guard let hook, hook.health == .active || hook.health == .failing else { return false }
        let subject = Self.eventsSubject(record), lacking = WebhookDesk.lacking(hook)
        guard !lacking.isEmpty else {
            try await isWhole(record, subject)
            return false
        }
        let isKnown = try await parts.database.read {
            try AlertStore(db: $0).isOpen(cause: Self.cause, subject: subject)
        }
        let what = "The webhook of \(record.agent) did not tell of \(lacking.joined(separator: ", "))."
        let mended = "\(what) Bureau puts that back, and the whole list is being swept."
        var isNew = false
        if !isKnown { isNew = try await noted(record, subject, mended) }
        do {
            try await clickUp.updateWebhook(hook.id, endpoint: hook.endpoint, events: hook.events + lacking)
        } catch {
            try Task.checkCancellation()
            parts.logger.warning("a webhook's events could not be put back", metadata: ["why": "\(error)"])
            try await SystemAlarm(parts: parts).raise(
                Self.cause, subject: subject,
                "\(what) They could not be put back: \(error.sentence.closed) It is tried every \(parts.settings.sweepSeconds) seconds."
            )
            return isNew
        }
        parts.logger.notice("a webhook's events were put back", metadata: ["agent": "\(record.agent)"])
        // What it did not tell of until now is looked for once more.
        if isKnown { _ = try await noted(record, subject, mended) }
        return isNew
    }

    /// It tells of everything again, whoever put that back: a person, or a process that was killed before it could say
    /// so. What it did not tell of until then is looked for with the alert's end, in one transaction.
    private func isWhole(_ record: WebhookRecord, _ subject: String) async throws {
        let now = parts.doors.now()
        let isOpen = try await parts.database.read {
            try AlertStore(db: $0).isOpen(cause: Self.cause, subject: subject)
        }
        guard isOpen else { return }
        try await parts.database.write { db in
            try SweepStore(db: db).askWhole(agent: record.agent)
            try AlertStore(db: db).resolve(subject: subject, now: now)
        }
    }

    /// What happened is written down before the webhook is armed: one that is well again would tell nobody.
    private func noted(_ record: WebhookRecord, _ subject: String, _ sentence: String) async throws -> Bool {
        let doors = parts.doors
        return try await parts.database.write { db in
            try SweepStore(db: db).askWhole(agent: record.agent)
            return try SystemAlarm.raise(Self.cause, subject: subject, sentence, in: db, doors)
        }
    }

    private func rearm(_ record: WebhookRecord, _ hook: ClickUpWebhook?, _ clickUp: ClickUpClient) async throws
        -> String
    {
        guard let hook else { return "missing" }
        do {
            let events = hook.events.isEmpty ? WebhookDesk.events : hook.events + WebhookDesk.lacking(hook)
            try await clickUp.updateWebhook(hook.id, endpoint: hook.endpoint, events: events)
            parts.logger.notice("a suspended webhook was armed again", metadata: ["agent": "\(record.agent)"])
            return "active"
        } catch {
            try Task.checkCancellation()
            parts.logger.warning("a suspended webhook could not be armed", metadata: ["why": "\(error)"])
            return "suspended"
        }
    }

    /// What the sweep had to start since the webhook was last well.
    private func missed(_ record: WebhookRecord) async throws -> String {
        let since = record.healthyAt ?? parts.doors.now()
        let count = try await parts.database.read { try SweepStore(db: $0).started(agent: record.agent, since: since) }
        return count == 0
            ? "No missed work has been found so far."
            : "The sweep has started \(count) missed run\(count == 1 ? "" : "s")."
    }

    private static func moment(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }
}
