import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// A file's name and size are all that tells an attachment whose answer was lost from others of its task.
@Suite("Attachments of one name on one task")
struct AttachmentTests {
    private static let task = "86demoshm1"

    enum Earlier: Sendable { case ofAnotherRun, ofTheSameStep }

    private static func delivering(_ bench: Bench, _ text: String) async throws -> RunRecord {
        // Each in a session of its own.
        let begun: [RunMachine.Event] = [
            .taken, .sessionOpened(session: "sesn_\(Hex.sha256(Array(text.utf8)).prefix(8))"),
        ]
        let run = try await bench.run(begun, task: task), now = bench.clock.now
        let bytes = Data(text.utf8), key = "runs/\(run.id)/scores.csv"
        try bytes.write(to: try bench.parts().blobs.prepare(key))
        let file = NewFile(
            vendorID: "file_1", position: 0, name: "scores.csv", safeName: "scores.csv", mimeType: "text/csv",
            sizeBytes: Int64(bytes.count), sha256: Hex.sha256(bytes), blobKey: key)
        try await bench.database.write { try FileStore(db: $0).put(file, run: run.id, now: now) }
        try await bench.move(run.id, .turnEnded)
        return try await bench.move(run.id, .filesCollected(problem: nil))
    }

    /// Returns the attachment's step.
    private static func deliver(_ bench: Bench, _ parts: EngineParts, _ id: String) async throws -> StepRecord {
        let hand = try #require(try await bench.claim("w", id))
        #expect(try await DeliverStage(parts: parts).run(hand) == .moved)
        try await bench.database.write { try RunStore(db: $0).release(hand.lease, dueAt: 0) }
        return try #require(try await bench.steps(id, .delivery).first { $0.kind == "attach" })
    }

    private static let losses: [(Earlier, FaultAction)] = [
        (.ofAnotherRun, .status(503)), (.ofAnotherRun, .dropAfter), (.ofTheSameStep, .status(503)),
        (.ofTheSameStep, .dropAfter),
    ]

    @Test("One whose answer is lost is not taken for an earlier one of the same name and size", arguments: losses)
    func earlier(_ earlier: Earlier, lost: FaultAction) async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            // The stand-in dates its files by the time there is.
            bench.clock.jump(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) - bench.clock.now)
            let first = try await Self.delivering(bench, "term,rank\nflowers,4\n")
            let before = try await Self.deliver(bench, parts, first.id)
            #expect(before.state == .done, "\(before)")
            let next: String
            switch earlier {
            case .ofAnotherRun: next = try await Self.delivering(bench, "term,rank\nflowers,2\n").id
            case .ofTheSameStep:
                next = first.id
                let now = bench.clock.now
                try await bench.database.write {
                    try StepStore(db: $0).markSeen(before.id, whyGone: "nobody sees it", now: now)
                }
                let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
                #expect(try await desk.resolve(next, step: before.id, .again, by: "ana").state == .delivering)
            }
            try here.fault("clickup", "attachment.create", lost)
            let after = try await Self.deliver(bench, parts, next)
            #expect(after.state == .done, "\(after)")
            let clickUp = try #require(here.connections.clickUp)
            let there = try await clickUp.task(Self.task).attachments.filter { $0.title == "scores.csv" }.map(\.id)
            let ids = try [before, after].compactMap { try $0.receipt(as: DeliveryReceipt.self)?.id }
            #expect(there.count == 2 && Set(there) == Set(ids), "\(there), known are \(ids)")
        }
    }
}
