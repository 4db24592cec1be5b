import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// After a restore: runs that were accepted since the backup are known to nobody but the sessions they opened. Each is
/// entered again under its own id and key, before anything is started, so that whatever asks for the same work meets
/// it, and every write looks for the marks of its first life. It is in work from then on (`FoundRun`).
package struct LostRuns: Sendable {
    let parts: EngineParts
    /// For each agent, of 100 sessions each.
    var pagesMax = 200
    static let skewMilliseconds: Int64 = 5 * 60_000

    package init(parts: EngineParts) { self.parts = parts }

    /// Returns the ids of the runs that were found. Throws when a vendor cannot be asked: nothing may be started then.
    package func findAgain() async throws -> [String] {
        guard let since = try await parts.database.read({ try RestoreMark(db: $0).unsoughtSince() }) else { return [] }
        var (found, unasked): ([String], [String]) = ([], [])
        for account in parts.accounts {
            let whose = account.settings.credentialSet.map { "the credentials \($0)" } ?? "this server"
            let (ids, unset) = try await vendorIDs(account)
            unasked += unset.map { "\($0) is not set for \(whose)" }
            guard let anthropic = account.connections.anthropic else {
                // An account that opens no sessions has lost none.
                if !ids.isEmpty { unasked.append("\(whose) has no key for Anthropic") }
                continue
            }
            for agentID in ids.sorted() {
                let name = RestoreMark.asked(agentID, account.settings.credentialSet)
                guard try await !isAsked(name) else { continue }
                let listed = try await sessions(of: agentID, since: since, anthropic)
                for session in listed.sessions {
                    if let id = try await enter(session, with: account.settings.credentialSet) {
                        found.append(id)
                    }
                }
                if listed.isWhole { try await note(name) } else { unasked.append(tooMany(agentID, whose)) }
            }
        }
        // What could not be asked is asked at the next start.
        if unasked.isEmpty {
            try await note(RestoreMark.reconciledAt)
        } else {
            parts.logger.error(
                "a backup was restored, and not every account could be asked for runs begun since",
                metadata: ["why": "\(Set(unasked).sorted().joined(separator: "; "))"])
        }
        if !found.isEmpty {
            parts.logger.notice("runs forgotten by the backup were found again", metadata: ["runs": "\(found)"])
        }
        return found
    }

    /// Every agent at the service whose sessions may be ours: those of today's files, of every version ever used, and
    /// those that runs were opened with. Besides, the variables that would name more and are not set.
    private func vendorIDs(_ account: EngineParts) async throws -> (ids: Set<String>, unset: [String]) {
        let (set, present) = (account.settings.credentialSet, parts.catalog.agents)
        let (kept, used) = try await parts.database.read { db in
            let rows = try db.query(
                """
                SELECT DISTINCT run.session_agent AS agent FROM run
                LEFT JOIN run_credential ON run_credential.run_id = run.id
                WHERE run.session_agent IS NOT NULL AND coalesce(run_credential.name, '') = ? LIMIT 1000
                """, [set ?? ""])
            return (try AgentCatalog.versions(in: db), try rows.map { try $0.text("agent") })
        }
        // "agent_011… v7"
        var ids = Set(used.compactMap { $0.split(separator: " ").first.map(String.init) })
        var unset: Set<String> = []
        for agent in present + kept {
            guard let names = agent.config.anthropic, set == nil || agent.config.credentials == set else { continue }
            if let id = account.variable(names.agentIDVariable) {
                ids.insert(id)
            } else if agent.config.credentials == set {
                unset.insert(names.agentIDVariable)
            }
        }
        return (ids, unset.sorted())
    }

    private func isAsked(_ name: String) async throws -> Bool {
        try await parts.database.read { db in
            let mark = RestoreMark(db: db)
            return try mark.value(name) != nil && mark.value(name) == mark.value(RestoreMark.restoredAt)
        }
    }

    private func note(_ name: String) async throws {
        let now = parts.doors.now()
        try await parts.database.write { db in
            let restored = try RestoreMark(db: db).value(RestoreMark.restoredAt) ?? now
            try SettingStore(db: db).put(name, String(restored), now: now)
        }
    }

    private func tooMany(_ agentID: String, _ whose: String) -> String {
        "the agent \(agentID) of \(whose) has more than \(pagesMax * 100) sessions since the backup, and the newest were read: look there for older ones that still work, and delete what has ended until fewer are left"
    }

    /// The newest, oldest first, and whether these are all.
    private func sessions(
        of agentID: String, since: Int64, _ anthropic: AnthropicClient
    ) async throws -> (sessions: [AnthropicSession], isWhole: Bool) {
        let start = Date(timeIntervalSince1970: Double(since - Self.skewMilliseconds) / 1_000).formatted(.iso8601)
        var all: [AnthropicSession] = [], page: String?, isWhole = false
        for _ in 0..<pagesMax {
            let (current, patience) = (page, Patience(doors: parts.doors))
            let found: SessionPage
            do {
                found = try await patience {
                    try await anthropic.sessions(agentID: agentID, createdAtOrAfter: start, page: current)
                }
            } catch let error as VendorError where error.isGone {
                // An agent that was deleted there, or is another account's, has nothing to tell.
                isWhole = true
                break
            }
            all += found.sessions
            guard let next = found.nextPage else {
                isWhole = true
                break
            }
            page = next
        }
        return (Array(all.reversed()), isWhole)
    }

    /// Enters the run of a session nobody knows, as one in work. Returns its id, or nil when there is nothing to enter.
    private func enter(_ session: AnthropicSession, with set: String?) async throws -> String? {
        let marks = session.metadata
        guard let id = marks[SessionMark.run], ULID.isValid(id), let key = marks[SessionMark.key],
            let name = marks[SessionMark.agent]
        else { return nil }
        let present = parts.catalog.agent(name)
        guard let agent = try await parts.database.read({ try present ?? AgentCatalog.newest(name, in: $0) }) else {
            let isKnown = try await parts.database.read { try RunStore(db: $0).find(id) != nil }
            if !isKnown { try await tellOfOrphan(session.id, run: id, agent: name) }
            return nil
        }
        let client = try await parts.database.read { db in
            try marks[SessionMark.client].flatMap { try ClientStore(db: db).find($0) }
        }
        let new = Self.forgotten(marks, key: key, agent, client)
        let credentials = RunCredentials(
            name: set, tasks: new.triggerSource == .webhook ? agent.config.credentials : set)
        let (now, startedAt) = (parts.doors.now(), session.createdAt.flatMap(Self.milliseconds))
        return try await parts.database.write { db in
            let store = RunStore(db: db)
            if let known = try store.find(id) {
                try tellOfStranger(session.id, known, db)
                return nil
            }
            // Not after the restore, whatever the service's clock says: what it wrote before that is looked for.
            let restoredAt = try RestoreMark(db: db).value(RestoreMark.restoredAt) ?? now
            guard try store.insert(new, id: id, now: min(startedAt ?? now, restoredAt)) else { return nil }
            try db.execute(
                "UPDATE run SET attempt = ?, due_at = ?, queued_at = ? WHERE id = ?",
                [Int(marks[SessionMark.attempt] ?? "1") ?? 1, now, now, id])
            try RunEventStore(db: db).append(
                id, kind: "queued", detail: "found again by its session \(session.id): the restored backup is older",
                now: now)
            if let task = new.taskID { try coverStay(task, run: id, agent, db, now: now) }
            try FoundRun(parts: parts).takeUp(id, agent, credentials, in: db, now: now)
            return id
        }
    }

    /// What the session's marks tell of its run.
    private static func forgotten(
        _ marks: [String: String], key: String, _ agent: LoadedAgent, _ client: ClientRecord?
    ) -> NewRun {
        let payload = marks[SessionMark.task] == nil ? client.map { JSONValue.object($0.payload()).canonical } : nil
        // Sessions from before the mark was written: the tool the agent works with.
        let tool = marks[SessionMark.tool].flatMap(WorkToolKind.init) ?? agent.config.boardTool ?? .clickUp
        return NewRun(
            agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash,
            triggerSource: marks[SessionMark.source].flatMap(NewRun.TriggerSource.init) ?? .cli,
            requestedBy: marks[SessionMark.by] ?? "unknown", dedupeKey: key, clientSlug: marks[SessionMark.client],
            clientName: client?.name, taskID: marks[SessionMark.task], taskTool: tool,
            payload: payload)
    }

    /// RFC 3339, whatever stands behind the seconds.
    private static func milliseconds(_ text: String) -> Int64? {
        let whole = text.prefix { $0 != "." && $0 != "Z" && $0 != "+" } + "Z"
        return (try? Date(String(whole), strategy: .iso8601)).map { Int64($0.timeIntervalSince1970 * 1_000) }
    }

    /// The sweep knows this stay of the task: it starts nothing for it.
    private func coverStay(_ task: String, run: String, _ agent: LoadedAgent, _ db: any Connection, now: Int64) throws {
        guard let status = agent.config.triggers.clickUp?.status else { return }
        try TaskStayStore(db: db).put(
            TaskStay(runID: run, origin: .event, coveredUntil: now), agent: agent.config.name, taskID: task,
            status: status)
    }

    /// Nobody knows how to follow it: its agent is in no file, and the backup holds no version of it.
    private func tellOfOrphan(_ session: String, run: String, agent: String) async throws {
        try await SystemAlarm(parts: parts).raise(
            "forgotten_run", subject: run,
            "The session \(session) was opened for run \(run), which the restored backup does not know, nor its agent \(agent). Look at the session: it costs until it is stopped."
        )
    }

    /// A later try of a run that ended, in the database, before it was made.
    private func tellOfStranger(_ session: String, _ run: RunRecord, _ db: any Connection) throws {
        guard run.sessionID != session, run.state.isFinal else { return }
        let cause = RunCause(
            .internalError,
            "The session \(session) belongs to this run, but the restored backup does not know it. Look whether it still works: it costs until it is stopped."
        )
        try NoticeWriter(db: db, doors: parts.doors).alert(cause, run, kind: .problem, code: "unknown_session")
    }
}
