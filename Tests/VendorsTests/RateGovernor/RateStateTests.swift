import Foundation
import Testing

@testable import BureauVendors

@Suite("The rate governor's decisions")
struct RateStateTests {
    private func waiter(_ id: UInt64, since: Int64 = 0, to destination: String = "https://a") -> RateState.Waiter {
        RateState.Waiter(id: id, destination: destination, since: since)
    }

    @Test("A thousand waiting requests of one label delay another's first by one place", arguments: [1, 2, 7, 40])
    func fair(labels: Int) {
        var queue = FairQueue<String>()
        for _ in 0..<1_000 { queue.append("greedy", label: "greedy") }
        for label in 1...labels { queue.append("small \(label)", label: "small \(label)") }
        let first = (0...labels).compactMap { _ in queue.next() }
        #expect(Set(first).count == labels + 1, "each label is served once in the first round")
        #expect(queue.count == 999)
    }

    private static let answers: [(Vendor, Int, [(String, String)], String, Bool, Int64?)] = [
        (.clickUp, 429, [("X-RateLimit-Reset", "1030")], #"{"ECODE":"APP_002"}"#, true, 1_030_000),
        (.clickUp, 429, [], "", true, 1_060_000),
        (.clickUp, 429, [("X-RateLimit-Reset", "900")], "", true, 1_060_000),
        (.asana, 429, [("Retry-After", "30")], #"{"errors":[{"message":"slow down"}]}"#, true, 1_030_000),
        (.asana, 402, [], #"{"errors":[{"message":"paid"}]}"#, false, nil),
        (.slack, 429, [("Retry-After", "7")], #"{"ok":false,"error":"ratelimited"}"#, true, 1_007_000),
        (.slack, 200, [], #"{"ok":false,"error":"ratelimited"}"#, true, nil),
        (.slack, 200, [], #"{"ok":true,"text":"ratelimited"}"#, false, nil),
        (.anthropic, 429, [("retry-after", "12")], "", true, 1_012_000),
        (.anthropic, 429, [], #"{"error":{"details":{"error_code":"enforced_spend_limit_reached"}}}"#, false, nil),
        (.google, 403, [], #"{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}"#, true, nil),
        (.google, 403, [], #"{"error":{"errors":[{"reason":"insufficientPermissions"}]}}"#, false, nil),
        (.google, 429, [("Retry-After", "3")], "", true, 1_003_000),
    ]

    @Test("Each vendor's way of saying no is read as it means it", arguments: answers)
    func reading(vendor: Vendor, status: Int, headers: [(String, String)], body: String, isRefusal: Bool, until: Int64?)
    {
        let request = VendorRequest(vendor: vendor, operation: "x", method: .post, url: "https://a/b")
        let reading = RateReading.of(
            request, status: status, headers: VendorHeaders(headers.map { (name: $0.0, value: $0.1) }),
            body: Array(body.utf8), now: 1_000_000)
        #expect(reading.isRefusal == isRefusal)
        #expect(reading.blockedUntil == until)
    }

    @Test("A budget that is used up lets nobody go before its reset, and then goes on")
    func window() {
        var budget = RateBudget()
        #expect(asked({ budget.mayGo(now: 0) }), "nothing is assumed before the vendor has spoken")
        budget.sent()
        budget.returned(RateReading(limit: 100, remaining: 2, resetAt: 60_000), sentAt: 0, now: 10)
        for _ in 0..<2 {
            #expect(asked({ budget.mayGo(now: 20) }))
            budget.sent()
        }
        #expect(!asked({ budget.mayGo(now: 59_999) }))
        #expect(asked({ budget.dueAt(now: 20) }) == 60_000)
        #expect(asked({ budget.mayGo(now: 60_000) }))
    }

    @Test("A budget that flows back evenly is waited for by the request, not by the minute")
    func flow() {
        var budget = RateBudget()
        budget.sent()
        budget.returned(RateReading(limit: 600, remaining: 0), sentAt: 0, now: 0)
        #expect(asked({ budget.dueAt(now: 0) }) == 100)
        #expect(!asked({ budget.mayGo(now: 50) }))
        #expect(asked({ budget.mayGo(now: 100) }))
    }

    @Test("After a storm one request goes first, then twice as many with each success")
    func slowStart() {
        var budget = RateBudget()
        budget.sent()
        budget.returned(RateReading(blockedUntil: 5_000, isRefusal: true), sentAt: 0, now: 0)
        #expect(!asked({ budget.mayGo(now: 4_999) }))
        #expect(asked({ budget.mayGo(now: 5_000) }))
        budget.sent()
        #expect(!asked({ budget.mayGo(now: 5_000) }), "the second waits for the first one's answer")
        budget.returned(RateReading(), sentAt: 5_000, now: 5_100)
        budget.sent()
        #expect(asked({ budget.mayGo(now: 5_100) }))
    }

    /// When each request was sent and refused without a time, and until when the lane is closed then.
    private static let storms: [(String, [(sentAt: Int64, answeredAt: Int64)], Int64)] = [
        ("one", [(0, 100)], 1_100),
        ("seven together", (0..<7 as Range<Int64>).map { (sentAt: 0, answeredAt: 100 + $0) }, 1_100),
        ("one that was long on its way", [(0, 100), (50, 1_500)], 1_100),
        ("one after the block", [(0, 100), (1_100, 1_200)], 3_200),
        ("two together, each time", [(0, 100), (0, 101), (1_100, 1_200), (3_200, 3_300), (1_100, 3_301)], 7_300),
    ]

    @Test("Refusals of what was sent together count once, those of what was sent afterwards double", arguments: storms)
    func together(what: String, refused: [(sentAt: Int64, answeredAt: Int64)], closedUntil: Int64) {
        var budget = RateBudget()
        for request in refused {
            budget.sent()
            budget.returned(RateReading(isRefusal: true), sentAt: request.sentAt, now: request.answeredAt)
        }
        #expect(budget.blockedUntil == closedUntil, "\(what)")
    }

    @Test(
        "A vendor that names a later time while the lane is closed already is heard",
        arguments: [(9_000, 9_000), (500, 1_100)])
    func named(until: Int64, closedUntil: Int64) {
        var budget = RateBudget()
        budget.sent()
        budget.sent()
        budget.returned(RateReading(isRefusal: true), sentAt: 0, now: 100)
        budget.returned(RateReading(blockedUntil: until, isRefusal: true), sentAt: 0, now: 101)
        #expect(budget.blockedUntil == closedUntil)
    }

    @Test("A storm on one Slack method leaves the others alone")
    func lanes() {
        var state = RateState()
        #expect(asked({ state.enter(waiter(1), label: "a", lane: "chat.postMessage", now: 0) }) == .go)
        state.returned(
            .answered(RateReading(blockedUntil: 9_000, isRefusal: true), isServerError: false),
            lane: "chat.postMessage",
            destination: "https://a", now: 0)
        #expect(asked({ state.enter(waiter(2), label: "a", lane: "chat.postMessage", now: 1) }) == .wait)
        #expect(asked({ state.enter(waiter(3), label: "a", lane: "chat.update", now: 1) }) == .go)
        #expect(asked({ state.nextLook(lane: "chat.postMessage", now: 1) }) == 1_001)
        let released = state.release(lane: "chat.postMessage", now: 9_000).map(\.id)
        #expect(released == [2])
        #expect(state.figures.limited == 1)
    }

    @Test("What would wait too long, and what finds the line full, is turned away with a time")
    func bounds() {
        var state = RateState()
        #expect(asked({ state.enter(waiter(0), label: "a", lane: "all", now: 0) }) == .go)
        state.returned(
            .answered(RateReading(blockedUntil: 600_000, isRefusal: true), isServerError: false), lane: "all",
            destination: "https://a", now: 0)
        #expect(
            asked({ state.enter(waiter(1), label: "a", lane: "all", now: 0) })
                == .refuse(.budget(milliseconds: 600_000)))
        for id in 0..<UInt64(RateState.queuedMax) {
            #expect(asked({ state.enter(waiter(id, since: 590_000), label: "a", lane: "all", now: 590_000) }) == .wait)
        }
        #expect(
            asked({ state.enter(waiter(9_999), label: "b", lane: "all", now: 590_000) })
                == .refuse(.budget(milliseconds: 10_000)))
        #expect(state.figures.waiting == Int64(RateState.queuedMax))
    }

    @Test("A destination that keeps failing is left alone, asked by one request, and trusted again")
    func breaker() {
        var state = RateState()
        func ask(_ now: Int64, _ destination: String = "https://a") -> RateState.Verdict {
            state.enter(waiter(1, since: now, to: destination), label: "a", lane: "all", now: now)
        }
        for _ in 0..<CircuitBreaker.failuresMax {
            #expect(asked({ ask(0) }) == .go)
            state.returned(.failed, lane: "all", destination: "https://a", now: 0)
        }
        #expect(asked({ ask(1) }) == .refuse(.circuitOpen(milliseconds: 1_999)))
        #expect(asked({ ask(1, "https://b") }) == .go, "another destination is another matter")
        #expect(asked({ ask(2_000) }) == .go, "one probe")
        #expect(asked({ ask(2_000) }) == .refuse(.circuitOpen(milliseconds: 2_000)), "and no second one meanwhile")
        state.returned(.failed, lane: "all", destination: "https://a", now: 2_100)
        #expect(asked({ ask(6_099) }) == .refuse(.circuitOpen(milliseconds: 1)), "it waits twice as long")
        #expect(asked({ ask(6_100) }) == .go)
        state.returned(
            .answered(RateReading(), isServerError: false), lane: "all", destination: "https://a", now: 6_200)
        #expect(asked({ ask(6_200) }) == .go)
        #expect(state.figures.circuitOpenings == 2)
    }

    @Test("Whatever happens, nobody is lost, told twice, or sent beyond the budget", arguments: 0..<40)
    func property(seed: UInt64) {
        var state = RateState(), random = seed &* 6_364_136_223_846_793_005 &+ 1
        func roll(_ sides: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % sides
        }
        var now: Int64 = 0, waiting = Set<UInt64>(), flying = 0, left = 5, reset: Int64 = 60_000
        for id in 1...600 as ClosedRange<UInt64> {
            now += Int64(roll(2_000))
            if now >= reset { (left, reset) = (5, now + 60_000) }
            switch roll(4) {
            case 0 where flying > 0:
                flying -= 1
                let reading = RateReading(limit: 5, remaining: Int64(max(0, left)), resetAt: reset)
                state.returned(
                    .answered(reading, isServerError: false), lane: "all", destination: "https://a", now: now)
            case 1 where !waiting.isEmpty:
                let gone = waiting.min() ?? 0
                #expect(asked({ state.cancel(gone, lane: "all") }))
                waiting.remove(gone)
            default:
                switch state.enter(waiter(id, since: now), label: "l\(roll(3))", lane: "all", now: now) {
                case .go: (flying, left) = (flying + 1, left - 1)
                case .wait: waiting.insert(id)
                case .refuse: break
                }
            }
            for told in state.release(lane: "all", now: now) {
                #expect(waiting.remove(told.id) != nil, "told once, and only who waited")
                if told.verdict == .go { (flying, left) = (flying + 1, left - 1) }
            }
            #expect(state.figures.waiting == Int64(waiting.count))
            let look = state.nextLook(lane: "all", now: now)
            #expect((look != nil) == !waiting.isEmpty, "somebody watches the clock")
        }
    }
}

/// `#expect` cannot call what changes its receiver; a closure can.
private func asked<Value>(_ question: () -> Value) -> Value { question() }
