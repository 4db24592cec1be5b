import BureauVendors
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("A history whose pages are too large to read at once")
struct HistoryPageTests {
    /// Some hold a hundred events, some ten, some one.
    @Test("It is read in smaller ones, and nothing is missing", arguments: [60_000, 20_000, 8_000])
    func smaller(bytesMax: Int) async throws {
        try await withStandIns { here in
            let bench = try await Bench(), session = try await here.session("sentinel")
            // Its status says idle before it has begun, too.
            try await eventually("its turn ends") {
                try await here.anthropic.history(of: session, types: ["session.status_idle"]).events.isEmpty
                    ? nil : true
            }
            var client = here.anthropic
            func read() async throws -> Int {
                let recorder = try SessionRecorder(
                    folder: bench.logsFolder.appendingPathComponent("\(client.historyPageBytesMax)"), session: session,
                    counters: bench.counters)
                let follower = SessionFollower(
                    anthropic: client, session: session, recorder: recorder, doors: bench.clock.doors,
                    counters: bench.counters, logger: bench.logger)
                try await follower.list()
                return recorder.addedCount
            }
            let whole = try await read()
            #expect(whole > 100)
            client.historyPageBytesMax = bytesMax
            await #expect(throws: VendorError.self, "in one piece it is too large") {
                _ = try await client.history(of: session, limit: 1_000)
            }
            #expect(try await read() == whole)
        }
    }
}
