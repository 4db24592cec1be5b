import BureauDomain
import BureauStorage
import Foundation

/// A version as it is registered when its files are collected: read before the transaction, written in it.
struct ArtifactRegistration: Sendable {
    let id: String
    let run: RunRecord
    let policy: ArtifactPolicy
    let title: String
    let isReviewed: Bool
    let period: ArtifactPeriod?
    let capsule: EvidenceCapsule
    let blocked: String?
    /// Versions of different tasks do not take each other's place; nil where the client and the period say enough.
    let series: String?
    let files: [FileRecord]

    /// Nil when the round left nothing that is stored: there is no version to speak of.
    init?(_ hand: RunInHand, parts: EngineParts, files all: [FileRecord], problem: RunCause?) {
        let files = all.current.filter { $0.blobKey != nil && $0.sha256 != nil }
        guard files.contains(where: { $0.round == hand.run.round }) else { return nil }
        let (config, run, policy) = (hand.agent.config, hand.run, hand.agent.config.artifacts)
        (id, self.run, self.policy, self.files) = (parts.doors.makeID(), run, policy, files)
        title = config.artifacts.title ?? config.displayName
        let isBuild = config.anthropic == nil
        series =
            switch policy.supersedes ?? (isBuild || run.clientSlug == nil ? .task : .client) {
            case .client: nil
            case .task: run.taskID ?? (isBuild ? run.id : nil)
            }
        isReviewed = config.review != nil
        func bytes(_ role: ArtifactPolicy.Role, _ ends: [String]) -> [UInt8]? {
            files.first { file in
                policy.role(of: file.name) == role && ends.contains { file.safeName.lowercased().hasSuffix($0) }
            }?.blobKey.flatMap { try? parts.blobs.head($0, bytesMax: CapsuleReader.bytesMax) }.map(Array.init)
        }
        let lost = all.current.filter { $0.blobKey == nil }.map(\.safeName)
        var capsule = CapsuleReader.read(
            kind: policy.kind, capsule: bytes(.capsule, [".json"]), data: bytes(.data, [".json"]),
            report: bytes(.report, [".md"]), missingFiles: lost)
        let month = Self.month(run.startedAt ?? run.acceptedAt, parts)
        period =
            switch policy.period {
            case .month: ArtifactPeriod(month: month)
            case .previousMonth: ArtifactPeriod.monthBefore(month).flatMap { ArtifactPeriod(month: $0) }
            case .report: capsule.period
            case .none: nil
            }
        if capsule.period == nil { capsule.period = period }
        self.capsule = capsule
        blocked = run.stopCause?.sentence ?? problem?.sentence
    }

    /// "2026-11" in the agency's zone.
    static func month(_ instant: Int64, _ parts: EngineParts) -> String {
        let local = parts.settings.agencyZone.reading(at: Int(instant / 1_000))
        let day = CivilDate(daysSince1970: local / 86_400)
        return "\(day.year)-\(day.month < 10 ? "0" : "")\(day.month)"
    }

    /// One row a run and round. Collected again, the row takes what arrived since; what people decided stays.
    func write(_ db: any Connection, now: Int64) throws {
        let capsule = Outgoing.masked(capsule.document).canonical
        try db.execute(
            """
            INSERT INTO artifact (id, run_id, round, version, agent, client_slug, client_name, kind, title, channel,
                period_from, period_to, state, visibility, capsule, blocked, reviewed, stale_after_days, agent_version,
                config_sha256, session_id, session_agent, model, payload_sha256, requested_by, created_at, moved_at,
                series)
            SELECT ?, run.id, ?, 1 + (SELECT coalesce(max(version), 0) FROM artifact older
                    WHERE older.agent = run.agent AND older.kind = ?
                      AND older.client_slug IS NOT DISTINCT FROM run.client_slug
                      AND older.period_from IS NOT DISTINCT FROM ? AND older.period_to IS NOT DISTINCT FROM ?
                      AND older.series IS NOT DISTINCT FROM ?),
                run.agent, run.client_slug, run.client_name, ?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?, ?, run.agent_version,
                run.config_sha256, run.session_id, run.session_agent, run.model, run.payload_sha256, run.requested_by,
                ?, ?, ?
            FROM run WHERE run.id = ?
            ON CONFLICT (run_id, round) DO UPDATE SET capsule = excluded.capsule, blocked = excluded.blocked
            WHERE artifact.state IN ('draft', 'review_ready', 'accepted', 'published')
            """,
            [
                id, run.round, policy.kind, period?.from, period?.to, series, policy.kind, title, policy.channel,
                period?.from,
                period?.to, policy.visibility.rawValue, capsule, blocked, isReviewed, policy.staleAfterDays, now, now,
                series, run.id,
            ])
        try ArtifactTexts.takeLate(run: run.id, round: run.round, db)
        for (position, file) in files.enumerated() { try write(file, position, db) }
        try db.execute(
            """
            UPDATE artifact_revision SET made_id = (SELECT id FROM artifact WHERE run_id = ? AND round = ?), made_at = ?
            WHERE run_id = ? AND round = ? AND made_id IS NULL
            """, [run.id, run.round, now, run.id, run.round])
    }

    private func write(_ file: FileRecord, _ position: Int, _ db: any Connection) throws {
        try db.execute(
            """
            INSERT INTO artifact_file (artifact_id, position, role, name, mime_type, size_bytes, sha256, blob_key)
            SELECT id, ?, ?, ?, ?, ?, ?, ? FROM artifact WHERE run_id = ? AND round = ?
            ON CONFLICT (artifact_id, name) DO NOTHING
            """,
            [
                position, policy.role(of: file.name).rawValue, file.safeName, file.mimeType, file.sizeBytes,
                file.sha256, file.blobKey, run.id, run.round,
            ])
    }
}
