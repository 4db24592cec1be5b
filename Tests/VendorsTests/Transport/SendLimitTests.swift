import Synchronization
import Testing

@testable import BureauVendors

/// Time that passes when a test, or whoever waits, says so.
private final class Time: Sendable {
    private let milliseconds = Mutex<Int64>(0)

    var now: Int64 { milliseconds.withLock { $0 } }
    func pass(_ more: Int64) { milliseconds.withLock { $0 += more } }

    /// By a clock of which each look takes a millisecond.
    func look() -> Int64 {
        milliseconds.withLock { now in
            now += 1
            return now - 1
        }
    }

    func limit(_ until: Int64 = 9_000) -> SendLimit { SendLimit(steady: { self.now }, untilMilliseconds: until) }
}

@Suite("What may not be sent any more stays here")
struct SendLimitTests {
    private static func post(_ server: String, _ limit: SendLimit?, bytes: [UInt8] = [1, 2, 3]) -> VendorRequest {
        SendLimit.$current.withValue(limit) {
            VendorRequest(
                vendor: .slack, operation: "chat.postMessage", method: .post, url: server + "/x", body: .bytes(bytes),
                timeoutSeconds: 5)
        }
    }

    @Test("Past its time nothing is sent, which surely did not happen; extended, it goes", arguments: [0, 3])
    func passed(count: Int) async throws {
        try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
            let time = Time(), limit = time.limit()
            let request = Self.post(server.baseURL, limit, bytes: [UInt8](repeating: 7, count: count))
            #expect(try await transport.send(request).status == 200)
            #expect(server.received.first?.headers["content-length"] == String(count))
            time.pass(9_000)
            let sent = try await vendorError { try await transport.send(request) }
            let opened = try await vendorError { try await transport.open(request) }
            #expect(sent.kind == .unreachable && !sent.mayHaveHappened)
            #expect(opened.kind == .unreachable)
            #expect(server.received.count == 1)
            limit.extend(toMilliseconds: 9_001)
            #expect(try await transport.send(request).status == 200)
            #expect(server.received.count == 2)
        }
    }

    /// As it may while it waits for a connection, and the process stands still.
    @Test("When its time passes after the first look, its body never leaves")
    func waiting() async throws {
        try await VendorServer.run(answer: { _ in .json("{}") }) { server, transport in
            let time = Time(), limit = SendLimit(steady: { time.look() }, untilMilliseconds: 1)
            let error = try await vendorError { try await transport.send(Self.post(server.baseURL, limit)) }
            #expect(time.now == 2, "it was in time at the first look")
            #expect(error.kind == .unreachable && !error.mayHaveHappened)
            #expect(try await transport.send(Self.post(server.baseURL, nil)).status == 200)
            #expect(server.received.count == 1)
        }
    }

    @Test("When its turn comes too late it is not sent, and nothing is held against the vendor")
    func turn() async throws {
        let time = Time(), busy = Busy()
        let governor = RateGovernor(
            vendor: .slack, before: busy, now: { time.now }, sleep: { time.pass($0.components.seconds * 1_000 + 1) })
        func late() async throws -> VendorError {
            try await vendorError { try await governor.send(Self.post("http://slack", time.limit())) }
        }
        #expect(try await governor.send(Self.post("http://slack", nil)).status == 429)
        #expect(try await late().kind == .unreachable)
        #expect(time.now >= 20_000, "it waited as long as Slack had asked")
        for _ in 0..<CircuitBreaker.failuresMax { #expect(try await late().detail.hasPrefix("not sent: this process")) }
        #expect(busy.asked == 1)
        #expect(try await governor.send(Self.post("http://slack", time.limit(.max))).status == 200)
    }

    /// Lets wait for 20 s, once.
    private final class Busy: Transport {
        private let count = Mutex(0)
        var asked: Int { count.withLock { $0 } }

        func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
            let number = count.withLock { count in
                count += 1
                return count
            }
            return VendorResponse(
                status: number == 1 ? 429 : 200, headers: VendorHeaders([(name: "Retry-After", value: "20")]),
                body: Array(#"{"ok":true}"#.utf8))
        }

        func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
            throw request.failure(.unreachable)
        }
    }
}
