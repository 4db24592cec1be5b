import BureauDomain
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("What a session costs")
struct CostMeterTests {
    private static func usage(cents: String? = nil, input: Int = 1_000_000) -> String {
        let cost = cents.map { #","list_cost":{"amount":"\#($0)","currency":"USD"}"# } ?? ""
        return
            #"{"id":"u\#(cents ?? "-")","type":"session.usage","usage":{"input_tokens":\#(input),"output_tokens":0\#(cost)}}"#
    }

    private func meter(_ bench: Bench, model: String = "claude-sonnet-4-6") async throws -> CostMeter {
        let run = try await bench.run(Bench.toRunning)
        let hand = try #require(try await bench.claim("w", run.id))
        try await bench.database.write { try RunStore(db: $0).setModel(hand.lease, model: model, sessionAgent: nil) }
        let known = RunInHand(run: try await bench.find(run.id), lease: hand.lease, agent: hand.agent)
        return CostMeter(parts: try bench.parts(), hand: known)
    }

    private static let figures: [(String, [String], Int64, String)] = [
        ("the service's own figure", [usage(cents: "123")], 1_230_000, "list_cost"),
        ("the formula, when the service gives none", [usage()], 3_000_000, "computed"),
        (
            "the sum of requests, when there are no totals",
            [
                #"{"id":"s","type":"span.model_request_end","model_usage":{"input_tokens":2000000,"output_tokens":0}}"#
            ], 6_000_000, "estimate"
        ),
        (
            "requests that wrote to the cache, whose lifetime they do not tell",
            [
                #"{"id":"s","type":"span.model_request_end","model_usage":{"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":1000000}}"#
            ], 3_750_000, "estimate"
        ),
        (
            "totals whose cache writes are not split",
            [
                #"{"id":"u","type":"session.usage","usage":{"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":1000000}}"#
            ], 3_750_000, "estimate"
        ),
        ("nothing yet", [], 0, "computed"),
    ]

    @Test("The best figure there is counts", arguments: figures)
    func figure(what: String, events: [String], micro: Int64, method: String) async throws {
        let meter = try await meter(try await Bench())
        var fold = SessionFold()
        for text in events { fold.take(try event(text)) }
        let cost = meter.cost(fold, listed: nil)
        #expect(cost.microUSD?.rawValue == micro, "\(what)")
        #expect(cost.method.name == method, "\(what)")
    }

    @Test("The warning is given once, the stop at the limit itself")
    func warnsOnce() async throws {
        let bench = try await Bench(), meter = try await meter(bench), id = meter.hand.run.id
        var verdicts: [BudgetPolicy.Verdict] = []
        for cents in ["100", "301", "350", "499", "500"] {
            var fold = SessionFold()
            fold.take(try event(Self.usage(cents: cents)))
            verdicts.append(try await meter.save(fold, listed: nil).verdict)
        }
        #expect(verdicts == [.ok, .warn, .ok, .ok, .stop(.cost)])
        #expect(try await bench.steps(id, .notice).count == 1)
        #expect(try await bench.find(id).spentMicroUSD == 5_000_000)
        #expect(try await bench.find(id).budgetWarned)
    }

    @Test("A cost that was seen never falls")
    func neverFalls() async throws {
        let bench = try await Bench(), meter = try await meter(bench)
        for cents in ["250", "10"] {
            var fold = SessionFold()
            fold.take(try event(Self.usage(cents: cents)))
            try await meter.save(fold, listed: nil)
        }
        #expect(try await bench.find(meter.hand.run.id).spentMicroUSD == 2_500_000)
    }

    @Test("What was used is kept by kind with the service's own figure, and never as less than was seen")
    func kinds() async throws {
        let bench = try await Bench(), meter = try await meter(bench), id = meter.hand.run.id
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        try await meter.save(SessionFold(), listed: nil)
        #expect(try await desk.usage(id) == nil)
        let told: [(String?, Int)] = [("250", 1_000_000), (nil, 500_000), (nil, 900_000)]
        for (cents, input) in told {
            var fold = SessionFold()
            fold.take(try event(Self.usage(cents: cents, input: input)))
            try await meter.save(fold, listed: nil)
        }
        let used = try #require(try await desk.usage(id))
        #expect(used.usage == BureauDomain.SessionUsage(inputTokens: 1_000_000))
        #expect(used.listed == MicroUSD.cents(250))
    }

    @Test("What totals have told of searches, time and caches stays when only requests are told of at the end")
    func kindsOfTotals() async throws {
        let bench = try await Bench(), id = try await bench.run(Bench.toRunning).id
        let total = BureauDomain.SessionUsage(
            inputTokens: 1_000, cacheWrite5mTokens: 200, webSearches: 3, activeMilliseconds: 60_000)
        let equal = BureauDomain.SessionUsage(inputTokens: 1_000, cacheWriteUnsplitTokens: 200)
        let more = BureauDomain.SessionUsage(inputTokens: 1_100, cacheWriteUnsplitTokens: 200)
        var kept = more
        (kept.webSearches, kept.activeMilliseconds) = (3, 60_000)
        for (told, expected) in [(equal, equal), (total, total), (equal, total), (more, kept)] {
            try await bench.database.write { try RunUsageStore(db: $0).save(told, listed: nil, run: id) }
            let known = try await bench.database.read { try RunUsageStore(db: $0).find(id) }
            #expect(known?.usage == expected)
        }
    }

    @Test("A model without a price is reported once and never counted as free")
    func noPrice() async throws {
        let bench = try await Bench(), meter = try await meter(bench, model: "claude-of-tomorrow")
        var fold = SessionFold()
        fold.take(try event(Self.usage()))
        for _ in 0..<3 { try await meter.save(fold, listed: nil) }
        let run = try await bench.find(meter.hand.run.id)
        #expect(run.spentMethod == "no_price")
        #expect(meter.cost(fold, listed: nil).microUSD == nil)
        let notices = try await bench.steps(run.id, .notice)
        #expect(notices.count == 1)
        #expect(notices.first?.intent.contains("claude-of-tomorrow") == true)
    }

    private static let times: [(minutes: Int64, set: Int64, stops: Bool)] = [
        (61, 0, true), (59, 0, false), (59, 60, false), (1, 24 * 60, false), (61, -60, true),
    ]

    @Test("Time stops a session, but not the time it was held for people, nor a clock that is set", arguments: times)
    func time(minutes: Int64, set: Int64, stops: Bool) async throws {
        let bench = try await Bench(), meter = try await meter(bench), id = meter.hand.run.id
        try await bench.move(id, .gateOpened(why: "It asks."), meter.hand.lease)
        bench.clock.advance(milliseconds: 5 * 3_600_000)
        try await bench.move(id, .gateClosed, meter.hand.lease)
        bench.clock.advance(milliseconds: minutes * 60_000)
        bench.clock.jump(milliseconds: set * 60_000)
        let judged = try await meter.save(SessionFold(), listed: nil)
        #expect(judged.verdict == (stops ? .stop(.duration) : .ok))
        #expect(judged.stopCause?.code == (stops ? .overTime : nil))
    }

    @Test("Where its limit only warns, a jump past it is told once, and its time stops it all the same")
    func warnOnly() async throws {
        let agent = Agents.make(extra: #", "budgets": {"run": {"on_exhausted": "warn_only"}}"#)
        let bench = try await Bench(agents: ["sentinel.json": agent]), meter = try await meter(bench)
        for cents in ["100", "700", "900"] {
            var fold = SessionFold()
            fold.take(try event(Self.usage(cents: cents)))
            #expect(try await meter.save(fold, listed: nil).stopCause == nil)
        }
        let alerts = try await bench.alerts()
        #expect(alerts.map(\.cause) == ["budget_passed"], "\(alerts)")
        #expect(alerts.first?.sentence.contains("$7.00") == true && alerts.first?.occurrences == 1)
        bench.clock.advance(milliseconds: 60 * 60_000)
        var fold = SessionFold()
        fold.take(try event(Self.usage(cents: "950")))
        #expect(try await meter.save(fold, listed: nil).stopCause?.code == .overTime)
    }

    /// What the agency's budget of eight dollars does, the figures told, and after each what the run may cost.
    private static let used: [(Exhaustion?, [Int64], [Int64], isStopped: Bool)] = [
        (.stop, [499, 500, 640, 795], [500, 800, 800, 800], false), (.stop, [500, 800], [800, 800], true),
        (.pauseAndAsk, [520, 795, 830], [800, 800, 800], true), (.stop, [789, 799], [800, 800], false),
        (.stop, [801], [500], true), (.warnOnly, [500, 1_000, 1_700], [1_000, 1_500, 2_200], false),
        (nil, [700, 800, 1_200], [1_200, 1_200, 1_700], false),
    ]

    @Test(
        "Where its limit only warns it gets as much again, and what its accounts have left is all", arguments: used)
    func accounts(action: Exhaustion?, cents: [Int64], limits: [Int64], isStopped: Bool) async throws {
        let agent = Agents.make(extra: #", "budgets": {"run": {"on_exhausted": "warn_only"}}"#)
        let bench = try await Bench(agents: ["sentinel.json": agent])
        let hand = try await meter(bench).hand
        let parts = try bench.parts { $0.agencyBudget = action.map { ScopeBudget(limit: .usd(8), onExhausted: $0) } }
        let now = bench.clock.now
        try await bench.database.write { try SpendLedger(db: $0).open(hand.run, amount: .usd(5), now: now) }
        var cause: RunCause?
        for (told, limit) in zip(cents, limits) {
            #expect(cause == nil)
            var fold = SessionFold()
            fold.take(try event(Self.usage(cents: String(told))))
            cause = try await CostMeter(parts: parts, hand: hand).save(fold, listed: nil).stopCause
            let hold = try await bench.database.read { try SpendLedger(db: $0).hold(hand.run.id) }
            #expect(hold?.limit == .cents(limit), "at \(told)")
        }
        #expect((cause?.code == .overBudget) == isStopped)
        #expect(cause?.sentence.contains("left of $8.00") ?? true, "\(cause?.sentence ?? "")")
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
    }

    @Test("A limit that was raised after the run was claimed is the one a stop names")
    func raisedMeanwhile() async throws {
        let bench = try await Bench(), meter = try await meter(bench), id = meter.hand.run.id
        try await bench.database.write { try RunStore(db: $0).raiseCostMax(id, to: .usd(10)) }
        var verdicts: [RunCause?] = []
        for cents in ["600", "1000"] {
            var fold = SessionFold()
            fold.take(try event(Self.usage(cents: cents)))
            verdicts.append(try await meter.save(fold, listed: nil).stopCause)
        }
        #expect(verdicts[0] == nil)
        #expect(verdicts[1]?.sentence == "It had cost $10.00 of at most $10.00.")
    }

    private static let retries: [(hadSession: Bool, minutesLeft: Int64)] = [(true, 50), (false, 60)]

    @Test(
        "Between its failure and its next start no time of a session passes; a new session has the whole of it",
        arguments: retries)
    func triedAgain(hadSession: Bool, minutesLeft: Int64) async throws {
        let bench = try await Bench(), run = try await bench.run(hadSession ? Bench.toRunning : [.taken])
        bench.clock.advance(milliseconds: 10 * 60_000)
        let code: RunCause.Code = hadSession ? .sessionUnreachable : .sessionRefused
        try await bench.move(run.id, .broke(RunCause(code, "The service was down.")))
        if hadSession { try await bench.move(run.id, .sessionHalted) }
        bench.clock.advance(milliseconds: 2 * 3_600_000)
        try await bench.move(run.id, .retried)
        if !hadSession {
            bench.clock.advance(milliseconds: 3_600_000)
            for event in Bench.toRunning { try await bench.move(run.id, event) }
        }
        let hand = try #require(try await bench.claim("w", run.id))
        bench.clock.advance(milliseconds: (minutesLeft - 1) * 60_000)
        let meter = CostMeter(parts: try bench.parts(), hand: hand)
        #expect(try await meter.save(SessionFold(), listed: nil).stopCause == nil)
        bench.clock.advance(milliseconds: 60_000)
        #expect(try await meter.save(SessionFold(), listed: nil).stopCause?.code == .overTime)
    }

    @Test("A worker without its lease writes no figures")
    func fenced() async throws {
        let bench = try await Bench(), meter = try await meter(bench)
        bench.clock.advance(milliseconds: Lease.lifeMilliseconds + 1)
        _ = try await bench.claim("other", meter.hand.run.id)
        await #expect(throws: RunMoved.self) { try await meter.save(SessionFold(), listed: nil) }
    }
}
