import BureauDomain
import BureauStorage

/// The limit of one client's runs in work, for a run whose client was not known when it was taken: it had its turn
/// among the runs of nobody. When its client has no room it goes back and waits in its client's line, in its place.
struct ClientRoom {
    let db: any Connection

    /// Whether the run was sent back; its lease is gone then.
    func sendsBack(_ run: RunRecord, _ payload: AssembledPayload, _ lease: Lease) throws -> Bool {
        guard let client = payload.clientSlug, client != run.clientSlug, try isFull(client, besides: run.id) else {
            return false
        }
        // Not when it is due: that is its place in the line. The next claim looks whether there is room.
        return try db.execute(
            """
            UPDATE run SET client_slug = ?, client_name = ?, lease_owner = NULL, lease_until = NULL
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ?
            """, [client, payload.clientName, lease.runID, lease.owner, lease.epoch]) == 1
    }

    private func isFull(_ client: String, besides id: String) throws -> Bool {
        let limit = try db.first("SELECT runs_max FROM client WHERE slug = ?", [client])?.integerIfAny("runs_max")
        guard let limit else { return false }
        let inWork = try db.first(
            """
            SELECT count(*) AS n FROM run WHERE client_slug = ? AND id <> ?
                AND ((\(RunClaim.inWork) AND NOT \(RunClaim.holdsNoSlot))
                    OR (state = 'queued' AND lease_owner IS NOT NULL))
            """, [client, id])
        return try inWork?.integer("n") ?? 0 >= limit
    }
}
