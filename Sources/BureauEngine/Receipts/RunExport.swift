import BureauDomain
package import BureauStorage
package import Foundation

/// Everything that is kept of one run, in a folder that can be checked without Bureau's database.
package struct RunExport: Sendable {
    let database: any Database
    let blobs: BlobFolder
    let sessionLogs: URL

    package init(database: any Database, blobs: BlobFolder, sessionLogs: URL) {
        self.database = database
        self.blobs = blobs
        self.sessionLogs = sessionLogs
    }

    static let receipts = "receipts.jsonl", facts = "run.json", config = "config.json", payload = "payload.json"
    static let signal = "signal.bin", events = "events.jsonl", log = "session.jsonl", approvals = "approvals.jsonl"
    static let files = "files"

    /// What is read in one transaction, so that the parts fit each other.
    fileprivate struct Parts: Sendable {
        let run: RunRecord
        let receipts: [Receipt]
        let events: [RunEvent]
        let files: [FileRecord]
        let steps: [StepRecord]
        let approvals: [ApprovalRecord]
        let config: String?
        let signal: Data?
    }

    /// Writes the export into `folder`, which must not exist, and its list of hashes last.
    package func write(_ runID: String, to folder: URL) async throws {
        let parts = try await read(runID)
        do {
            try Durable.makeFolder(folder)
            try put(parts.receipts.map(\.line), Self.receipts, folder)
            try put([Self.facts(parts).canonical], Self.facts, folder)
            try put(parts.events.map { Self.line($0) }, Self.events, folder)
            try put(parts.approvals.map { Self.line($0) }, Self.approvals, folder)
            if let config = parts.config { try put(Data(config.utf8), Self.config, folder) }
            if let payload = parts.run.payload { try put(Data(payload.utf8), Self.payload, folder) }
            if let signal = parts.signal { try put(signal, Self.signal, folder) }
            try copyLog(parts.run, folder)
            for file in parts.files {
                guard let key = file.blobKey, try blobs.exists(key) else { continue }
                try Durable.copy(
                    try blobs.url(for: key),
                    to: folder.appendingPathComponent(Self.files).appendingPathComponent(file.safeName))
            }
            try FolderManifest.write(folder)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    private func read(_ runID: String) async throws -> Parts {
        // A run that no worker has taken yet has no receipts so far.
        try await database.write { try ReceiptStore(db: $0).begin(runID) }
        return try await database.read { db in
            guard let run = try RunStore(db: db).find(runID) else { throw RunMoved(runID: runID) }
            let steps = try StepRecord.Purpose.allCases.flatMap { try StepStore(db: db).list(run: runID, purpose: $0) }
            return Parts(
                run: run, receipts: try ReceiptStore(db: db).list(runID),
                events: try RunEventStore(db: db).list(runID, limit: 100_000), files: try FileStore(db: db).list(runID),
                steps: steps, approvals: try ApprovalStore(db: db).list(run: runID),
                config: try db.first("SELECT body FROM agent_config WHERE sha256 = ?", [run.configHash])?.text("body"),
                signal: try db.first("SELECT body FROM signal WHERE run_id = ? AND verdict = 'run'", [runID])?
                    .bytes("body"))
        }
    }

    private func copyLog(_ run: RunRecord, _ folder: URL) throws {
        guard let session = run.sessionID, !session.contains("/"), !session.hasPrefix(".") else { return }
        let source = sessionLogs.appendingPathComponent(session + ".jsonl")
        guard FileManager.default.fileExists(atPath: source.path) else { return }
        try Durable.copy(source, to: folder.appendingPathComponent(Self.log))
    }

    private func put(_ lines: [String], _ name: String, _ folder: URL) throws {
        try put(Data(lines.map { $0 + "\n" }.joined().utf8), name, folder)
    }

    private func put(_ data: Data, _ name: String, _ folder: URL) throws {
        try Durable.write(data, to: folder.appendingPathComponent(name))
    }
}

extension RunExport {
    fileprivate static func facts(_ parts: Parts) -> JSONValue {
        let run = parts.run
        let steps = parts.steps.map { step -> JSONValue in
            made([
                ("id", .string(step.id)), ("purpose", .string(step.purpose.rawValue)),
                ("channel", .string(step.channel.rawValue)), ("kind", .string(step.kind)),
                ("subject", .string(step.subject)), ("state", .string(step.state.rawValue)),
                ("receipt", step.receipt.map { .string($0) }), ("error", step.error.map { .string($0) }),
            ])
        }
        let files = parts.files.map { file -> JSONValue in
            made([
                ("name", .string(file.safeName)), ("sha256", file.sha256.map { .string($0) }),
                ("bytes", .number(JSONNumber(file.sizeBytes))), ("error", file.error.map { .string($0) }),
            ])
        }
        return made([
            ("run", .string(run.id)), ("agent", .string(run.agent)), ("config_sha256", .string(run.configHash)),
            ("state", .string(run.state.rawValue)), ("cause", run.cause.map { .string($0.sentence) }),
            ("session", run.sessionID.map { .string($0) }),
            ("cost_micro_usd", .number(JSONNumber(run.spentMicroUSD))), ("steps", .array(steps)),
            ("files", .array(files)),
        ])
    }

    fileprivate static func line(_ event: RunEvent) -> String {
        made([
            ("seq", .number(JSONNumber(event.seq))), ("at", .number(JSONNumber(event.at))),
            ("kind", .string(event.kind)), ("detail", .string(event.detail)),
        ]).canonical
    }

    fileprivate static func line(_ approval: ApprovalRecord) -> String {
        made([
            ("id", .string(approval.id)), ("tool", .string(approval.tool)), ("input", .string(approval.input)),
            ("state", .string(approval.state.rawValue)), ("by", approval.decidedBy.map { .string($0) }),
            ("reason", approval.reason.map { .string($0) }), ("version", .number(JSONNumber(approval.version))),
            ("previous", approval.previous.map { .string($0) }),
            ("changed_input", approval.changedInput.map { .string($0) }),
            ("granted_by", approval.grantedBy.map { .string($0) }),
        ]).canonical
    }

    private static func made(_ members: [(String, JSONValue?)]) -> JSONValue {
        .object(JSONObject(members.compactMap { name, value in value.map { (name, $0) } }))
    }
}
