import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// Sessions that no run follows: a second one that was opened after all, or one whose interrupt never landed. Nobody
/// watches what they spend, so they are interrupted and archived.
struct StraySessions: Sendable {
    let parts: EngineParts
    static let pagesMax = 20, agentsMax = 500
    /// One that was opened a moment ago may be about to be adopted.
    static let ageMilliseconds: Int64 = 15 * 60_000
    static let lookBackMilliseconds: Int64 = 3 * 24 * 3_600_000

    /// The others of a run that has one already. Their figures are in no ledger: people are told.
    func end(_ sessions: [AnthropicSession], of run: RunRecord) async {
        guard let anthropic = parts.connections.anthropic else { return }
        for session in sessions where !session.isOver {
            await end(session.id, anthropic)
            do {
                let sentence =
                    "Run \(run.id) had a second session, \(session.id). It was interrupted; what it cost stands only at "
                    + "the service."
                try await SystemAlarm(parts: parts).raise("stray_session", subject: session.id, sentence)
            } catch { parts.logger.error("a second session could not be told of", metadata: ["why": "\(error)"]) }
        }
    }

    /// Archived when it takes that; while it still runs it does not, and the next sweep does.
    private func end(_ session: String, _ anthropic: AnthropicClient) async {
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
                do { try await sweep(agentID, anthropic, since: since) } catch let error as VendorError {
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
            for session in found.sessions where !session.isOver && (session.createdAt ?? "") < oldEnough {
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
            guard session.status == .running else { return }
            let sentence =
                "The session \(session.id) works for run \(id), which this Bureau does not know. Look whether it is "
                + "another Bureau's: else it costs until it is stopped."
            try await SystemAlarm(parts: parts).raise("unknown_session", subject: session.id, sentence)
            return
        }
        guard run.sessionID != session.id, run.state != .starting, run.state != .queued else { return }
        // One that rests, such as an earlier attempt's, is put away without a word.
        if session.status == .idle { await end(session.id, anthropic) } else { await end([session], of: run) }
    }

    /// A stop that could not be confirmed is tried again and again, until the session is seen to rest.
    func chase() async throws {
        let open = try await parts.database.read { try AlertStore(db: $0).open() }
            .filter { $0.cause == RunCause.Code.stopUnconfirmed.rawValue }
        for alert in open {
            guard let run = try await parts.database.read({ try RunStore(db: $0).find(alert.subject) }),
                run.state.isFinal || run.state == .collecting || run.state == .delivering, let session = run.sessionID
            else { continue }
            let agent = try await parts.catalog.version(run.configHash)
            guard let account = try? await parts.using(run: run, agent: agent),
                let anthropic = account.connections.anthropic
            else { continue }
            guard try await rests(session, run.id, anthropic) else { continue }
            try await parts.database.write { [doors = parts.doors] in
                try AlertStore(db: $0).resolve(cause: alert.cause, subject: alert.subject, now: doors.now())
            }
        }
    }

    /// Interrupts it when it does not.
    private func rests(_ session: String, _ run: String, _ anthropic: AnthropicClient) async throws -> Bool {
        do {
            let found = try await anthropic.session(session)
            guard found.status == .running || found.status == .rescheduling else { return true }
            _ = try await anthropic.send([.interrupt], to: session)
        } catch {
            try Task.checkCancellation()
            if error.isGone { return true }
            parts.logger.warning("a stop is not confirmed yet", metadata: ["run": "\(run)", "why": "\(error)"])
        }
        return false
    }
}

extension AnthropicSession {
    /// It can spend nothing any more.
    fileprivate var isOver: Bool { archivedAt != nil || status == .terminated }
}

extension VendorError {
    /// What was asked about does not exist any more.
    var isGone: Bool {
        if case .rejected(404, _) = kind { return true }
        return false
    }
}
