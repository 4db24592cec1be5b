import BureauDomain
import BureauStorage

/// The SQL of `artifact` and the tables around it.
struct ArtifactStore {
    let db: any Connection

    /// Feedback that asks for more and waits for somebody, and what became of the run.
    private static let columns = """
        SELECT artifact.*,
            EXISTS (SELECT 1 FROM feedback WHERE feedback.run_id = artifact.run_id
                AND feedback.round = artifact.round AND feedback.deleted_at IS NULL
                AND feedback.class IN ('revision_request', 'scope_change')
                AND feedback.outcome IN ('asked', 'asked_scope', 'rounds_used')) AS open_feedback,
            CASE WHEN run.state IN ('stopped', 'failed') THEN coalesce(run.cause_sentence, 'its run did not end well')
            END AS run_trouble
        """
    private static let select = "\(columns) FROM artifact JOIN run ON run.id = artifact.run_id"

    func find(_ id: String) throws -> ArtifactRecord? {
        try db.first("\(Self.select) WHERE artifact.id = ?", [id]).map(ArtifactRecord.init)
    }

    func beginning(with prefix: String, limit: Int) throws -> [ArtifactRecord] {
        try db.query(
            "\(Self.select) WHERE artifact.id >= ? AND artifact.id < ? ORDER BY artifact.id LIMIT ?",
            [prefix, prefix + "~", limit]
        ).map(ArtifactRecord.init)
    }

    func list(_ filter: ArtifactFilter) throws -> [ArtifactRecord] {
        var conditions = conditions(filter)
        if !filter.includesSuperseded, filter.state == nil { conditions.add("artifact.state <> 'superseded'") }
        let order = filter.isOldestFirst ? "ASC" : "DESC"
        let source = "\(filter.source) CROSS JOIN run ON run.id = artifact.run_id"
        return try db.query(
            "\(Self.columns) \(source) \(conditions.clause) ORDER BY \(filter.ordered) \(order) LIMIT ?",
            conditions.values + [filter.limit]
        ).map(ArtifactRecord.init)
    }

    /// How many a list leaves out because newer ones count in their place, no further than `atMost`.
    func supersededCount(_ filter: ArtifactFilter, atMost: Int) throws -> Int {
        var filter = filter
        (filter.state, filter.before, filter.after) = (.superseded, nil, nil)
        let conditions = conditions(filter)
        return Int(
            try db.first(
                "SELECT count(*) AS n FROM (SELECT 1 \(filter.source) \(conditions.clause) LIMIT ?) AS some",
                conditions.values + [atMost]
            )?.integer("n") ?? 0)
    }

    private func conditions(_ filter: ArtifactFilter) -> Conditions {
        var conditions = Conditions()
        conditions.add(foundBy: [
            ("artifact.run_id", filter.run), ("artifact.client_slug", filter.client),
            ("artifact.state", filter.state?.rawValue), ("artifact.agent", filter.agent),
            ("artifact.kind", filter.kind), ("artifact.channel", filter.channel),
            ("artifact.visibility", filter.visibility?.rawValue),
        ])
        if let month = filter.month { conditions.add("substr(artifact.period_to, 1, 7) = ?", [month]) }
        if let before = filter.before { conditions.add("\(filter.ordered) < ?", [before]) }
        if let after = filter.after { conditions.add("\(filter.ordered) > ?", [after]) }
        if let words = RunWordsSearch(filter.text) { add(words, filter, &conditions) }
        conditions.add(visible: filter.visible, of: "artifact")
        return conditions
    }

    private func add(_ words: RunWordsSearch, _ filter: ArtifactFilter, _ conditions: inout Conditions) {
        let contained = words.contained(in: "artifact_text.words")
        guard filter.isWide else {
            conditions.add(
                "EXISTS (SELECT 1 FROM artifact_text WHERE artifact_text.artifact_id = artifact.id AND \(contained))",
                words.values)
            return
        }
        conditions.add(contained, words.values)
        conditions.add(
            """
            artifact_text.artifact_id > coalesce((SELECT artifact_id FROM artifact_text ORDER BY artifact_id DESC
                LIMIT 1 OFFSET \(ArtifactFilter.searchedMax)), '')
            """)
    }

    /// Every version of one client, newest first: what a question about reuse is judged over.
    func ofClient(_ slug: String, limit: Int) throws -> [ArtifactRecord] {
        try db.query(
            "\(Self.select) WHERE artifact.client_slug = ? ORDER BY artifact.id DESC LIMIT ?", [slug, limit]
        ).map(ArtifactRecord.init)
    }

    func newest(run runID: String) throws -> ArtifactRecord? {
        try db.first("\(Self.select) WHERE artifact.run_id = ? ORDER BY artifact.round DESC LIMIT 1", [runID])
            .map(ArtifactRecord.init)
    }

    /// The newest of each of these runs, by its run.
    func newest(ofRuns ids: [String]) throws -> [String: ArtifactRecord] {
        let marks = Array(repeating: "?", count: ids.count).joined(separator: ", ")
        let found = try db.query(
            "\(Self.select) WHERE artifact.run_id IN (\(marks)) ORDER BY artifact.run_id, artifact.round", ids
        ).map(ArtifactRecord.init)
        return Dictionary(found.map { ($0.runID, $0) }, uniquingKeysWith: { $1 })
    }

    func ofRun(_ runID: String) throws -> [ArtifactRecord] {
        try db.query("\(Self.select) WHERE artifact.run_id = ? ORDER BY artifact.round LIMIT 100", [runID])
            .map(ArtifactRecord.init)
    }

    func files(_ id: String) throws -> [ArtifactFileRecord] {
        try db.query("SELECT * FROM artifact_file WHERE artifact_id = ? ORDER BY position, name LIMIT 2000", [id])
            .map(ArtifactFileRecord.init)
    }

    func deliveries(_ id: String) throws -> [ArtifactDelivery] {
        try db.query(
            "SELECT * FROM artifact_channel WHERE artifact_id = ? ORDER BY delivered_at, step_id LIMIT 2000", [id]
        ).map(ArtifactDelivery.init)
    }

    func revisions(run runID: String) throws -> [ArtifactRevision] {
        let comments = try FeedbackStore(db: db).list(run: runID)
        return try db.query("SELECT * FROM artifact_revision WHERE run_id = ? ORDER BY round LIMIT 100", [runID]).map {
            var revision = try ArtifactRevision($0)
            revision.comments = comments.filter {
                $0.round == revision.round - 1 && ($0.outcome == .revised || $0.outcome == .answered)
            }.map { .init(author: $0.author, text: $0.text, writtenAt: $0.writtenAt) }
            return revision
        }
    }
}

extension ArtifactStore {
    /// Moves an artifact, only from the states the machine lets the event leave. False when it is in none of them.
    func move(
        _ id: String, _ event: ArtifactMachine.Event, by person: String? = nil, reason: String? = nil,
        supersededBy newer: String? = nil, now: Int64
    ) throws -> Bool {
        let states = event.leaves.map(\.rawValue).sorted()
        let marks = Array(repeating: "?", count: states.count).joined(separator: ", ")
        return try db.execute(
            """
            UPDATE artifact SET state = ?, moved_at = ?, decided_by = CASE ? WHEN 1 THEN NULL ELSE coalesce(?, decided_by) END,
                reason = coalesce(?, reason), superseded_by = ?, superseded_from = CASE ? WHEN 1 THEN state END
            WHERE id = ? AND state IN (\(marks))
            """,
            [
                event.target.rawValue, now, event == .acceptanceUndone ? 1 : 0, person, reason, newer,
                event == .superseded ? 1 : 0, id,
            ] + states) == 1
    }

    /// The rounds before it, and what counted so far of the same client, agent, kind, period and series, give way to `new`.
    func supersedeOlder(than new: ArtifactRecord, now: Int64) throws {
        let older = try db.query(
            """
            SELECT id FROM artifact
            WHERE id <> ? AND ((run_id = ? AND round < ?)
                OR (id < ? AND state IN ('accepted', 'published') AND agent = ? AND kind = ?
                    AND client_slug IS NOT DISTINCT FROM ? AND period_from IS NOT DISTINCT FROM ?
                    AND period_to IS NOT DISTINCT FROM ? AND series IS NOT DISTINCT FROM ?))
            LIMIT 1000
            """,
            [
                new.id, new.runID, new.round, new.id, new.agent, new.kind, new.clientSlug, new.period?.from,
                new.period?.to, new.series,
            ])
        for row in older { _ = try move(try row.text("id"), .superseded, supersededBy: new.id, now: now) }
    }

    /// A delivered step, under the version it delivered. Nothing for a notice or a run that registered nothing.
    func delivered(_ step: StepRecord, now: Int64) throws {
        guard step.purpose == .delivery, let runID = step.runID, let receipt = step.receipt else { return }
        let link = try? JSONText.decode(DeliveryReceipt.self, receipt).link
        try db.execute(
            """
            INSERT INTO artifact_channel (artifact_id, step_id, channel, kind, subject, link, delivered_at)
            SELECT id, ?, ?, ?, ?, ?, ? FROM artifact WHERE run_id = ? AND round <= ? ORDER BY round DESC LIMIT 1
            ON CONFLICT (artifact_id, step_id) DO UPDATE SET link = excluded.link, delivered_at = excluded.delivered_at
            """, [step.id, step.channel.rawValue, step.kind, step.subject, link, now, runID, step.round])
    }
}
