import BureauVendors
import Synchronization
import Testing

@testable import BureauEngine

@Suite("The models of a session's sub-agents")
struct ThreadModelTests {
    @Test("The model of a sub-agent that rests is asked for until it is known, then no more")
    func untilKnown() async throws {
        let bench = try await Bench(), service = Service()
        let recorder = try SessionRecorder(folder: bench.logsFolder, session: "sesn_1", counters: bench.counters)
        try recorder.record([
            try event(#"{"id":"n","type":"session.thread_created","session_thread_id":"th_2","agent_name":"x"}"#),
            try event(
                #"{"id":"i","type":"session.thread_status_idle","session_thread_id":"th_2","stop_reason":{"type":"end_turn"}}"#
            ),
        ])
        let follower = SessionFollower(
            anthropic: AnthropicClient(transport: service, key: Secret("k")), session: "sesn_1", recorder: recorder,
            doors: bench.clock.doors, counters: bench.counters, logger: bench.logger)
        for _ in 0..<3 { try await follower.listThreads() }
        #expect(recorder.fold.threads["th_2"]?.model == "claude-haiku-4-5")
        #expect(service.asked.withLock { $0 } == Service.refusals + 1)
    }

    /// Does not say at first with which model its sub-agent works; the histories are empty.
    private final class Service: Transport {
        static let refusals = 1
        /// How often the model was asked for.
        let asked = Mutex(0)

        func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
            guard request.operation == "GET thread" else { return .json(#"{"data":[],"next_page":null}"#) }
            let tries = asked.withLock { count in
                count += 1
                return count
            }
            guard tries > Self.refusals else {
                throw VendorError(vendor: .anthropic, operation: request.operation, kind: .unavailable(status: 503))
            }
            return .json(#"{"id":"th_2","agent":{"type":"agent","name":"x","model":{"id":"claude-haiku-4-5"}}}"#)
        }

        func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
            throw VendorError(vendor: .anthropic, operation: request.operation, kind: .unreachable)
        }
    }
}
