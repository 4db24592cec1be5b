import BureauDomain
import BureauStorage

/// The SQL of `receipt`: appended in the transaction of the fact, never changed.
struct ReceiptStore {
    let db: any Connection
    static let linksMax = 20_000
    static let attachmentsMax = 5_000

    func append(_ runID: String, _ kind: String, _ facts: [(String, JSONValue?)], now: Int64) throws {
        try link(runID, kind, facts, after: try last(runID) ?? begun(runID), now: now)
    }

    /// The first links, of rows that stand there unchanged since the run was accepted. They are left out then, so that
    /// whoever sent the signal is answered sooner.
    func begin(_ runID: String) throws {
        if try last(runID) == nil { try begun(runID) }
    }

    private struct Last {
        var seq: Int64 = 0
        var hash = Receipt.genesis
    }

    private func last(_ runID: String) throws -> Last? {
        try db.first("SELECT seq, hash FROM receipt WHERE run_id = ? ORDER BY seq DESC LIMIT 1", [runID])
            .map { Last(seq: try $0.integer("seq"), hash: try $0.text("hash")) }
    }

    @discardableResult
    private func link(
        _ runID: String, _ kind: String, _ facts: [(String, JSONValue?)], after last: Last, now: Int64
    ) throws -> Last {
        let body = JSONValue.object(JSONObject(facts.compactMap { name, value in value.map { (name, $0) } })).canonical
        let seq = last.seq + 1
        let hash = Receipt.hash(run: runID, seq: seq, at: now, kind: kind, body: body, prev: last.hash)
        try db.execute(
            "INSERT INTO receipt (run_id, seq, at, kind, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [runID, seq, now, kind, body, last.hash, hash])
        return Last(seq: seq, hash: hash)
    }

    @discardableResult
    private func begun(_ runID: String) throws -> Last {
        let run = try db.first(
            """
            SELECT agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key, client_slug, task_id,
                accepted_at
            FROM run WHERE id = ?
            """, [runID])
        guard let row = run else { return Last() }
        let text: (String) throws -> JSONValue? = { name in try row.textIfAny(name).map { .string($0) } }
        let accepted = try link(
            runID, Self.accepted,
            [
                ("agent", try text("agent")), ("agent_version", try text("agent_version")),
                ("config_sha256", try text("config_sha256")), ("trigger", try text("trigger_source")),
                ("requested_by", try text("requested_by")), ("key", try text("dedupe_key")),
                ("client", try text("client_slug")), ("task", try text("task_id")),
            ], after: Last(), now: try row.integer("accepted_at"))
        // Only the signal that started the run; repetitions are rows of their own.
        let signal = try db.first(
            "SELECT id, body_sha256, body_bytes, received_at FROM signal WHERE run_id = ? AND verdict = 'run' LIMIT 1",
            [runID])
        guard let signal else { return accepted }
        return try link(
            runID, Self.signal,
            [
                ("signal", .string(try signal.text("id"))), ("body_sha256", .string(try signal.text("body_sha256"))),
                ("body_bytes", .number(JSONNumber(try signal.integer("body_bytes")))),
            ], after: accepted, now: try signal.integer("received_at"))
    }

    func list(_ runID: String) throws -> [Receipt] {
        try db.query("SELECT * FROM receipt WHERE run_id = ? ORDER BY seq LIMIT ?", [runID, Self.linksMax])
            .map(Receipt.init)
    }

    /// Attachments that ours are known to have put on the task, also those that were made once more since: the newest,
    /// at most `attachmentsMax`.
    func attachments(on task: String, _ channel: StepRecord.Channel) throws -> Set<String> {
        let found = try db.query(
            """
            SELECT receipt.body ->> 'receipt' ->> 'id' AS attachment FROM run JOIN receipt ON receipt.run_id = run.id
            WHERE run.task_id = ? AND receipt.kind = ? AND receipt.body ->> 'kind' = 'attach'
                AND receipt.body ->> 'channel' = ?
            ORDER BY receipt.at DESC LIMIT ?
            """, [task, Self.sent, channel.rawValue, Self.attachmentsMax])
        return Set(try found.compactMap { try $0.textIfAny("attachment") })
    }
}

/// The facts that are worth a link, and what is kept of each.
extension ReceiptStore {
    static let accepted = "accepted", signal = "signal", payload = "payload", asked = "asked", decided = "decided"
    static let file = "file", sent = "sent", ended = "ended", resolved = "resolved", cost = "cost"

    func payload(_ payload: AssembledPayload, run: String, now: Int64) throws {
        try append(
            run, Self.payload,
            [("payload_sha256", .string(payload.hash)), ("client", payload.clientSlug.map { .string($0) })], now: now)
    }

    func asked(_ approval: ApprovalRecord, now: Int64) throws {
        try append(
            approval.runID, Self.asked, question(approval) + [("expires_at", .number(JSONNumber(approval.expiresAt)))],
            now: now)
    }

    func decided(_ approval: ApprovalRecord, now: Int64) throws {
        let decision: [(String, JSONValue?)] = [
            ("decision", .string(approval.state.rawValue)), ("by", approval.decidedBy.map { .string($0) }),
            ("on", approval.decidedOn.map { .string($0) }), ("reason", approval.reason.map { .string($0) }),
            ("changed_sha256", approval.changedHash.map { .string($0) }),
            ("granted_by", approval.grantedBy.map { .string($0) }),
        ]
        try append(approval.runID, Self.decided, question(approval) + decision, now: now)
    }

    private func question(_ approval: ApprovalRecord) -> [(String, JSONValue?)] {
        [
            ("approval", .string(approval.id)), ("event", .string(approval.eventID)),
            ("tool", .string(approval.tool)), ("input_sha256", .string(approval.inputHash)),
        ]
    }

    func file(_ file: NewFile, run: String, now: Int64) throws {
        guard let hash = file.sha256 else { return }
        try append(
            run, Self.file,
            [
                ("name", .string(file.safeName)), ("vendor_id", .string(file.vendorID)), ("sha256", .string(hash)),
                ("bytes", .number(JSONNumber(file.sizeBytes))),
            ], now: now)
    }

    /// A write that is known to have happened: what was sent, where it is. Nothing for a notice that is about no run.
    func sent(_ step: StepRecord, _ content: SentContent?, now: Int64) throws {
        guard let run = step.runID, let receipt = step.receipt else { return }
        try append(
            run, Self.sent,
            [
                ("step", .string(step.id)), ("purpose", .string(step.purpose.rawValue)),
                ("channel", .string(step.channel.rawValue)), ("kind", .string(step.kind)),
                ("subject", .string(step.subject)), ("receipt", .string(receipt)),
                ("sent_sha256", content.map { .string($0.sha256) }), ("sent", content?.text.map { .string($0) }),
            ], now: now)
    }

    func ended(_ run: RunRecord, now: Int64) throws {
        let end: [(String, JSONValue?)] = [
            ("state", .string(run.state.rawValue)), ("cause", run.cause.map { .string($0.code.rawValue) }),
            ("session", run.sessionID.map { .string($0) }), ("model", run.model.map { .string($0) }),
            ("events", .number(JSONNumber(run.eventsCount))),
        ]
        let money = try money(run)
        try append(run.id, Self.ended, end + money, now: now)
    }

    /// A session was seen to rest after its run's end, and had cost more by then.
    func costChanged(_ run: RunRecord, now: Int64) throws {
        let last = try db.first(
            "SELECT body FROM receipt WHERE run_id = ? AND kind IN ('ended', 'cost') ORDER BY seq DESC LIMIT 1",
            [run.id])
        let told = try last.map { try JSONValue.parse(Array(try $0.text("body").utf8)) }
        guard told?["cost_micro_usd"]?.int != Int(run.spentMicroUSD) else { return }
        try append(run.id, Self.cost, try money(run), now: now)
    }

    private func money(_ run: RunRecord) throws -> [(String, JSONValue?)] {
        [
            ("cost_micro_usd", .number(JSONNumber(run.spentMicroUSD))), ("cost_by", .string(run.spentMethod)),
            ("usage", try RunUsageStore(db: db).find(run.id).map(Self.usage)),
        ]
    }

    /// What the session has used, by kind, as it stood then.
    private static func usage(_ used: RunUsage) -> JSONValue {
        let usage = used.usage
        let kinds: [(String, Int64)] = [
            ("input_tokens", usage.inputTokens), ("output_tokens", usage.outputTokens),
            ("cache_read_tokens", usage.cacheReadTokens), ("cache_write_5m_tokens", usage.cacheWrite5mTokens),
            ("cache_write_1h_tokens", usage.cacheWrite1hTokens),
            ("cache_write_other_tokens", usage.cacheWriteUnsplitTokens), ("web_searches", usage.webSearches),
            ("active_ms", usage.activeMilliseconds),
        ]
        return .object(JSONObject(kinds.map { ($0.0, JSONValue.number(JSONNumber($0.1))) }))
    }

    func resolved(_ step: StepRecord, _ decision: String, by person: String, run: String, now: Int64) throws {
        try append(
            run, Self.resolved,
            [
                ("step", .string(step.id)), ("channel", .string(step.channel.rawValue)), ("kind", .string(step.kind)),
                ("decision", .string(decision)), ("by", .string(person)),
            ], now: now)
    }

    /// How often somebody has decided on a write of the run that was in doubt.
    func decisions(_ runID: String) throws -> Int64 {
        let row = try db.first(
            "SELECT count(*) AS decisions FROM receipt WHERE run_id = ? AND kind = ?", [runID, Self.resolved])
        return try row?.integer("decisions") ?? 0
    }
}
