import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

/// Ten thousand sessions with one to five threads each, on virtual time and the real ledger. The service stops a
/// session at its own cap after the requests in flight; what we hear of it comes late, twice, out of order or never.
@Suite("Spending stays within its limits")
struct SpendSimulationTests {
    private struct Session {
        let run: RunRecord
        var limit: MicroUSD
        var threads: Int
        var cost = MicroUSD.zero
        /// The dearest request each live thread made in the tick that crossed the limit.
        var lastRequests = MicroUSD.zero
        var raises = 0
        /// Figures on their way, by the tick they arrive in.
        var underway: [(tick: Int, total: MicroUSD)] = []
        var heard = MicroUSD.zero
        var isOver = false
    }

    private struct Figures: Sendable {
        var sessions = 0, waited = 0, raised = 0, requests = 0, reports = 0, lost = 0, repeated = 0
        var worst = MicroUSD.zero, worstRequests = MicroUSD.zero, overspent = MicroUSD.zero
    }

    private static let sessionsMax = 10_000, wave = 250, agencyDay = MicroUSD.usd(700)

    @Test("10,000 sessions: never more over a limit than one request of each live thread, and the ledger adds up")
    func simulation() async throws {
        let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? 20_261_121
        let bench = try await Bench()
        let (agent, budgets) = (
            try bench.agent, BudgetBook(agency: ScopeBudget(limit: Self.agencyDay), catalog: bench.catalog)
        )
        let figures = try await bench.database.write { db in
            var random = Dice(seed: seed), figures = Figures(), waiting: [RunRecord] = []
            var now: Int64 = 1_795_000_000_000
            for client in 0..<8 { try Self.saveClient("client-\(client)", db) }
            while figures.sessions < Self.sessionsMax {
                now += 86_400_000
                while waiting.count < Self.wave { waiting.append(try Self.insert(&random, agent, now, db)) }
                var live: [Session] = []
                for run in waiting {
                    let limit = MicroUSD.cents(Int64(random.roll(200...500)))
                    if try budgets.shortage(limit, run, day: SpendAccount.day(now), in: db) == nil {
                        try SpendLedger(db: db).open(run, amount: limit, now: now)
                        live.append(Session(run: run, limit: limit, threads: random.roll(1...5)))
                    }
                }
                let started = Set(live.map(\.run.id))
                waiting.removeAll { started.contains($0.id) }
                figures.waited += waiting.count
                figures.sessions += live.count
                try Self.play(&live, &random, &figures, now, budgets, db)
            }
            return figures
        }
        print(
            "seed \(seed): \(figures.sessions) sessions, \(figures.requests) requests, \(figures.reports) figures heard, "
                + "\(figures.repeated) repeated, \(figures.lost) lost, \(figures.waited) waits, \(figures.raised) raises; "
                + "worst overspend \(figures.worst) with \(figures.worstRequests) in flight")
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
        let days = try await bench.database.query(
            "SELECT max(spent_micro_usd) AS spent, sum(reserved_micro_usd) AS reserved FROM spend_balance WHERE scope = 'agency'"
        )
        #expect(try days.first?.integer("reserved") == 0)
        #expect(try days.first?.integer("spent") ?? .max <= (Self.agencyDay + figures.overspent).rawValue)
        #expect(figures.waited > 0 && figures.raised > 0 && figures.lost > 0 && figures.worst > .zero)
    }

    /// Every session of a wave, tick by tick, to its end and until its last figure has come.
    private static func play(
        _ live: inout [Session], _ random: inout Dice, _ figures: inout Figures, _ now: Int64, _ budgets: BudgetBook,
        _ db: any Connection
    ) throws {
        var tick = 0
        while live.contains(where: { !$0.isOver || !$0.underway.isEmpty }) {
            tick += 1
            for index in live.indices {
                if !live[index].isOver { try work(&live[index], tick, &random, &figures, now, budgets, db) }
                try hear(&live[index], tick, &figures, now, db)
            }
            try #require(tick < 1_000, "a session never ends")
        }
        for session in live {
            try db.execute(
                "UPDATE run SET spent_micro_usd = ?, state = 'stopped', ended_at = ?, cause_sentence = 'over' WHERE id = ?",
                [session.cost.rawValue, now, session.run.id])
            #expect(session.heard == session.cost)
        }
    }

    private static func work(
        _ session: inout Session, _ tick: Int, _ random: inout Dice, _ figures: inout Figures, _ now: Int64,
        _ budgets: BudgetBook, _ db: any Connection
    ) throws {
        // All threads have one request in flight; the cap only keeps the next ones from starting.
        session.lastRequests = .zero
        for _ in 0..<session.threads {
            let request = MicroUSD.cents(Int64(random.roll(1...40)))
            session.cost += request
            session.lastRequests += request
            figures.requests += 1
        }
        send(session.cost, &session, tick, &random, &figures)
        if session.cost >= session.limit {
            let over = session.cost - session.limit
            #expect(over <= session.lastRequests, "more than one request of each live thread")
            if over > figures.worst { (figures.worst, figures.worstRequests) = (over, session.lastRequests) }
            // The service's last word comes with the stop.
            try settle(&session, session.cost, now, db)
            if session.raises < 2, random.roll(1...3) == 1 {
                let more = max(session.limit, session.cost) + .cents(100)
                let hold = try #require(try SpendLedger(db: db).hold(session.run.id))
                let missing = more - max(hold.reserved, hold.settled)
                if try budgets.shortage(missing, session.run, day: hold.day, in: db) == nil {
                    try SpendLedger(db: db).extend(session.run.id, to: more, now: now)
                    (session.limit, session.raises) = (more, session.raises + 1)
                    figures.raised += 1
                    figures.overspent += over
                    return
                }
            }
            figures.overspent += over
            return try finish(&session, tick, now, db)
        }
        if random.roll(1...6) == 1 { session.threads = random.roll(1...5) }
        if random.roll(1...7) == 1 { try finish(&session, tick, now, db) }
    }

    /// A figure is lost, repeated or late.
    private static func send(
        _ total: MicroUSD, _ session: inout Session, _ tick: Int, _ random: inout Dice, _ figures: inout Figures
    ) {
        switch random.roll(1...10) {
        case 1...3: figures.lost += 1
        case 4...5:
            figures.repeated += 1
            for _ in 0..<random.roll(2...4) { session.underway.append((tick + random.roll(0...9), total)) }
        default: session.underway.append((tick + random.roll(0...6), total))
        }
    }

    /// The run ends and gives back; its true figure is read once more, sometimes only after that.
    private static func finish(_ session: inout Session, _ tick: Int, _ now: Int64, _ db: any Connection) throws {
        session.isOver = true
        if tick.isMultiple(of: 2) { try settle(&session, session.cost, now, db) }
        try SpendLedger(db: db).release(session.run.id, now: now)
        session.underway.append((tick + 3, session.cost))
    }

    private static func hear(
        _ session: inout Session, _ tick: Int, _ figures: inout Figures, _ now: Int64, _ db: any Connection
    ) throws {
        for figure in session.underway where figure.tick <= tick {
            figures.reports += 1
            try settle(&session, figure.total, now, db)
        }
        session.underway.removeAll { $0.tick <= tick }
    }

    private static func settle(_ session: inout Session, _ total: MicroUSD, _ now: Int64, _ db: any Connection) throws {
        let ledger = SpendLedger(db: db)
        try ledger.settle(session.run, total: total, now: now)
        let settled = try #require(try ledger.hold(session.run.id)).settled
        #expect(settled >= session.heard, "a figure fell")
        #expect(settled <= session.cost, "a figure was counted twice")
        session.heard = settled
    }

    private static func insert(_ random: inout Dice, _ agent: LoadedAgent, _ now: Int64, _ db: any Connection) throws
        -> RunRecord
    {
        let id = ULID.make(
            milliseconds: now, randomness: (random.next(), UInt16.random(in: 0 ... .max, using: &random)))
        let client = random.roll(0...9)
        _ = try RunStore(db: db).insert(
            NewRun(
                agent: agent.config.name, agentVersion: "1.0.0", configHash: agent.hash, triggerSource: .cli,
                requestedBy: "cli test", dedupeKey: id, clientSlug: client < 8 ? "client-\(client)" : nil), id: id,
            now: now)
        return try #require(try RunStore(db: db).find(id))
    }

    private static func saveClient(_ slug: String, _ db: any Connection) throws {
        let text =
            #"{"slug": "\#(slug)", "name": "Client", "fields": {}, "contacts": [], "monthly_budget": {"limit_usd": 2500}}"#
        let record = try #require(ClientRecord.load(Array(text.utf8), fileName: "client").client)
        try ClientStore(db: db).save(record, now: 0)
    }
}

/// SplitMix64: the same seed, the same rolls.
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}
