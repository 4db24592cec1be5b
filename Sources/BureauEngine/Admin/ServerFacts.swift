import BureauDomain
package import BureauStorage

/// What the server had when it started last, kept for commands beside it: a shell without the server's environment
/// must neither do its work half nor pass a limit that it does not know of.
package struct ServerFacts {
    let db: any Connection
    static let connectionsName = "server_connections", budgetName = "server_agency_budget"

    package init(db: any Connection) { self.db = db }

    /// Written by each server as it starts. What waited for something that the last one had not is looked at again.
    package func remember(_ parts: EngineParts) throws {
        let now = parts.doors.now()
        try SettingStore(db: db).put(
            Self.connectionsName, parts.connected.sorted().joined(separator: "\n"), now: now)
        let budget = parts.settings.agencyBudget.map {
            "\($0.limit.rawValue) \($0.warnPercent) \($0.onExhausted.rawValue)"
        }
        try SettingStore(db: db).put(Self.budgetName, budget ?? "", now: now)
        for alert in try AlertStore(db: db).open() where alert.cause == MissingHere.alertCause {
            try AlertStore(db: db).resolve(cause: alert.cause, subject: alert.subject, now: now)
        }
        try RunStore(db: db).wakeWaitingForSetting(now: now)
    }

    /// What the last server had and this process has not, in words.
    package func missing(in parts: EngineParts) throws -> [String] {
        let had = try value(Self.connectionsName).map { Set($0.split(separator: "\n").map(String.init)) } ?? []
        return had.subtracting(parts.connected).sorted()
    }

    /// What all runs of a day may cost together, as the last server was told.
    func agencyBudget() throws -> ScopeBudget? {
        let words = try value(Self.budgetName)?.split(separator: " ").map(String.init) ?? []
        guard words.count == 3, let limit = Int64(words[0]), let percent = Int(words[1]),
            let onExhausted = Exhaustion(rawValue: words[2])
        else { return nil }
        return ScopeBudget(limit: MicroUSD(rawValue: limit), warnPercent: percent, onExhausted: onExhausted)
    }

    private func value(_ name: String) throws -> String? {
        try db.first("SELECT value FROM setting WHERE name = ?", [name])?.text("value")
    }
}

extension EngineParts {
    /// Which services and which variables of its agents this process has, by name.
    fileprivate var connected: Set<String> {
        var all: Set<String> = []
        for account in accounts {
            let of = account.settings.credentialSet.map { " of the credentials \($0)" } ?? ""
            let services: [(String, Bool)] = [
                ("Anthropic", account.connections.anthropic != nil), ("ClickUp", account.connections.clickUp != nil),
                ("Asana", account.connections.asana != nil), ("Slack", account.connections.slack != nil),
                ("Google Drive", account.connections.drive != nil),
            ]
            all.formUnion(services.filter(\.1).map { $0.0 + of })
            for names in catalog.agents.compactMap(\.config.anthropic) {
                let variables = [names.agentIDVariable, names.environmentIDVariable]
                all.formUnion(variables.filter { account.variable($0) != nil }.map { $0 + of })
            }
        }
        return all
    }
}

/// What this process needs for a run and does not have. It may well be set the next time: no reason to fail the run.
struct MissingHere: Error, CustomStringConvertible {
    static let alertCause = "missing_here"
    let what: String
    var description: String { "\(what) is not set here. The run waits until it is." }

    /// Nil when the run can go on in this process. `parts` are those of the run's own account; `state` is one that it
    /// comes to. One without a task is not begun without what it starts with: it waits in the queue, where it has neither
    /// a slot nor money. One with a task is assessed first, and its people are asked there.
    static func find(_ run: RunRecord, _ agent: LoadedAgent, _ parts: EngineParts, in state: RunState? = nil)
        -> MissingHere?
    {
        guard let names = agent.config.anthropic else { return nil }
        let state = state ?? (run.state == .queued && run.taskID == nil ? .starting : run.state)
        switch state {
        case .starting:
            let variables = [names.agentIDVariable, names.environmentIDVariable]
            if let unset = variables.first(where: { parts.variable($0) == nil }) { return MissingHere(what: unset) }
        case .running, .waitingApproval, .revising, .stopping, .collecting: break
        case .queued, .needsInfo, .delivering, .inReview, .done, .doneWithProblems, .stopped, .failed, .ignored:
            return nil
        }
        guard state == .starting || run.sessionID != nil, parts.connections.anthropic == nil else { return nil }
        return MissingHere(what: "ANTHROPIC_API_KEY")
    }
}

extension EngineParts {
    /// What this process lacks to take the run to its end, as a variable's name; nil when it has all.
    package func missing(for run: RunRecord) async throws -> String? {
        guard let agent = try await catalog.version(run.configHash) else { return nil }
        let parts: EngineParts
        // An account that is named nowhere fails the run, and says so.
        do { parts = try await using(run: run, agent: agent) } catch is UnknownCredentials { return nil }
        return MissingHere.find(run, agent, parts, in: run.state == .queued ? .starting : nil)?.what
    }
}
