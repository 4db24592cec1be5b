import BureauDomain
import BureauStorage
import BureauVendors
import Foundation

/// `collecting`: every output the session left is fetched, hashed and stored under the run. A file that never arrives
/// is named; the others go on.
struct CollectStage: Stage {
    let parts: EngineParts
    static let filesMax = 1_000
    static let fileBytesMax: Int64 = 500_000_000
    static let triesMax = 3

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        guard !hand.run.discardsFiles else { return try await collected(hand, nil) }
        guard let anthropic = parts.connections.anthropic, let session = hand.run.sessionID,
            let headers = hand.agent.config.anthropic
        else {
            return try await collected(
                hand, RunCause(.filesMissing, "Anthropic is not connected: set ANTHROPIC_API_KEY."))
        }
        let client = anthropic.with(betaHeaders: headers.betaHeaders + headers.outputFetchBetaHeaders)
        let listing = FileListing(
            anthropic: client, session: session, doors: parts.doors, expected: expectedNames(hand),
            known: try await knownIDs(hand))
        let files: [SessionFile]
        do { files = try await listing.settled(within: waitFor(hand)) } catch let error as VendorError {
            try Task.checkCancellation()
            if let later = later(hand, error) { return later }
            return try await collected(
                hand, RunCause(.filesMissing, "The session's files could not be listed. \(error.sentence)"))
        }
        if let later = try await fetch(files, hand, client) { return later }
        return try await collected(hand, try await problem(hand, left: max(0, files.count - Self.filesMax)))
    }

    /// A stopped run keeps what exists and does not wait for what was never written.
    private func waitFor(_ hand: RunInHand) -> Duration {
        hand.run.stopCause == nil ? hand.agent.config.outputs.wait : min(hand.agent.config.outputs.wait, .seconds(5))
    }

    private func expectedNames(_ hand: RunInHand) -> [String] {
        let values = RunValues(hand.run, now: parts.doors.now()).all
        return hand.run.stopCause == nil ? hand.agent.config.outputs.expected.map { $0.render(values) } : []
    }

    /// Files of the rounds before: what is new in this one is yet to appear.
    private func knownIDs(_ hand: RunInHand) async throws -> Set<String> {
        guard hand.run.round > 1 else { return [] }
        let files = try await parts.database.lookUp { [id = hand.run.id] in try FileStore(db: $0).list(id) }
        return Set(files.filter { $0.round < hand.run.round }.map(\.vendorID))
    }

    /// Nil when it would not pass by itself, or has been waited for long enough.
    private func later(_ hand: RunInHand, _ error: VendorError) -> StageOutcome? {
        guard error.isRetryable else { return nil }
        let waits = Backoff.stage(for: FaultClass(error))
        return waits.milliseconds(tries: hand.run.tries, doors: parts.doors)
            .map { .retry(afterMilliseconds: $0, PassingFault(error)) }
    }

    /// Nil when all that can be had is here. An outage is waited for, as in the listing: results are not delivered
    /// without what is there a moment later. After that a file that still does not come is named, and the others come.
    private func fetch(
        _ files: [SessionFile], _ hand: RunInHand, _ client: AnthropicClient
    ) async throws -> StageOutcome? {
        let known = try await parts.database.lookUp { [id = hand.run.id] in try FileStore(db: $0).list(id) }
        var taken = Set(known.map(\.safeName))
        for (position, file) in files.prefix(Self.filesMax).enumerated() {
            if let stored = known.first(where: { $0.vendorID == file.id }), stored.blobKey != nil { continue }
            let safeName =
                known.first { $0.vendorID == file.id }?.safeName
                ?? SafeFileName.make(
                    Self.name(file.filename, round: hand.run.round), taken: taken)
            taken.insert(safeName)
            let (outcome, fault) = try await store(file, position, safeName, hand, client)
            if hand.run.stopCause == nil, let fault, let later = later(hand, fault) { return later }
            let now = parts.doors.now()
            try await parts.write(hand.lease) { [id = hand.run.id] in
                try FileStore(db: $0).put(outcome, run: id, now: now)
            }
        }
        return nil
    }

    private func store(
        _ file: SessionFile, _ position: Int, _ safeName: String, _ hand: RunInHand, _ client: AnthropicClient
    ) async throws -> (NewFile, VendorError?) {
        var outcome = NewFile(
            vendorID: file.id, position: position, name: String(file.filename.prefix(500)), safeName: safeName,
            mimeType: file.mimeType ?? "application/octet-stream", sizeBytes: file.sizeBytes ?? 0,
            round: hand.run.round)
        let key = "runs/\(hand.run.id)/\(safeName)"
        let path = try parts.blobs.prepare(key).path
        var fault: VendorError?
        for attempt in 0..<Self.triesMax {
            do {
                let got = try await client.download(file.id, to: path, bytesMax: Self.fileBytesMax)
                guard file.sizeBytes == nil || file.sizeBytes == got.bytes else {
                    try? FileManager.default.removeItem(atPath: path)
                    throw StepProblem(description: "it arrived with \(got.bytes) of \(file.sizeBytes ?? 0) bytes")
                }
                (outcome.sha256, outcome.blobKey, outcome.error, outcome.sizeBytes) = (got.sha256, key, nil, got.bytes)
                return (outcome, nil)
            } catch {
                try Task.checkCancellation()
                fault = error as? VendorError
                outcome.error = fault?.sentence ?? "\(error)"
                guard attempt + 1 < Self.triesMax else { break }
                try await parts.doors.sleep(
                    .milliseconds(Backoff.sessionCreate.milliseconds(repeating: attempt, doors: parts.doors)))
            }
        }
        return (outcome, fault)
    }

    /// Each round's files stand beside those of the rounds before: "report.md", then "report-r2.md".
    static func name(_ name: String, round: Int) -> String {
        guard round > 1 else { return name }
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "\(name)-r\(round)" }
        return "\(name[..<dot])-r\(round)\(name[dot...])"
    }

    /// `left` are files beyond what one run may have. That a stopped session has left nothing is no problem of its own.
    private func problem(_ hand: RunInHand, left: Int) async throws -> RunCause? {
        let files = try await parts.database.lookUp { [id = hand.run.id] in try FileStore(db: $0).list(id) }
        if hand.run.stopCause != nil, files.isEmpty { return nil }
        return FileProblems.cause(files, session: hand.run.sessionID ?? "", expected: expectedNames(hand), left: left)
    }

    private func collected(_ hand: RunInHand, _ problem: RunCause?) async throws -> StageOutcome {
        try await saveSummary(hand)
        let files = try await parts.database.lookUp { [id = hand.run.id] in try FileStore(db: $0).list(id) }
        let artifact = ArtifactRegistration(hand, parts: parts, files: files, problem: problem)
        try await parts.move(hand.run.id, .filesCollected(problem: problem), hand.lease) { [doors = parts.doors] in
            try artifact?.write($0, now: doors.now())
        }
        return .moved
    }

    /// Score and priorities for messages, read once from the stored files.
    private func saveSummary(_ hand: RunInHand) async throws {
        let files = try await parts.database.lookUp { [id = hand.run.id] in try FileStore(db: $0).list(id) }
        func bytes(_ suffix: String) -> [UInt8]? {
            files.current.first { $0.safeName.lowercased().hasSuffix(suffix) && $0.blobKey != nil }?.blobKey
                .flatMap { try? parts.blobs.head($0, bytesMax: 4 << 20) }.map(Array.init)
        }
        let summary = ReportSummary.read(json: bytes(".json"), markdown: bytes(".md"))
        let text = try JSONText.encode(StoredSummary(summary))
        try await parts.write(hand.lease) { [lease = hand.lease] in try RunStore(db: $0).setSummary(lease, text) }
    }
}

/// What is wrong with a run's files, in one sentence.
enum FileProblems {
    static func cause(_ files: [FileRecord], session: String, expected: [String], left: Int = 0) -> RunCause? {
        guard !files.isEmpty else {
            return RunCause(.filesMissing, "The agent left no files (session \(session)).")
        }
        let lost = files.filter { $0.blobKey == nil }.map { "\($0.safeName) (\($0.error ?? "not stored"))" }
        let absent = expected.filter { name in !files.contains { $0.name == name || $0.name.hasSuffix("/" + name) } }
        guard !lost.isEmpty || !absent.isEmpty || left > 0 else { return nil }
        let parts = [
            lost.isEmpty ? nil : "could not be fetched: \(lost.prefix(5).joined(separator: ", "))",
            absent.isEmpty ? nil : "never appeared: \(absent.prefix(5).joined(separator: ", "))",
            left == 0 ? nil : "were left there: a run keeps \(CollectStage.filesMax) at most",
        ]
        let count = lost.count + absent.count + left
        return RunCause(
            .filesMissing,
            "\(count) \(count == 1 ? "file" : "files") of session \(session) \(parts.compactMap { $0 }.joined(separator: "; "))."
        )
    }
}
