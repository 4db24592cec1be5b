import BureauDomain
import BureauVendors
import Foundation
import ProductHarness
import Synchronization
import Testing

@testable import BureauEngine

@Suite("Sessions that no run follows")
struct StraySessionsTests {
    /// The sandbox stamps its sessions with the real time.
    private static func later(_ bench: Bench, milliseconds: Int64) {
        bench.clock.advance(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) - bench.clock.now + milliseconds)
    }

    private static func mark(_ run: String) -> [String: String] { ["bureau_run": run, "bureau_attempt": "1"] }

    /// One that stands in the middle of its work.
    private static func busy(_ here: StandIns, _ metadata: [String: String]) async throws -> String {
        let id = try await here.session("sentinel", #","hold_at":3"#, agent: "agent_sentinel", metadata: metadata)
        try await eventually("it works") { try await here.anthropic.session(id).status == .running ? true : nil }
        return id
    }

    private static func interrupts(_ here: StandIns, _ session: String) async throws -> Int {
        try await here.anthropic.history(of: session, types: ["user.interrupt"]).events.count
    }

    @Test("The sweep ends a run's second session and says so, tells of an unknown run's, and leaves all others alone")
    func sweep() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let run = try await bench.run([.taken])
            let own = try await Self.busy(here, Self.mark(run.id)),
                second = try await Self.busy(here, Self.mark(run.id))
            let strange = bench.clock.doors.makeID()
            let unknown = try await Self.busy(here, Self.mark(strange)), unmarked = try await Self.busy(here, [:])
            try await bench.move(run.id, .sessionOpened(session: own))
            Self.later(bench, milliseconds: 60_000)
            try await StraySessions(parts: parts).sweep()
            #expect(try await bench.alerts().isEmpty, "a minute old, it may be about to be adopted")
            Self.later(bench, milliseconds: StraySessions.ageMilliseconds + 60_000)
            func isAway() async throws -> Bool { try await here.anthropic.session(second).archivedAt != nil }
            try await eventually("it is put away") {
                try await StraySessions(parts: parts).sweep()
                return try await isAway() ? true : nil
            }
            let told = try await bench.alerts().map { "\($0.cause) \($0.subject)" }.sorted()
            #expect(told == ["stray_session \(second)", "unknown_session \(unknown)"], "each told once")
            for session in [own, unknown, unmarked] { #expect(try await Self.interrupts(here, session) == 0) }
            #expect(try await Self.interrupts(here, second) >= 1)
            #expect(try await isAway(), "put away as soon as it rests")
        }
    }

    /// One that has cost something and works on.
    private static func costly(_ here: StandIns, _ metadata: [String: String]) async throws -> String {
        let id = try await here.session("sentinel", #","hold_at":200"#, agent: "agent_sentinel", metadata: metadata)
        try await eventually("it works and has cost something") {
            let isRunning = try await here.anthropic.session(id).status == .running
            return try await cost(here, id) > 0 && isRunning ? true : nil
        }
        return id
    }

    private static func cost(_ here: StandIns, _ session: String) async throws -> Int64 {
        try await here.anthropic.session(session).usage.listCostMicroUSD ?? 0
    }

    private static func rest(_ here: StandIns, _ session: String) async throws {
        try await eventually("it rests") {
            try await here.anthropic.session(session).status == .running ? nil : true
        }
    }

    private static func open(_ bench: Bench, _ run: RunRecord) async throws {
        let now = bench.clock.now
        try await bench.database.write { try SpendLedger(db: $0).open(run, amount: .usd(5), now: now) }
    }

    private static func holds(_ bench: Bench, _ run: RunRecord) async throws -> Bool? {
        try await bench.database.read { try SpendLedger(db: $0).hold(run.id)?.isOpen }
    }

    private static let unconfirmed = RunCause.Code.stopUnconfirmed.rawValue
    private static let stop = RunMachine.Event.stopAsked(RunCause(.byPerson, "Stopped by Ana."))
    private static let broke = RunMachine.Event.broke(RunCause(.internalError, "It broke."))

    @Test("A stop that was not confirmed is sent again until the session rests, whatever becomes of its alert")
    func chase() async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false), parts = try bench.parts(here.connections)
            let session = try await Self.costly(here, [:])
            let run = try await bench.run([.taken, .sessionOpened(session: session), Self.stop])
            try await Self.open(bench, run)
            try await bench.move(run.id, Self.broke)
            #expect(try await Self.holds(bench, run) == true, "its session may still be spending")
            func isOpen() async throws -> Bool {
                try await bench.database.read {
                    try AlertStore(db: $0).isOpen(cause: Self.unconfirmed, subject: run.id)
                }
            }
            let (doors, now) = (bench.clock.doors, bench.clock.now)
            try await bench.database.write { db in
                try AlertStore(db: db).resolve(subject: run.id, now: now)
                for number in 0..<250 {
                    _ = try SystemAlarm.raise("disk", subject: "\(number)", "It is full.", in: db, doors)
                }
            }
            #expect(try await isOpen(), "only its rest ends it, or a person")
            try await StraySessions(parts: parts).chase()
            #expect(try await Self.interrupts(here, session) == 1)
            #expect(try await Self.holds(bench, run) == true, "it was asked, and not seen to rest")
            try await Self.rest(here, session)
            try await StraySessions(parts: parts).chase()
            try await StraySessions(parts: parts).chase()
            #expect(try await Self.interrupts(here, session) == 1)
            #expect(try await !isOpen())
            #expect(try await Self.holds(bench, run) == false)
            try await Self.isBooked(bench, run, try await Self.cost(here, session))
        }
    }

    /// In the run's row, in the ledger and in a link of its chain.
    private static func isBooked(_ bench: Bench, _ run: RunRecord, _ cost: Int64) async throws {
        #expect(cost > 0)
        #expect(try await bench.find(run.id).spentMicroUSD == cost)
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
        let links = try await bench.database.read { try ReceiptStore(db: $0).list(run.id) }
        #expect(ReceiptChain(run: run.id, links: links).firstBroken == nil)
        let ends = links.filter { [ReceiptStore.ended, ReceiptStore.cost].contains($0.kind) }
        #expect(ends.map(\.kind) == [ReceiptStore.ended, ReceiptStore.cost])
        #expect(ends.last?["cost_micro_usd"]?.int == Int(cost))
        #expect((ends.last?["usage"]?["output_tokens"]?.int ?? 0) > 0)
    }

    /// A run that has asked for its session and heard nothing, and the step that asked.
    private static func unanswered(_ bench: Bench) async throws -> (RunRecord, step: String) {
        let run = try await bench.run([.taken]), (id, now) = (bench.clock.doors.makeID(), bench.clock.now)
        let step = try await bench.database.write { db in
            let plan = StepPlan(
                channel: .anthropic, kind: "create", subject: "attempt-1", position: 0, intent: "{}")
            let step = try StepStore(db: db).plan(plan, run: run.id, purpose: .session, id: id, now: now)
            try StepStore(db: db).markIntended(step, now: now)
            return step
        }
        try await open(bench, run)
        return (run, step)
    }

    @Test("A session that was asked for and never seen is looked for, becomes its run's own, is stopped and booked")
    func unseen() async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false), parts = try bench.parts(here.connections)
            let (run, _) = try await Self.unanswered(bench)
            try await bench.move(run.id, Self.broke)
            #expect(try await bench.alerts().map(\.cause).contains(Self.unconfirmed))
            try await StraySessions(parts: parts).chase()
            #expect(try await bench.find(run.id).sessionID == nil)
            let session = try await Self.costly(here, Self.mark(run.id))
            for _ in 0..<2 { try await StraySessions(parts: parts).chase() }
            #expect(try await bench.find(run.id).sessionID == session)
            #expect(try await Self.interrupts(here, session) == 1)
            #expect(try await bench.database.read { try InterruptedTurn(run.id, in: $0).isCutShort })
            try await Self.rest(here, session)
            try await StraySessions(parts: parts).chase()
            #expect(try await Self.holds(bench, run) == true, "another may come to light")
            bench.clock.advance(milliseconds: StraySessions.searchMilliseconds)
            for _ in 0..<StraySessions.searchLooksMin { try await StraySessions(parts: parts).chase() }
            #expect(try await Self.holds(bench, run) == false)
            #expect(try await !bench.alerts().map(\.cause).contains(Self.unconfirmed))
            try await Self.isBooked(bench, run, try await Self.cost(here, session))
        }
    }

    @Test("A run that was given up while its session was being opened is tried again in the session that is found")
    func givenUp() async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false), parts = try bench.parts(here.connections),
                now = bench.clock.now
            let (run, step) = try await Self.unanswered(bench)
            _ = try await bench.database.write {
                try StepStore(db: $0).markFailed(step, state: .doubtful, error: "Nobody can tell.", now: now)
            }
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            let failed = try await desk.resolve(run.id, step: nil, .giveUp, by: "ana")
            #expect(failed.state == .failed && failed.cause?.code == .openingGivenUp)
            let session = try await Self.costly(here, Self.mark(run.id))
            for _ in 0..<2 { try await StraySessions(parts: parts).chase() }
            #expect(try await Self.interrupts(here, session) == 1, "it is stopped")
            try await Self.rest(here, session)
            let retried = try await desk.retry(run.id)
            #expect(retried.state == .running && retried.sessionID == session)
            #expect(
                try await bench.database.read { try InterruptedTurn(run.id, in: $0).isCutShort }, "it is told to go on")
            try await StraySessions(parts: parts).chase()
            #expect(try await Self.interrupts(here, session) == 1, "it is the run's own again")
        }
    }

    @Test("What cannot be looked at for a week is charged in full, and its money is free again")
    func blind() async throws {
        let bench = try await Bench(isImpatient: false), parts = try bench.parts()
        let run = try await bench.run([.taken, .sessionOpened(session: "sesn_1"), Self.stop])
        try await Self.open(bench, run)
        try await bench.move(run.id, Self.broke)
        for _ in 0..<StraySessions.searchLooksMin { try await StraySessions(parts: parts).chase() }
        #expect(try await Self.holds(bench, run) == true, "it may come back any day")
        bench.clock.advance(milliseconds: StraySessions.blindMilliseconds)
        try await StraySessions(parts: parts).chase()
        #expect(try await Self.holds(bench, run) == false)
        #expect(try await SpendCheck(database: bench.database).complaints() == [])
        let told = try await bench.database.read { try RunEventStore(db: $0).list(run.id, limit: 50) }
        #expect(told.contains { $0.kind == "session_given_up" })
    }

    @Test(
        "A session that is not known is at rest where the run's own account says so; another account cannot tell",
        arguments: [true, false])
    func notKnown(isPinned: Bool) async throws {
        let bench = try await Bench(isImpatient: false)
        let missing = #"{"type":"error","error":{"type":"not_found_error","message":"It is not there."}}"#
        let stranger = Interposed(Silent()) { _ in
            VendorResponse(
                status: 404, headers: VendorHeaders([(name: String, value: String)]()), body: Array(missing.utf8))
        }
        let client = AnthropicClient(transport: stranger, baseURL: "http://127.0.0.1:1", key: Secret("sk-ant-demo"))
        let parts = try bench.parts(Connections(anthropic: client))
        let run = try await bench.run([.taken, .sessionOpened(session: "sesn_1"), Self.stop])
        try await Self.open(bench, run)
        if isPinned {
            try await bench.database.write { try RunCredentialStore(db: $0).pin(run.id, RunCredentials()) }
        }
        try await bench.move(run.id, Self.broke)
        for _ in 0..<StraySessions.searchLooksMin { try await StraySessions(parts: parts).chase() }
        #expect(try await Self.holds(bench, run) == !isPinned, "it may be spending where nobody has asked")
        bench.clock.advance(milliseconds: StraySessions.blindMilliseconds)
        try await StraySessions(parts: parts).chase()
        #expect(try await Self.holds(bench, run) == false)
        let told = try await bench.database.read { try RunEventStore(db: $0).list(run.id, limit: 50) }
        #expect(told.contains { $0.kind == "session_given_up" } == !isPinned)
    }

    @Test("Where the service does not answer a few are asked for side by side, each for so long, and then the others")
    func silence() async throws {
        let bench = try await Bench(isImpatient: false), silent = Silent()
        let client = AnthropicClient(transport: silent, baseURL: "http://127.0.0.1:1", key: Secret("sk-ant-demo"))
        let parts = try bench.parts(Connections(anthropic: client)), most = StraySessions.looksAtOnceMax
        for number in 1...(most + 2) {
            let run = try await bench.run([.taken, .sessionOpened(session: "sesn_\(number)"), Self.stop])
            try await bench.move(run.id, Self.broke)
        }
        for round in 1...2 {
            let chase = Task { try await StraySessions(parts: parts).chase() }
            defer { chase.cancel() }
            try await eventually("they are asked for") { silent.asked.count == round * most ? true : nil }
            try await bench.clock.untilSleeping(most)
            bench.clock.advance(milliseconds: StraySessions.answerMillisecondsMax)
            try await chase.value
            #expect(silent.asked.count == round * most, "no further look begins")
        }
        #expect(Set(silent.asked).count == most + 2, "who was left out comes first")
    }

    /// Takes every request and answers none.
    private final class Silent: Transport {
        private let urls = Mutex<[String]>([])

        var asked: [String] { urls.withLock { $0 } }

        func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
            urls.withLock { $0.append(request.url) }
            try? await Task.sleep(for: .seconds(3_600))
            throw VendorError(vendor: request.vendor, operation: request.operation, kind: .unreachable)
        }

        func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
            throw VendorError(vendor: request.vendor, operation: request.operation, kind: .unreachable)
        }
    }

    @Test("What a second session has cost comes on top of its run's own, once, and stays there")
    func second() async throws {
        try await withStandIns { here in
            let bench = try await Bench(isImpatient: false), parts = try bench.parts(here.connections)
            let run = try await bench.run([.taken, .sessionOpened(session: "sesn_own")])
            try await Self.open(bench, run)
            let second = try await Self.costly(here, Self.mark(run.id))
            let found = try await here.anthropic.session(second)
            await StraySessions(parts: parts).end([found], of: run)
            try await Self.rest(here, second)
            for _ in 0..<3 { try await StraySessions(parts: parts).chase() }
            #expect(try await here.anthropic.session(second).archivedAt != nil)
            let cost = try await Self.cost(here, second)
            #expect(try await bench.find(run.id).spentMicroUSD == cost && cost > 0)
            let hand = try #require(try await bench.claim("w", run.id))
            var own = BureauVendors.SessionUsage()
            own.listCostMicroUSD = 500_000
            try await CostMeter(parts: parts, hand: hand).save(SessionFold(), listed: own)
            #expect(try await bench.find(run.id).spentMicroUSD == cost + 500_000)
            #expect(try await SpendCheck(database: bench.database).complaints() == [])
        }
    }
}
