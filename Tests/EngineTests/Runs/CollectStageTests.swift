import BureauDomain
import BureauSandbox
import BureauStorage
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("Files of a session that the service does not hand out for a while")
struct CollectStageTests {
    /// A run whose session has ended its turn and left its files, under a lease.
    private static func collecting(_ bench: Bench, _ here: StandIns) async throws -> RunInHand {
        let session = try await here.session("sentinel")
        let run = try await bench.run([.taken, .sessionOpened(session: session)])
        let hand = try #require(try await bench.claim("w", run.id))
        #expect(try await FollowStage(parts: try bench.parts(here.connections)).run(hand) == .moved)
        // The sandbox takes real time for them.
        try await eventually("its files are listed") {
            try await here.anthropic.files(of: session, cursor: nil).files.count == 2 ? true : nil
        }
        return try await again(bench, hand)
    }

    private static func again(_ bench: Bench, _ hand: RunInHand) async throws -> RunInHand {
        RunInHand(run: try await bench.find(hand.run.id), lease: hand.lease, agent: hand.agent)
    }

    private static func files(_ bench: Bench, _ hand: RunInHand) async throws -> [FileRecord] {
        try await bench.database.read { [id = hand.run.id] in try FileStore(db: $0).list(id) }
    }

    @Test("An outage in the middle of them is waited for, and what is here already is not asked for again")
    func outage() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), hand = try await Self.collecting(bench, here)
            #expect(hand.run.state == .collecting)
            let stage = CollectStage(parts: try bench.parts(here.connections))
            try here.fault("anthropic", "file.download", skip: 1, times: CollectStage.triesMax, .status(503))
            guard case .retry(_, let fault) = try await stage.run(hand) else {
                Issue.record("results would be delivered without a file")
                return
            }
            #expect(fault.faultClass == .unavailable)
            #expect(try await Self.files(bench, hand).filter { $0.blobKey != nil }.count == 1)
            #expect(try await stage.run(hand) == .moved)
            let run = try await bench.find(hand.run.id), files = try await Self.files(bench, hand)
            #expect(run.state == .delivering && run.cause == nil)
            #expect(files.count > 1 && files.allSatisfy { $0.blobKey != nil })
            let asked = here.sandbox.log.count("anthropic", "file.download")
            #expect(asked == files.count + CollectStage.triesMax)
        }
    }

    @Test("A file that does not come for as long as that is named, and the others are delivered")
    func tooLong() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), hand = try await Self.collecting(bench, here)
            let waits = Backoff.stage.seconds.count
            try await bench.database.write {
                _ = try $0.execute("UPDATE run SET tries = ? WHERE id = ?", [waits, hand.run.id])
            }
            try here.fault("anthropic", "file.download", times: CollectStage.triesMax, .status(503))
            let last = try await Self.again(bench, hand)
            #expect(try await CollectStage(parts: try bench.parts(here.connections)).run(last) == .moved)
            let files = try await Self.files(bench, hand)
            #expect(files.count > 1 && files.filter { $0.blobKey == nil }.count == 1)
            #expect(try await bench.find(hand.run.id).state == .delivering)
        }
    }

    @Test("A run that was stopped does not wait for one")
    func stopped() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), hand = try await Self.collecting(bench, here)
            try await bench.move(hand.run.id, .stopAsked(RunCause(.byPerson, "Stopped by ana.")))
            try here.fault("anthropic", "file.download", times: CollectStage.triesMax, .status(503))
            let last = try await Self.again(bench, hand)
            #expect(try await CollectStage(parts: try bench.parts(here.connections)).run(last) == .moved)
        }
    }
}
