import BureauDomain
import BureauSandbox
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine
@testable import BureauVendors

/// A bench whose runs deliver to a stand-in of Drive, and a person who tidies up there.
struct DriveDesk: Sendable {
    let here: StandIns
    let bench: Bench
    let parts: EngineParts
    let drive: GoogleDriveClient

    static func open(_ body: (DriveDesk) async throws -> Void) async throws {
        let account = try DemoServiceAccount.make()
        try await withStandIns(googleKey: account.publicKey) { here in
            let endpoints = GoogleEndpoints(base: "http://127.0.0.1:\(here.port)/google")
            let tokens = GoogleTokenSource(
                transport: here.transport,
                credential: try GoogleCredential(serviceAccountJSON: Array(account.json.utf8)), endpoints: endpoints)
            let drive = GoogleDriveClient(transport: here.transport, tokens: tokens, endpoints: endpoints)
            let bench = try await Bench()
            var connections = here.connections
            connections.drive = drive
            try await body(DriveDesk(here: here, bench: bench, parts: try bench.parts(connections), drive: drive))
        }
    }

    var desk: RunDesk { RunDesk(database: bench.database, doors: bench.clock.doors) }

    /// A run of two files that is about to deliver.
    func run() async throws -> RunRecord {
        // Each in a session of its own.
        let session = "sesn_\(bench.clock.doors.makeID())"
        let run = try await bench.run([.taken, .sessionOpened(session: session)]), now = bench.clock.now
        for (position, name) in ["audit.md", "audit.csv"].enumerated() {
            let bytes = Data("of \(name)\n".utf8), key = "runs/\(run.id)/\(name)"
            try bytes.write(to: try parts.blobs.prepare(key))
            let file = NewFile(
                vendorID: "file_\(position)", position: position, name: name, safeName: name,
                mimeType: "text/markdown", sizeBytes: Int64(bytes.count), sha256: Hex.sha256(bytes), blobKey: key)
            try await bench.database.write { try FileStore(db: $0).put(file, run: run.id, now: now) }
        }
        try await bench.move(run.id, .turnEnded)
        try await bench.move(run.id, .filesCollected(problem: nil))
        return try await bench.find(run.id)
    }

    func deliver(_ run: RunRecord) async throws -> RunRecord {
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await DeliverStage(parts: parts).run(hand) == .moved)
        try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
        return try await bench.find(run.id)
    }

    func steps(_ run: RunRecord, _ kind: String) async throws -> [StepRecord] {
        try await bench.steps(run.id, .delivery).filter { $0.channel == .googleDrive && $0.kind == kind }
    }

    func folder(_ run: RunRecord) async throws -> StepRecord { try #require(try await steps(run, "folder").first) }

    func id(_ step: StepRecord) throws -> String { try #require(try step.receipt(as: DeliveryReceipt.self)).id }

    /// What a person does with an item in the browser.
    func trash(_ id: String, _ isTrashed: Bool = true) async throws {
        struct Answer: Decodable { let id: String }
        var request = drive.request("update file", .patch, ["drive", "v3", "files", id])
        request.headers["content-type"] = "application/json; charset=UTF-8"
        request.body = .bytes(Array(#"{"trashed":\#(isTrashed)}"#.utf8))
        _ = try await drive.call(request, as: Answer.self, "id")
    }

    func state() async -> [JSON] { await here.state("drive")["files"]?.array ?? [] }

    /// Everything of this name that is not in the trash.
    func items(_ name: String) async -> [JSON] {
        let files = await here.state("drive")["files"]?.array ?? []
        return files.filter { $0["name"]?.string == name && $0["trashed"]?.bool == false }
    }
}
