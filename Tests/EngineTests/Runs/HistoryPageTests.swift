import BureauVendors
import Foundation
import ProductHarness
import Synchronization
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

    @Test("What was too large once is not fetched again with every page")
    func carried() async throws {
        let bench = try await Bench(), history = LargeEvents(), follower = try Self.follower(bench, history)
        try await follower.list()
        #expect(follower.recorder.addedCount == LargeEvents.count)
        let asked = history.asked.withLock { $0 }
        #expect(asked < LargeEvents.count * 3 / 2, "\(asked)")
    }

    @Test("Pages are small after a large one, and grow again after some that were not")
    func size() {
        var size = HistoryPageSize(), seen = [size.events]
        while size.shrink() { seen.append(size.events) }
        #expect(seen == [1_000, 100, 10, 1])
        for _ in 0..<4 {
            for _ in 0..<HistoryPageSize.pagesBeforeMore { size.passed() }
            seen.append(size.events)
        }
        #expect(seen.suffix(4) == [10, 100, 1_000, 1_000])
    }

    @Test("One of more pages than are read is no whole history, and nothing is decided by it")
    func endless() async throws {
        let bench = try await Bench(), history = LargeEvents()
        var follower = try Self.follower(bench, history)
        follower.historyPagesMax = LargeEvents.count - 1
        let cut = follower
        await #expect(throws: VendorError.self) { try await cut.list() }
    }

    private static func follower(_ bench: Bench, _ history: LargeEvents) throws -> SessionFollower {
        SessionFollower(
            anthropic: AnthropicClient(transport: history, key: Secret("k")), session: "sesn_1",
            recorder: try SessionRecorder(folder: bench.logsFolder, session: "sesn_1", counters: bench.counters),
            doors: bench.clock.doors, counters: bench.counters, logger: bench.logger)
    }

    /// A history of which a page holds three events.
    private final class LargeEvents: Transport {
        static let count = 40
        let asked = Mutex(0)

        func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
            asked.withLock { $0 += 1 }
            let items = URLComponents(string: request.url)?.queryItems ?? []
            func number(_ name: String) -> Int {
                let text = items.first { $0.name == name }?.value ?? ""
                return Int(text) ?? 0
            }
            let first = number("page"), end = min(Self.count, first + number("limit"))
            guard end - first <= 3 else {
                throw VendorError(vendor: .anthropic, operation: request.operation, kind: .unreadable(field: "body"))
            }
            let events = (first..<end).map { #"{"id":"sevt_\#($0)","type":"agent.message"}"# }.joined(separator: ",")
            let next = end == Self.count ? "null" : "\"\(end)\""
            return .json(#"{"data":[\#(events)],"next_page":\#(next)}"#)
        }

        func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
            throw VendorError(vendor: .anthropic, operation: request.operation, kind: .unreachable)
        }
    }
}
