import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// After a restore: runs that were accepted since the backup are known to nobody but the sessions they opened. Each is
/// entered again under its own id and key, before anything is started, so that whatever asks for the same work meets
/// it, and every write looks for the marks of its first life.
package struct LostRuns: Sendable {
    let parts: EngineParts
    static let pagesMax = 200
    static let skewMilliseconds: Int64 = 5 * 60_000

    package init(parts: EngineParts) { self.parts = parts }

    /// Returns the ids of the runs that were found. Throws when a vendor cannot be asked: nothing may be started then.
    package func findAgain() async throws -> [String] {
        guard let since = try await parts.database.read({ try RestoreMark(db: $0).unsoughtSince() }) else { return [] }
        var found: [String] = []
        for account in parts.accounts {
            guard let anthropic = account.connections.anthropic else { continue }
            let vendorIDs = Set(
                parts.catalog.agents.compactMap { $0.config.anthropic.flatMap { account.variable($0.agentIDVariable) } }
            )
            for agentID in vendorIDs.sorted() {
                for session in try await sessions(of: agentID, since: since, anthropic) {
                    if let id = try await enter(session) { found.append(id) }
                }
            }
        }
        let now = parts.doors.now()
        try await parts.database.write { db in
            let restored = try RestoreMark(db: db).value(RestoreMark.restoredAt) ?? now
            try SettingStore(db: db).put(RestoreMark.reconciledAt, String(restored), now: now)
        }
        if !found.isEmpty {
            parts.logger.notice("runs forgotten by the backup were found again", metadata: ["runs": "\(found)"])
        }
        return found
    }

    private func sessions(of agentID: String, since: Int64, _ anthropic: AnthropicClient) async throws
        -> [AnthropicSession]
    {
        let start = Date(timeIntervalSince1970: Double(since - Self.skewMilliseconds) / 1_000).formatted(.iso8601)
        var all: [AnthropicSession] = [], page: String?
        for _ in 0..<Self.pagesMax {
            let (current, patience) = (page, Patience(doors: parts.doors))
            let found = try await patience {
                try await anthropic.sessions(agentID: agentID, createdAtOrAfter: start, page: current)
            }
            all += found.sessions
            guard let next = found.nextPage else { break }
            page = next
        }
        return all.reversed()
    }

    /// Enters the run of a session nobody knows. Returns its id, or nil when there is nothing to enter.
    private func enter(_ session: AnthropicSession) async throws -> String? {
        let marks = session.metadata
        guard let id = marks[SessionMark.run], ULID.isValid(id), let key = marks[SessionMark.key],
            let name = marks[SessionMark.agent], let agent = parts.catalog.agent(name)
        else { return nil }
        let source = marks[SessionMark.source].flatMap(NewRun.TriggerSource.init) ?? .cli
        let client = try await parts.database.read { db in
            try marks[SessionMark.client].flatMap { try ClientStore(db: db).find($0) }
        }
        guard marks[SessionMark.task] != nil || client != nil else {
            let isKnown = try await parts.database.read { try RunStore(db: $0).find(id) != nil }
            if !isKnown { try await tellOfOrphan(session.id, run: id) }
            return nil
        }
        let payload = marks[SessionMark.task] == nil ? client.map { JSONValue.object($0.payload()).canonical } : nil
        let new = NewRun(
            agent: name, agentVersion: agent.config.version, configHash: agent.hash, triggerSource: source,
            requestedBy: marks[SessionMark.by] ?? "unknown", dedupeKey: key, clientSlug: marks[SessionMark.client],
            clientName: client?.name, taskID: marks[SessionMark.task], payload: payload)
        let (now, startedAt) = (parts.doors.now(), session.createdAt.flatMap(Self.milliseconds))
        return try await parts.database.write { db in
            let store = RunStore(db: db)
            if let known = try store.find(id) {
                try tellOfStranger(session.id, known, db)
                return nil
            }
            guard try store.insert(new, id: id, now: min(startedAt ?? now, now)) else { return nil }
            try db.execute(
                "UPDATE run SET started_at = ?, attempt = ?, due_at = ? WHERE id = ?",
                [startedAt, Int(marks[SessionMark.attempt] ?? "1") ?? 1, now, id])
            try RunEventStore(db: db).append(
                id, kind: "queued", detail: "found again by its session \(session.id): the restored backup is older",
                now: now)
            if let task = new.taskID { try coverStay(task, run: id, agent, db, now: now) }
            return id
        }
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

    /// What the run was about came with its start and is forgotten: nothing of it can be delivered.
    private func tellOfOrphan(_ session: String, run: String) async throws {
        try await SystemAlarm(parts: parts).raise(
            "forgotten_run", subject: run,
            "The session \(session) was opened for run \(run), which the restored backup does not know, and neither a task nor a client tells what it is about. Look at the session: it costs until it is stopped."
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
