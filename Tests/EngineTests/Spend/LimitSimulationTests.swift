import BureauDomain
import BureauVendors
import Testing

@testable import BureauEngine

/// Sessions of one to five threads whose figures come late, twice, out of order or never, judged by the engine itself.
@Suite("The engine's own limit, whatever it hears")
struct LimitSimulationTests {
    private struct Case: Sendable {
        let policy: String
        let hasCap: Bool
        let seed: UInt64
    }

    private static let cases: [Case] = ["stop", "pause_and_ask", "warn_only"].flatMap { policy in
        [true, false].flatMap { hasCap in
            (1...3).map { Case(policy: policy, hasCap: hasCap, seed: UInt64($0)) }
        }
    }

    /// The run may cost five dollars; one that only warns all that the agency has.
    @Test("A figure at the limit stops it, none below does, and a cap lets no more than the requests in flight pass")
    func limits() async throws {
        for known in Self.cases { try await play(known) }
    }

    private func play(_ known: Case) async throws {
        let agent = Agents.make(extra: #", "budgets": {"run": {"on_exhausted": "\#(known.policy)"}}"#)
        let bench = try await Bench(agents: ["sentinel.json": agent])
        let parts = try bench.parts { $0.agencyBudget = ScopeBudget(limit: .usd(12), onExhausted: .stop) }
        let run = try await bench.run(Bench.toRunning)
        let hand = try #require(try await bench.claim("w", run.id))
        let now = bench.clock.now
        try await bench.database.write { try SpendLedger(db: $0).open(run, amount: .usd(5), now: now) }
        let meter = CostMeter(parts: parts, hand: hand), allowed: Int64 = known.policy == "warn_only" ? 1_190 : 500
        var random = Dice(seed: known.seed), spent: Int64 = 0, heard: Int64 = 0, cap: Int64 = 500
        var underway: [(tick: Int, cents: Int64)] = [], lastRequests: Int64 = 0, cause: RunCause?
        for tick in 1...1_000 where cause == nil {
            lastRequests = 0
            for _ in 0..<random.roll(1...5) { lastRequests += Int64(random.roll(1...40)) }
            spent += lastRequests
            for _ in 0..<random.roll(0...2) { underway.append((tick + random.roll(0...6), spent)) }
            let isStopped = known.hasCap && spent >= cap
            // The service's last word comes with its stop.
            var told = isStopped ? [spent] : []
            told += underway.filter { $0.tick <= tick }.map(\.cents)
            underway.removeAll { $0.tick <= tick }
            for cents in told where cause == nil {
                heard = max(heard, cents)
                let stoppedAt = isStopped ? MicroUSD.cents(cap) : nil
                cause = try await meter.save(try Self.fold(cents), listed: nil, cap: stoppedAt).stopCause
                #expect((cause == nil) || heard >= allowed, "\(known) stopped at \(heard)")
            }
            if isStopped, cause == nil {
                let hold = try await bench.database.read { try SpendLedger(db: $0).hold(run.id) }
                cap = try #require(hold).limit.centsRoundedUp
                #expect(cap > spent, "\(known) stands still at \(spent)")
            }
        }
        #expect(cause?.code == .overBudget, "\(known)")
        let limit: Int64 = known.policy == "warn_only" ? 1_200 : 500
        if known.hasCap { #expect(spent - limit <= lastRequests, "\(known) spent \(spent)") }
        #expect(try await bench.find(run.id).spentMicroUSD == heard * 10_000)
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
    }

    private static func fold(_ cents: Int64) throws -> SessionFold {
        let cost = #"{"amount":"\#(cents)","currency":"USD"}"#
        var fold = SessionFold()
        fold.take(try event(#"{"id":"u\#(cents)","type":"session.usage","usage":{"list_cost":\#(cost)}}"#))
        return fold
    }
}
