import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

extension Bench {
    /// Takes a run through its assessment, as a worker does, and gives its lease back.
    func assess(_ id: String, with parts: EngineParts) async throws -> RunRecord {
        let now = clock.now
        let run = try #require(
            try await database.write {
                try RunClaim(db: $0, rules: QueueRules(), owner: "w", now: now).claim(limit: 1, only: id)
            }.first)
        let agent = try #require(catalog.agent(run.agent))
        let hand = RunInHand(run: run, lease: Lease(runID: id, owner: "w", epoch: run.leaseEpoch), agent: agent)
        _ = try await AssessStage(parts: parts).run(hand)
        let lease = hand.lease
        _ = try await database.write { db in
            try db.execute(
                "UPDATE run SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_owner = ?",
                [lease.runID, lease.owner])
        }
        return try await find(id)
    }
}
