import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

/// Any byte of any file of an export may be changed: the check says so and names what does not hold.
@Suite("An export proves itself")
struct ExportCheckTests {
    /// xorshift64*: the same bytes are flipped on every machine.
    private struct Dice {
        var state: UInt64
        mutating func next(below bound: Int) -> Int {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return Int((state &* 2_685_821_657_736_338_717) >> 33) % bound
        }
    }

    private static let flipsPerFile = 60

    @Test(
        "One flipped bit anywhere is found, and a link of the chain is named by its number", arguments: [1, 7, 2_026])
    func flips(seed: UInt64) async throws {
        let bench = try await Bench()
        let folder = try await Self.export(bench)
        #expect(try ExportCheck(folder).report().broken == nil)
        var dice = Dice(state: seed)
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
            let url = folder.appendingPathComponent(path)
            guard let whole = FileManager.default.contents(atPath: url.path), !whole.isEmpty else { continue }
            for _ in 0..<Self.flipsPerFile {
                var bytes = whole
                let place = dice.next(below: bytes.count)
                bytes[place] ^= UInt8(1 << dice.next(below: 8))
                try bytes.write(to: url)
                let broken = try ExportCheck(folder).report().broken
                #expect(broken != nil, "seed \(seed): \(path) byte \(place)")
                let chained = Self.links[path]
                #expect(chained == nil || broken?.seq == chained, "\(path): \(String(describing: broken))")
            }
            try whole.write(to: url)
        }
        #expect(try ExportCheck(folder).report().broken == nil)
    }

    /// Files that a link of the chain speaks of, by the link's number.
    private static let links: [String: Int64] = [
        "config.json": 1, "signal.bin": 2, "payload.json": 3, "files/audit.md": 6,
    ]

    struct Loss: Sendable, CustomStringConvertible {
        let description: String
        let seq: Int64?
        let words: String
        let change: @Sendable (URL) throws -> Void
    }

    static let losses = [
        Loss(description: "a link cut out", seq: 3, words: "a link before it is missing") { folder in
            try edit(folder, "receipts.jsonl") { $0.remove(at: 2) }
        },
        Loss(description: "two links changed places", seq: 3, words: "missing") { folder in
            try edit(folder, "receipts.jsonl") { $0.swapAt(2, 3) }
        },
        Loss(description: "a file taken away", seq: 6, words: "files/audit.md is missing") { folder in
            try FileManager.default.removeItem(at: folder.appendingPathComponent("files/audit.md"))
        },
        Loss(description: "a file added", seq: nil, words: "not on the list") { folder in
            try Data("x".utf8).write(to: folder.appendingPathComponent("more.txt"))
        },
        Loss(description: "the list taken away", seq: nil, words: "MANIFEST is missing") { folder in
            try FileManager.default.removeItem(at: folder.appendingPathComponent("MANIFEST"))
        },
        Loss(description: "the last link taken away, and the list made anew", seq: nil, words: "has no receipt") {
            folder in
            try edit(folder, "receipts.jsonl") { $0.removeLast() }
            try FolderManifest.write(folder)
        },
    ]

    @Test("What is taken away, added or moved is named", arguments: losses)
    func lost(_ loss: Loss) async throws {
        let bench = try await Bench()
        let folder = try await Self.export(bench)
        try loss.change(folder)
        let broken = try #require(try ExportCheck(folder).report().broken)
        #expect(broken.seq == loss.seq, "\(broken)")
        #expect(broken.description.contains(loss.words) || broken.kind.contains("MANIFEST"), "\(broken)")
    }

    @Test("A run's end ties down what its session used, and a cost that is known later is a link of its own, once")
    func money() async throws {
        let bench = try await Bench(), now = bench.clock.now
        let run = try await bench.run(Bench.toRunning)
        let kinds = try await bench.database.write { db in
            let receipts = ReceiptStore(db: db), runs = RunStore(db: db)
            let usage = SessionUsage(inputTokens: 10, outputTokens: 20, webSearches: 3)
            try RunUsageStore(db: db).save(usage, listed: nil, run: run.id)
            try receipts.ended(run, now: now)
            try receipts.costChanged(run, now: now)
            try db.execute("UPDATE run SET spent_micro_usd = 70000 WHERE id = ?", [run.id])
            let dearer = try #require(try runs.find(run.id))
            for _ in 0..<2 { try receipts.costChanged(dearer, now: now) }
            return try receipts.list(run.id).map(\.kind)
        }
        #expect(kinds == [ReceiptStore.accepted, ReceiptStore.ended, ReceiptStore.cost])
        let links = try await bench.database.read { try ReceiptStore(db: $0).list(run.id) }
        #expect(ReceiptChain(run: run.id, links: links).firstBroken == nil)
        #expect(links[1]["usage"]?["output_tokens"]?.int == 20 && links[1]["usage"]?["web_searches"]?.int == 3)
        #expect(links[1]["cost_micro_usd"]?.int == 0 && links[2]["cost_micro_usd"]?.int == 70_000)
    }

    @Test("A receipt can be neither changed nor removed in the database")
    func appendOnly() async throws {
        let bench = try await Bench()
        let run = try await bench.run()
        try await bench.database.write { try ReceiptStore(db: $0).begin(run.id) }
        for statement in ["UPDATE receipt SET body = '{}' WHERE run_id = ?", "DELETE FROM receipt WHERE run_id = ?"] {
            await #expect(throws: StorageError.self) {
                try await bench.database.write { try $0.execute(statement, [run.id]) }
            }
        }
        #expect(try await bench.database.read { try ReceiptStore(db: $0).list(run.id) }.map(\.kind) == ["accepted"])
    }

    private static func edit(_ folder: URL, _ name: String, _ change: (inout [Substring]) -> Void) throws {
        let url = folder.appendingPathComponent(name)
        var lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        change(&lines)
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: url)
    }

    /// A run with a link of every kind, written by the stores the engine uses.
    private static func export(_ bench: Bench) async throws -> URL {
        let (run, now, body) = (try await bench.run(), bench.clock.now, Data(#"{"event":"taskStatusUpdated"}"#.utf8))
        let json = #"{"client_id":"shamrock"}"#
        let payload = AssembledPayload(
            json: json, hash: Hex.sha256(Array(json.utf8)), clientSlug: "shamrock", clientName: "Shamrock", taskURL: nil
        )
        let signal = NewSignal(
            id: bench.clock.doors.makeID(), agent: "sentinel", remoteAddress: "test", body: body,
            bodyBytes: body.count, bodyHash: Hex.sha256(body))
        try await bench.database.write { db in
            try SignalStore(db: db).insert(signal, verdict: .run(id: run.id), now: now)
            try ReceiptStore(db: db).payload(payload, run: run.id, now: now)
        }
        let hand = try #require(try await bench.claim("w", run.id))
        let parts = try bench.parts()
        let file = Data("# Audit\n".utf8), key = "runs/\(run.id)/audit.md"
        try file.write(to: try parts.blobs.prepare(key))
        let stored = NewFile(
            vendorID: "file_1", position: 0, name: "audit.md", safeName: "audit.md", mimeType: "text/markdown",
            sizeBytes: Int64(file.count), sha256: Hex.sha256(file), blobKey: key)
        let question = NewApproval(
            eventID: "sevt_1", tool: "post", input: "{}", inputHash: Hex.sha256(Array("{}".utf8)), effect: "Posts.")
        let doors = bench.clock.doors
        try await bench.database.write { db in
            try RunStore(db: db).setPayload(hand.lease, payload)
            let mark = StepMark.approval(run: run.id, eventID: question.eventID)
            let asked = try ApprovalStore(db: db).ask(
                question, run: run.id, id: mark, now: now, expiresAt: now + 60_000)
            let id = try #require(asked), notices = ApprovalNotices(db: db, doors: doors)
            try notices.ask(id, run: run)
            _ = try ApprovalStore(db: db).decide(id, .approved, by: "Jake", on: "slack", reason: nil, now: now)
            try notices.settled(try #require(try ApprovalStore(db: db).find(id)), run: run)
            try FileStore(db: db).put(stored, run: run.id, now: now)
        }
        let step = try await bench.step(run)
        try await bench.database.write { db in
            try StepStore(db: db).markIntended(step.id, now: now)
            try StepStore(db: db).markDone(
                step.id, receipt: #"{"id":"C1/1"}"#, sent: SentContent(json: ["text": "Ready"]), now: now)
        }
        let folder = bench.folder.appendingPathComponent("export")
        try await RunExport(database: bench.database, blobs: parts.blobs, sessionLogs: bench.logsFolder)
            .write(run.id, to: folder)
        return folder
    }
}
