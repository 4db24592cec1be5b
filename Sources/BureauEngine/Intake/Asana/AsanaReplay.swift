import BureauDomain
import BureauStorage
import Foundation

extension AsanaIntake {
    /// A stored delivery once more, as if it had just arrived: its tasks are looked at as they are now. Nil for a signal
    /// that is not Asana's or was not kept whole. Its signature was checked when it came.
    package func replay(_ signalID: String) async throws -> WebhookAnswer? {
        let kept = try await parts.database.read { db -> (KeptSignal, AsanaHookRecord)? in
            guard let kept = try SignalStore(db: db).body(signalID, source: "asana"), kept.isWhole,
                let path = kept.deliveryKey?.split(separator: "/").first,
                let hook = try AsanaHookStore(db: db).find(String(path))
            else { return nil }
            return (kept, hook)
        }
        guard let (kept, hook) = kept else { return nil }
        let own = try await parts.database.read { try AsanaEcho.ownUser($0, account: hook.account) }
        guard let digest = AsanaDigest(body: kept.body, ownUser: own, projects: parts.catalog.asanaProjects) else {
            return nil
        }
        let (id, now) = (parts.doors.makeID(), parts.doors.now())
        // Without a key: these bytes are known, and are to be taken in again all the same.
        let signal = NewSignal(
            id: id, agent: kept.agent, remoteAddress: "replay of \(signalID)", body: kept.body,
            bodyBytes: kept.body.count, bodyHash: Hex.sha256(kept.body),
            event: String(digest.words.joined(separator: ", ").prefix(80)), source: "asana")
        let verdict = try await parts.database.write { db -> Verdict in
            let verdict = try take(digest, signal, hook, now, db)
            try db.execute(
                "UPDATE signal SET verdict = 'ignored', reason = ? WHERE id = ? AND verdict = 'parked'",
                ["it was taken in again as signal \(id)", signalID])
            try db.execute("DELETE FROM asana_hint_signal WHERE signal_id = ?", [signalID])
            return verdict
        }
        parts.counters.add(.signals, ["verdict": verdict.name])
        wake()
        return WebhookAnswer(200, [("verdict", verdict.name), ("reason", verdict.reason), ("signal", id)])
    }
}
