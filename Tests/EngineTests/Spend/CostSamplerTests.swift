import BureauDomain
import BureauVendors
import Synchronization
import Testing

@testable import BureauEngine

@Suite("The looks at what a session costs")
struct CostSamplerTests {
    /// In cents, of at most $5.
    private static let costs: [(Int, [String])] = [
        (500, ["GET session"]), (100, ["GET session", "GET thread events", "GET thread"]),
    ]

    @Test("A session at work over its limit is stopped before its sub-agents' histories are read", arguments: costs)
    func order(cents: Int, asked: [String]) async throws {
        let bench = try await Bench(isImpatient: false), parts = try bench.parts()
        let run = try await bench.run([.taken, .sessionOpened(session: "sesn_1")])
        let hand = try #require(try await bench.claim("w", run.id))
        let service = Service(cents: cents), client = AnthropicClient(transport: service, key: Secret("k"))
        let recorder = try SessionRecorder(folder: bench.logsFolder, session: "sesn_1", counters: bench.counters)
        try recorder.record([
            try event(#"{"id":"n","type":"session.thread_created","session_thread_id":"th_2","agent_name":"x"}"#)
        ])
        let follower = SessionFollower(
            anthropic: client, session: "sesn_1", recorder: recorder, doors: bench.clock.doors,
            counters: bench.counters, logger: bench.logger)
        let sampler = CostSampler(parts: parts, hand: hand, anthropic: client, recorder: recorder)
        let watching = Task { try await sampler.watch(follower, SessionJudge()) }
        let interval = hand.agent.config.limits.sampleInterval.milliseconds
        let pause = min(CostSampler.lookEveryMilliseconds, interval)
        for _ in 0..<((interval + pause - 1) / pause) {
            try await bench.clock.untilSleeping(1)
            bench.clock.advance(milliseconds: pause)
        }
        if asked.count > 1 {
            // It sleeps again when all was read.
            try await bench.clock.untilSleeping(1)
            watching.cancel()
        }
        let end = try? await watching.value
        #expect((end?.isOverLimit ?? false) == (asked.count == 1), "\(String(describing: end))")
        #expect(service.asked.withLock { $0 } == asked)
    }

    /// A session that works on, with a sub-agent whose history is empty.
    private final class Service: Transport {
        let cents: Int
        let asked = Mutex<[String]>([])

        init(cents: Int) { self.cents = cents }

        func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
            asked.withLock { $0.append(request.operation) }
            guard request.operation == "GET session" else { return .json(#"{"data":[],"next_page":null}"#) }
            let cost = #"{"amount":"\#(cents)","currency":"USD"}"#
            return .json(#"{"id":"sesn_1","status":"running","usage":{"list_cost":\#(cost)}}"#)
        }

        func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
            throw VendorError(vendor: .anthropic, operation: request.operation, kind: .unreachable)
        }
    }
}
