import BureauDomain
import BureauStorage

extension ArtifactStore {
    /// Takes a version out, and brings back what it had superseded: that counts again, as it did before. Returns false
    /// when the version is in no state that can be dismissed.
    func dismiss(_ artifact: ArtifactRecord, by person: String?, reason: String?, now: Int64) throws -> Bool {
        guard try move(artifact.id, .dismissed, by: person, reason: reason, now: now) else { return false }
        for older in try superseded(by: artifact) {
            try bringBack(older, "version \(artifact.version) was dismissed", now)
        }
        return true
    }

    /// An acceptance that could not be carried out counts for nothing: what gave way to it counts again.
    func undoAcceptance(_ artifact: ArtifactRecord, now: Int64) throws {
        guard try move(artifact.id, .acceptanceUndone, now: now) else { return }
        let why = "the acceptance of version \(artifact.version) could not be carried out"
        for older in try superseded(by: artifact) { try bringBack(older, why, now) }
    }

    /// Of other runs, and only what had counted: earlier rounds of the same run were to be changed, not used.
    private func superseded(by artifact: ArtifactRecord) throws -> [(record: ArtifactRecord, wasPublished: Bool)] {
        let rows = try db.query(
            """
            SELECT id, superseded_from = 'published' AS was_published FROM artifact
            WHERE superseded_by = ? AND state = 'superseded' AND run_id <> ?
              AND coalesce(superseded_from, 'accepted') IN ('accepted', 'published') ORDER BY id LIMIT 100
            """, [artifact.id, artifact.runID])
        return try rows.compactMap { row in
            let wasPublished = try row.integerIfAny("was_published") == 1
            return try find(try row.text("id")).map { ($0, wasPublished) }
        }
    }

    private func bringBack(_ older: (record: ArtifactRecord, wasPublished: Bool), _ why: String, _ now: Int64) throws {
        let record = older.record
        if let newer = try counting(insteadOf: record) {
            // A still newer one counts: it is that one which stands in its place.
            try db.execute(
                "UPDATE artifact SET superseded_by = ? WHERE id = ? AND state = 'superseded'", [newer, record.id])
            return
        }
        guard try move(record.id, older.wasPublished ? .cameBackPublished : .cameBack, now: now) else { return }
        try RunEventStore(db: db).append(
            record.runID, kind: "artifact",
            detail: "\(record.title), version \(record.version): counts again, since \(why)", now: now)
    }

    private func counting(insteadOf record: ArtifactRecord) throws -> String? {
        try db.first(
            """
            SELECT id FROM artifact WHERE id > ? AND state IN ('accepted', 'published') AND agent = ? AND kind = ?
                AND client_slug IS NOT DISTINCT FROM ? AND period_from IS NOT DISTINCT FROM ?
                AND period_to IS NOT DISTINCT FROM ? AND series IS NOT DISTINCT FROM ? ORDER BY id DESC LIMIT 1
            """,
            [
                record.id, record.agent, record.kind, record.clientSlug, record.period?.from, record.period?.to,
                record.series,
            ])?.text("id")
    }
}
