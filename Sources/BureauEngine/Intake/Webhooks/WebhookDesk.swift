import BureauDomain
package import BureauStorage
package import BureauVendors
package import Foundation

/// What people do with webhooks: register one for an agent, and see how they are.
package struct WebhookDesk: Sendable {
    /// A comment may answer a question; a creation or a move into the trigger status starts work.
    package static let events = ["taskCreated", "taskUpdated", "taskStatusUpdated", "taskCommentPosted"]

    let database: any Database
    let doors: Doors
    package init(database: any Database, doors: Doors) {
        self.database = database
        self.doors = doors
    }

    /// Events a webhook should tell of and does not. None where ClickUp did not say what it tells of.
    package static func lacking(_ hook: ClickUpWebhook) -> [String] {
        guard !hook.events.isEmpty, !hook.events.contains("*") else { return [] }
        return events.filter { !hook.events.contains($0) }
    }

    package enum Registration: String, Sendable { case created, adopted, mended }

    package struct Refused: Error, Sendable, CustomStringConvertible {
        package let description: String
        package let fix: String
    }

    /// Creates the agent's webhook at ClickUp, or takes over the one that leads to `endpoint` already with whatever
    /// events it lacks, and keeps its secret sealed. Calling it again changes nothing.
    package func register(
        _ agent: LoadedAgent, endpoint: String, workspace: String, clickUp: ClickUpClient, keyFolder: URL
    ) async throws -> (Registration, ClickUpWebhook) {
        guard let watch = Sweep.Watch(agent) else {
            throw Refused(
                description: "\(agent.config.name) names no ClickUp list",
                fix: "set triggers.clickup_webhook.list_id in agents/\(agent.config.name).json")
        }
        // The key first: a secret that cannot be kept must not be asked for.
        let master = try SealingKey.loadOrMake(keyFolder)
        let (how, hook) = try await findOrCreate(watch, endpoint, workspace, clickUp)
        guard let secret = hook.secret else {
            throw Refused(
                description: "ClickUp did not tell the secret of webhook \(hook.id)",
                fix: "delete that webhook in ClickUp and register again")
        }
        let sealed = Data(try secret.sealed(under: master, context: SealingKey.context(hook.id)))
        let now = doors.now()
        try await database.write { db in
            let store = WebhookStore(db: db)
            try store.put(
                id: hook.id, agent: watch.name, workspace: workspace, endpoint: endpoint, secret: sealed, now: now)
            try store.setHealth(hook.id, hook.health.word, failCount: hook.failCount, now: now)
        }
        return (how, hook)
    }

    package func list() async throws -> [WebhookRecord] {
        try await database.read { try WebhookStore(db: $0).all() }
    }

    package func sweeps() async throws -> [SweepRecord] {
        try await database.read { try SweepStore(db: $0).all() }
    }

    private func findOrCreate(_ watch: Sweep.Watch, _ endpoint: String, _ workspace: String, _ clickUp: ClickUpClient)
        async throws -> (Registration, ClickUpWebhook)
    {
        if let found = try await find(watch, endpoint, workspace, clickUp) {
            return try await whole(found, watch, clickUp)
        }
        do {
            let made = try await clickUp.createWebhook(
                workspace: workspace, endpoint: endpoint, events: Self.events, list: watch.listID)
            return (.created, made)
        } catch {
            // A create whose answer was lost, or one that was there under another spelling: look again.
            guard error.mayHaveHappened || error.isTwin, let found = try await find(watch, endpoint, workspace, clickUp)
            else { throw error }
            return try await whole(found, watch, clickUp)
        }
    }

    /// One that somebody made for fewer events would let comments and moves pass unheard. What it did not tell of is
    /// looked for, and that is asked for first: once it is mended nobody knows that it ever lacked anything. It is asked
    /// for once more then, for a server's sweep may have begun in between.
    private func whole(_ hook: ClickUpWebhook, _ watch: Sweep.Watch, _ clickUp: ClickUpClient)
        async throws -> (Registration, ClickUpWebhook)
    {
        let (agent, lacking) = (watch.name, Self.lacking(hook))
        guard !lacking.isEmpty else { return (.adopted, hook) }
        try await database.write { try SweepStore(db: $0).askWhole(agent: agent) }
        try await clickUp.updateWebhook(hook.id, endpoint: hook.endpoint, events: hook.events + lacking)
        try await database.write { try SweepStore(db: $0).askWhole(agent: agent) }
        return (.mended, hook)
    }

    private func find(_ watch: Sweep.Watch, _ endpoint: String, _ workspace: String, _ clickUp: ClickUpClient)
        async throws -> ClickUpWebhook?
    {
        try await clickUp.webhooks(workspace: workspace).first {
            $0.endpoint == endpoint && ($0.listID == nil || $0.listID == watch.listID)
        }
    }
}

extension VendorError {
    /// ClickUp has a webhook of this configuration already.
    fileprivate var isTwin: Bool {
        if case .rejected(_, "OAUTH_171") = kind { true } else { false }
    }
}

extension ClickUpWebhook.Health {
    var word: String {
        switch self {
        case .active: "active"
        case .failing: "failing"
        case .suspended: "suspended"
        case .unknown: "unknown"
        }
    }
}
