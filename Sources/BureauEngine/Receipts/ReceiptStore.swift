import BureauDomain
import BureauStorage

/// The SQL of `receipt`: appended in the transaction of the fact, never changed.
struct ReceiptStore {
    let db: any Connection
    static let linksMax = 20_000

    /// `isFirst` is for a run that was inserted just now: there is nothing to look for.
    func append(
        _ runID: String, _ kind: String, _ facts: [(String, JSONValue?)], now: Int64, isFirst: Bool = false
    ) throws {
        let last =
            isFirst
            ? nil : try db.first("SELECT seq, hash FROM receipt WHERE run_id = ? ORDER BY seq DESC LIMIT 1", [runID])
        let seq = try last.map { try $0.integer("seq") + 1 } ?? 1
        let prev = try last?.text("hash") ?? Receipt.genesis
        let body = JSONValue.object(JSONObject(facts.compactMap { name, value in value.map { (name, $0) } })).canonical
        let hash = Receipt.hash(run: runID, seq: seq, at: now, kind: kind, body: body, prev: prev)
        try db.execute(
            "INSERT INTO receipt (run_id, seq, at, kind, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [runID, seq, now, kind, body, prev, hash])
    }

    func list(_ runID: String) throws -> [Receipt] {
        try db.query("SELECT * FROM receipt WHERE run_id = ? ORDER BY seq LIMIT ?", [runID, Self.linksMax])
            .map(Receipt.init)
    }
}

/// The facts that are worth a link, and what is kept of each.
extension ReceiptStore {
    static let accepted = "accepted", signal = "signal", payload = "payload", asked = "asked", decided = "decided"
    static let file = "file", sent = "sent", ended = "ended", resolved = "resolved"

    func accepted(_ run: NewRun, id: String, now: Int64) throws {
        try append(
            id, Self.accepted,
            [
                ("agent", .string(run.agent)), ("agent_version", .string(run.agentVersion)),
                ("config_sha256", .string(run.configHash)), ("trigger", .string(run.triggerSource.rawValue)),
                ("requested_by", .string(run.requestedBy)), ("key", .string(run.dedupeKey)),
                ("client", run.clientSlug.map { .string($0) }), ("task", run.taskID.map { .string($0) }),
            ], now: now, isFirst: true)
    }

    /// Only the signal that started the run; repetitions are rows of their own.
    func signal(_ signal: NewSignal, _ verdict: Verdict, now: Int64) throws {
        guard case .run(let runID) = verdict else { return }
        try append(
            runID, Self.signal,
            [
                ("signal", .string(signal.id)), ("body_sha256", .string(signal.bodyHash)),
                ("body_bytes", .number(JSONNumber(Int64(signal.bodyBytes)))),
            ], now: now)
    }

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
        try append(
            run.id, Self.ended,
            [
                ("state", .string(run.state.rawValue)), ("cause", run.cause.map { .string($0.code.rawValue) }),
                ("session", run.sessionID.map { .string($0) }), ("model", run.model.map { .string($0) }),
                ("cost_micro_usd", .number(JSONNumber(run.spentMicroUSD))), ("cost_by", .string(run.spentMethod)),
                ("events", .number(JSONNumber(run.eventsCount))),
            ], now: now)
    }

    func resolved(_ step: StepRecord, _ decision: String, by person: String, run: String, now: Int64) throws {
        try append(
            run, Self.resolved,
            [
                ("step", .string(step.id)), ("channel", .string(step.channel.rawValue)), ("kind", .string(step.kind)),
                ("decision", .string(decision)), ("by", .string(person)),
            ], now: now)
    }
}
