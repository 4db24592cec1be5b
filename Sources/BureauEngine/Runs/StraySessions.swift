import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// Sessions that no run follows: a second one that was opened after all, one whose interrupt never landed, one that
/// nobody saw being opened. Nobody watches what they spend, so they are stopped, looked at until they rest
/// (`StraySessions+Chase`), and what they have cost is booked.
struct StraySessions: Sendable {
    let parts: EngineParts
    static let pagesMax = 20, agentsMax = 500
    /// One that was opened a moment ago may be about to be adopted.
    static let ageMilliseconds: Int64 = 15 * 60_000
    static let lagMillisecondsMax: Int64 = 60_000
    static let lookBackMilliseconds: Int64 = 3 * 24 * 3_600_000

    /// The others of a run that has one already. They are looked after from here on (`chase`): what they cost is added to
    /// the run's cost.
    func end(_ sessions: [AnthropicSession], of run: RunRecord, isTold: Bool = true) async {
        guard let anthropic = parts.connections.anthropic else { return }
        for session in sessions {
            do { try await keep(session, of: run, isTold: isTold) } catch {
                parts.logger.error("a second session could not be told of", metadata: ["why": "\(error)"])
            }
            if !session.isOver { await end(session.id, anthropic) }
        }
    }

    /// Of one that is over already only the cost is taken in.
    private func keep(_ session: AnthropicSession, of run: RunRecord, isTold: Bool) async throws {
        let (doors, isOver) = (parts.doors, session.isOver)
        let sentence =
            "Run \(run.id) had a second session, \(session.id). It is ended, and what it cost is added to the run's cost."
        let isNew = try await parts.database.write { db in
            let loose = LooseSessions(db: db)
            if isOver, try loose.find(run.id, session.id) != nil { return false }
            try loose.watch(run.id, session.id, now: doors.now())
            guard isTold, !isOver else { return false }
            return try SystemAlarm.raise("stray_session", subject: session.id, sentence, in: db, doors)
        }
        if isNew { parts.logger.error("alert", metadata: ["cause": "stray_session", "what": "\(sentence)"]) }
    }

    /// Archived when it takes that; while it still runs it does not, and the next look does.
    func end(_ session: String, _ anthropic: AnthropicClient) async {
        do {
            _ = try await anthropic.send([.interrupt], to: session)
            try await anthropic.archive(session)
        } catch {
            parts.logger.warning(
                "a session that no run follows is not archived yet",
                metadata: ["session": "\(session)", "why": "\(error)"])
        }
    }

    /// Once a day: every marked session of the last days against the runs.
    func sweep() async throws {
        let since = parts.doors.now() - Self.lookBackMilliseconds
        for account in parts.accounts {
            guard let anthropic = account.connections.anthropic else { continue }
            let ids = Set(
                account.catalog.agents.compactMap {
                    $0.config.anthropic.flatMap { account.variable($0.agentIDVariable) }
                })
            for agentID in ids.sorted().prefix(Self.agentsMax) {
                do { try await StraySessions(parts: account).sweep(agentID, anthropic, since: since) } catch let error
                    as VendorError
                {
                    try Task.checkCancellation()
                    parts.logger.warning("sessions could not be swept", metadata: ["why": "\(error)"])
                }
            }
        }
    }

    private func sweep(_ agentID: String, _ anthropic: AnthropicClient, since: Int64) async throws {
        let start = Date(timeIntervalSince1970: Double(since) / 1_000).formatted(.iso8601)
        let oldEnough = Date(timeIntervalSince1970: Double(parts.doors.now() - Self.ageMilliseconds) / 1_000)
            .formatted(.iso8601)
        var page: String?
        for _ in 0..<Self.pagesMax {
            let found = try await anthropic.sessions(agentID: agentID, createdAtOrAfter: start, page: page)
            for session in found.sessions where (session.createdAt ?? "") < oldEnough {
                try await judge(session, anthropic)
            }
            guard let next = found.nextPage else { return }
            page = next
        }
    }

    /// One whose run is not ours may be another installation's: it is told of, not touched.
    private func judge(_ session: AnthropicSession, _ anthropic: AnthropicClient) async throws {
        guard let id = session.metadata[SessionMark.run], ULID.isValid(id) else { return }
        let run = try await parts.database.read { try RunStore(db: $0).find(id) }
        guard let run else {
            guard session.status == .running, !session.isOver else { return }
            let sentence =
                "The session \(session.id) works for run \(id), which this Bureau does not know. Look whether it is "
                + "another Bureau's: else it costs until it is stopped."
            try await SystemAlarm(parts: parts).raise("unknown_session", subject: session.id, sentence)
            return
        }
        guard run.sessionID != session.id else { return try await judgeOwn(session, run) }
        guard run.state != .starting, run.state != .queued else { return }
        // One that rests, such as an earlier attempt's, is put away without a word.
        await end([session], of: run, isTold: session.status != .idle)
    }

    /// Of a run that is over: however it came to be forgotten, it is looked after.
    private func judgeOwn(_ session: AnthropicSession, _ run: RunRecord) async throws {
        guard run.state.isFinal, session.status == .running || session.status == .rescheduling else { return }
        // The service's list may lag behind what the session itself said.
        guard let endedAt = run.endedAt, parts.doors.now() - endedAt > Self.lagMillisecondsMax else { return }
        let cause = RunCause(.stopUnconfirmed, "The run is over and its session still works. It is stopped now.")
        let doors = parts.doors
        try await parts.database.write { db in
            guard let now = try RunStore(db: db).find(run.id), now.state.isFinal else { return }
            try LooseSessions(db: db).watch(run.id, session.id, now: doors.now())
            try NoticeWriter(db: db, doors: doors).alert(cause, now, kind: .problem)
        }
    }
}

extension AnthropicSession {
    /// It can spend nothing any more.
    var isOver: Bool { archivedAt != nil || status == .terminated }
}

extension VendorError {
    /// What was asked about does not exist any more.
    var isGone: Bool {
        if case .rejected(404, _) = kind { return true }
        return false
    }
}
