import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

/// Runs that leave files, without a vendor: what the registry makes of them is real.
struct ArtifactHouse {
    let bench: Bench
    let parts: EngineParts

    static let review = #", "review": {"enabled": true}"#

    init(agents: [String: String]? = nil, extra: String = "") async throws {
        bench = try await Bench(agents: agents ?? ["sentinel.json": Agents.make(extra: extra)])
        parts = try bench.parts()
    }

    var desk: ArtifactDesk { ArtifactDesk(database: bench.database, doors: bench.clock.doors, blobs: parts.blobs) }

    static let report = #"{"overall_score": 71, "sources": ["Website"], "warnings": ["Demo data"]}"#

    /// A run up to `collecting`, of any client.
    func run(client: String? = "shamrock", agent: String = "sentinel", task: String? = nil) async throws -> RunRecord {
        let loaded = try #require(bench.catalog.agent(agent))
        let new = NewRun(
            agent: agent, agentVersion: "1.0.0", configHash: loaded.hash, triggerSource: .cli, requestedBy: "cli test",
            dedupeKey: UUID().uuidString, clientSlug: client, clientName: client,
            taskID: task)
        let run = try await RunDesk(database: bench.database, doors: bench.clock.doors).start(new)
        for event in [RunMachine.Event.taken, .sessionOpened(session: "sesn_\(run.id)"), .turnEnded] {
            try await bench.move(run.id, event)
        }
        return try await bench.find(run.id)
    }

    /// Stores files of the run's round and ends collecting, as `CollectStage` does.
    func collect(_ id: String, _ files: [String: String] = ["audit.json": Self.report], problem: RunCause? = nil)
        async throws
    {
        let run = try await bench.find(id)
        let now = bench.clock.now
        for (position, (name, text)) in files.sorted(by: { $0.key < $1.key }).enumerated() {
            let safeName = CollectStage.name(name, round: run.round), key = "runs/\(id)/\(safeName)"
            try Data(text.utf8).write(to: try parts.blobs.prepare(key))
            let file = NewFile(
                vendorID: "file_\(run.round)_\(name)", position: position, name: name, safeName: safeName,
                mimeType: "application/json", sizeBytes: Int64(text.utf8.count),
                sha256: Hex.sha256(Array(text.utf8)), blobKey: key, error: nil, round: run.round)
            try await bench.database.write { try FileStore(db: $0).put(file, run: id, now: now) }
        }
        let stored = try await bench.database.read { try FileStore(db: $0).list(id) }
        let artifact = ArtifactRegistration(try hand(run), parts: parts, files: stored, problem: problem)
        try await parts.move(id, .filesCollected(problem: problem), nil) { try artifact?.write($0, now: now) }
    }

    func hand(_ run: RunRecord) throws -> RunInHand {
        RunInHand(
            run: run, lease: Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch),
            agent: try #require(bench.catalog.agent(run.agent)))
    }

    /// A run from its trigger to its end, its version accepted by config.
    @discardableResult
    func done(
        client: String? = "shamrock", agent: String = "sentinel", task: String? = nil,
        _ files: [String: String] = ["audit.json": Self.report]
    ) async throws -> ArtifactRecord {
        bench.clock.advance(milliseconds: 1_000)
        let run = try await run(client: client, agent: agent, task: task)
        try await collect(run.id, files)
        try await bench.move(run.id, .channelsSettled(problem: nil))
        return try await newest(run.id)
    }

    func newest(_ runID: String) async throws -> ArtifactRecord {
        try #require(try await bench.database.read { try ArtifactStore(db: $0).newest(run: runID) })
    }

    func state(_ id: String) async throws -> ArtifactState { try await desk.find(id).state }

    func told(_ run: RunRecord) async throws -> CapsuleContext.Told {
        let context = try #require(CapsuleContext(try hand(run), parts))
        return try await bench.database.read { try context.gather($0) }
    }
}
