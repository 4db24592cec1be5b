import BureauVendors
import Synchronization
import Testing

@testable import BureauEngine

/// A write whose vendor answers as a test says, and counts.
final class ScriptedWrite: OutboundWrite {
    enum Answer: Sendable {
        case receipt
        case vendor(VendorError.Kind)
        case problem
    }
    enum Look: Sendable {
        case found, absent, unknown
        case vendor(VendorError.Kind)
    }
    private struct State {
        var answers: [Answer]
        var looks: [Look]
        var made = 0
        var looked = 0
    }
    private let state: Mutex<State>

    /// The last of each list is repeated.
    init(_ answers: [Answer], looks: [Look] = [.absent], flightMillisecondsMax: Int64 = 0) {
        state = Mutex(State(answers: answers, looks: looks))
        self.flightMillisecondsMax = flightMillisecondsMax
    }

    let flightMillisecondsMax: Int64

    var made: Int { state.withLock { $0.made } }
    var looked: Int { state.withLock { $0.looked } }

    func write() async throws -> String {
        let answer = state.withLock { state in
            state.made += 1
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        switch answer {
        case .receipt: return #"{"id":"written"}"#
        case .vendor(let kind): throw VendorError(vendor: .slack, operation: "chat.postMessage", kind: kind)
        case .problem: throw StepProblem(description: "nothing to write with")
        }
    }

    func probe() async throws -> Probe {
        let look = state.withLock { state in
            state.looked += 1
            return state.looks.count > 1 ? state.looks.removeFirst() : state.looks[0]
        }
        switch look {
        case .found: return .found(receipt: #"{"id":"found"}"#)
        case .absent: return .absent
        case .unknown: return .unknown(why: "nobody may look")
        case .vendor(let kind): throw VendorError(vendor: .slack, operation: "conversations.history", kind: kind)
        }
    }
}

@Suite("One write, exactly once")
struct StepRunnerTests {
    private static let doubts: [VendorError.Kind] = [.noAnswer, .unavailable(status: 503), .unreadable(field: "ts")]
    private static let noes: [VendorError.Kind] = [
        .rejected(status: 400, code: "invalid"), .credential(status: 401, code: "revoked"),
    ]
    private static let waits: [VendorError.Kind] = [
        .limited(retryAfterMilliseconds: 2_500), .limited(retryAfterMilliseconds: nil), .unreachable,
        .unavailable(status: 529),
    ]

    @Test("A write that is answered is written once and never looked for")
    func plain() async throws {
        let (write, step, outcome) = try await run(ScriptedWrite([.receipt]))
        #expect(outcome == .done(receipt: #"{"id":"written"}"#))
        #expect((write.made, write.looked) == (1, 0))
        #expect(step.state == .done)
        #expect(step.attempts == 1)
    }

    @Test("After any doubt the mark decides: found is adopted and never written again", arguments: doubts)
    func found(kind: VendorError.Kind) async throws {
        let (write, step, outcome) = try await run(ScriptedWrite([.vendor(kind)], looks: [.found]))
        #expect(outcome == .done(receipt: #"{"id":"found"}"#))
        #expect(write.made == 1)
        #expect(step.receipt == #"{"id":"found"}"#)
    }

    @Test("After any doubt a mark that is surely absent allows one more write", arguments: doubts.dropLast())
    func absent(kind: VendorError.Kind) async throws {
        let (write, step, outcome) = try await run(ScriptedWrite([.vendor(kind), .receipt], looks: [.absent]))
        #expect(outcome == .done(receipt: #"{"id":"written"}"#))
        #expect((write.made, write.looked) == (2, 1))
        #expect(step.attempts == 2)
    }

    @Test("When nobody can tell, the step is in doubt and is not written again", arguments: doubts)
    func unknown(kind: VendorError.Kind) async throws {
        let (write, step, outcome) = try await run(ScriptedWrite([.vendor(kind)], looks: [.unknown]))
        #expect(outcome == .doubtful("nobody may look"))
        #expect(write.made == 1)
        #expect(step.state == .doubtful)
    }

    @Test("When the vendor does not even answer the look, the step is in doubt, never called failed", arguments: doubts)
    func silent(kind: VendorError.Kind) async throws {
        let (write, step, _) = try await run(ScriptedWrite([.vendor(kind)], looks: [.vendor(.noAnswer)]))
        #expect(write.made == 1)
        #expect(step.state == .doubtful)
        #expect(step.error?.contains("Looking for it failed too") == true)
    }

    @Test("A refusal ends the step at once, with the vendor's reason", arguments: noes)
    func refused(kind: VendorError.Kind) async throws {
        let (write, step, _) = try await run(ScriptedWrite([.vendor(kind)]))
        #expect((write.made, write.looked) == (1, 0))
        #expect(step.state == .failed)
        #expect(step.error?.isEmpty == false)
    }

    @Test("What was surely not carried out is tried once more without a look", arguments: waits)
    func again(kind: VendorError.Kind) async throws {
        let (write, step, _) = try await run(ScriptedWrite([.vendor(kind), .receipt]))
        #expect((write.made, write.looked) == (2, 0))
        #expect(step.state == .done)
    }

    @Test("A vendor that asks for a pause gets it, within bounds", arguments: [(2_500, 2_500), (3_600_000, 60_000)])
    func pause(asked: Int64, slept: Int64) async throws {
        let bench = try await Bench()
        let step = try await bench.step(try await bench.run())
        let write = ScriptedWrite([.vendor(.limited(retryAfterMilliseconds: asked)), .receipt])
        _ = try await bench.runner(step).run(step, write)
        #expect(bench.clock.slept == [slept])
    }

    private static let limit = VendorError.Kind.limited(retryAfterMilliseconds: 5_000)
    private static let lastPauses: [(String, [VendorError.Kind], [Int64])] = [
        ("nothing is left to do", [limit, limit], [5_000]),
        ("it must be looked for", [.noAnswer, limit], [1_000, 5_000]),
    ]

    @Test("After the last try no pause is kept, but where a look follows", arguments: lastPauses)
    func lastPause(what: String, answers: [VendorError.Kind], slept: [Int64]) async throws {
        let bench = try await Bench()
        let step = try await bench.step(try await bench.run())
        _ = try await bench.runner(step).run(step, ScriptedWrite(answers.map { .vendor($0) }))
        #expect(bench.clock.slept == slept, "\(what)")
    }

    private static let patience = Backoff.limitedStep.seconds.count
    private static let heldBack: [(what: String, answers: [ScriptedWrite.Answer], StepRecord.State, made: Int)] = [
        (
            "it is let through in the end", Array(repeating: .vendor(limit), count: patience) + [.receipt], .done,
            patience + 1
        ),
        ("it never is", Array(repeating: .vendor(limit), count: patience + 2), .failed, patience + 1),
        (
            "a fault in between has its own try",
            [.vendor(limit), .vendor(.unavailable(status: 529)), .vendor(limit), .receipt], .done, 4
        ),
        (
            "a second fault is the last",
            [.vendor(limit), .vendor(.unavailable(status: 529)), .vendor(limit), .vendor(.unavailable(status: 529))],
            .failed, 4
        ),
    ]

    @Test("What is only held back takes no try away from a delivery, and waits longer each time", arguments: heldBack)
    func patient(
        row: (what: String, answers: [ScriptedWrite.Answer], state: StepRecord.State, made: Int)
    ) async throws {
        let bench = try await Bench()
        let step = try await bench.step(try await bench.run()), write = ScriptedWrite(row.answers)
        var runner = try await bench.runner(step)
        runner.limitedBackoff = .limitedStep
        let start = bench.clock.now
        _ = try await runner.run(step, write)
        #expect(try await bench.step(step.id).state == row.state, "\(row.what)")
        #expect(write.made == row.made, "\(row.what)")
        if row.made > Self.patience { #expect(bench.clock.now - start > 1_500_000, "as long as a stage waits") }
    }

    @Test("A channel that was waited for as long as it may be is not waited for again; another one is")
    func patientOnce() async throws {
        let bench = try await Bench(), run = try await bench.run()
        let steps = [
            try await bench.step(run), try await bench.step(run, .slack, "post", "more"),
            try await bench.step(run, .folder),
        ]
        var runner = try await bench.runner(steps[0])
        runner.limitedBackoff = .limitedStep
        var made: [Int] = []
        for step in steps {
            let write = ScriptedWrite([.vendor(Self.limit)])
            _ = try await runner.run(step, write)
            #expect(try await bench.step(step.id).state == .failed)
            made.append(write.made)
        }
        #expect(made == [Self.patience + 1, 2, Self.patience + 1])
    }

    @Test("A vendor that stays away leaves the step failed after the second try", arguments: waits)
    func exhausted(kind: VendorError.Kind) async throws {
        let (write, step, _) = try await run(ScriptedWrite([.vendor(kind)]))
        #expect((write.made, write.looked) == (2, 0))
        #expect(step.state == .failed)
    }

    @Test("An intent without a receipt is looked for before anything is written")
    func crashed() async throws {
        let bench = try await Bench()
        let planned = try await bench.step(try await bench.run())
        let now = bench.clock.now
        _ = try await bench.database.write { try StepStore(db: $0).markIntended(planned.id, now: now) }
        let write = ScriptedWrite([.receipt], looks: [.found])
        _ = try await bench.runner(planned).run(try await bench.step(planned.id), write)
        #expect((write.made, write.looked) == (0, 1))
    }

    @Test("What a dead process sent last is looked for again when it must have arrived", arguments: [(1, 9), (12, 0)])
    func inFlight(secondsAgo: Int64, waits: Int64) async throws {
        let bench = try await Bench()
        let planned = try await bench.step(try await bench.run())
        let sent = bench.clock.now
        _ = try await bench.database.write { try StepStore(db: $0).markIntended(planned.id, now: sent) }
        bench.clock.advance(milliseconds: secondsAgo * 1_000)
        let start = bench.clock.now
        let write = ScriptedWrite([.receipt], looks: [.absent, .found], flightMillisecondsMax: 10_000)
        _ = try await bench.runner(planned).run(try await bench.step(planned.id), write)
        #expect(bench.clock.now - start == waits * 1_000)
        #expect((write.made, write.looked) == (waits > 0 ? (0, 2) : (1, 1)))
    }

    @Test("A step that ended in failure or doubt is looked for before a person's new try writes", arguments: doubts)
    func retried(kind: VendorError.Kind) async throws {
        let bench = try await Bench()
        let planned = try await bench.step(try await bench.run())
        let runner = try await bench.runner(planned)
        _ = try await runner.run(planned, ScriptedWrite([.vendor(kind)], looks: [.vendor(.unreachable)]))
        let write = ScriptedWrite([.receipt], looks: [.found])
        _ = try await runner.run(try await bench.step(planned.id), write)
        #expect((write.made, write.looked) == (0, 1))
        #expect(try await bench.step(planned.id).state == .done)
    }

    private static let afterOutage: [(ScriptedWrite.Answer, StepRecord.State, Int)] = [
        (.receipt, .done, 1), (.vendor(.rejected(status: 400, code: "invalid")), .failed, 1),
        (.vendor(.unavailable(status: 529)), .failed, 2), (.vendor(.noAnswer), .doubtful, 1),
    ]

    @Test(
        "What is in doubt and found absent by the last look only is written, and told as it is kept",
        arguments: afterOutage)
    func lateLook(answer: ScriptedWrite.Answer, state: StepRecord.State, made: Int) async throws {
        let outages: [[VendorError.Kind]] = [[.noAnswer, .noAnswer], [.rejected(status: 404, code: "gone")]]
        for outage in outages {
            let bench = try await Bench()
            let planned = try await bench.step(try await bench.run()), now = bench.clock.now
            try await bench.database.write { db in
                try StepStore(db: db).markIntended(planned.id, now: now)
                try StepStore(db: db).markFailed(planned.id, state: .doubtful, error: "no answer", now: now)
            }
            let failing = outage.map { ScriptedWrite.Look.vendor($0) }
            let write = ScriptedWrite([answer], looks: failing + [.absent, .unknown])
            let outcome = try await bench.runner(planned).run(try await bench.step(planned.id), write)
            #expect(write.made == made, "\(outage)")
            let step = try await bench.step(planned.id)
            #expect(step.state == state, "\(outage)")
            let told: StepRecord.State =
                switch outcome {
                case .done: .done
                case .failed: .failed
                case .doubtful: .doubtful
                }
            #expect(told == state, "\(outage)")
        }
    }

    @Test("A step cut off while its mark is looked for stays open for the next owner")
    func cutOff() async throws {
        let bench = try await Bench(isImpatient: false)
        let step = try await bench.step(try await bench.run())
        let runner = try await bench.runner(step)
        let write = ScriptedWrite([.vendor(.noAnswer)], looks: [.vendor(.noAnswer)])
        let running = Task { try await runner.run(step, write) }
        try await bench.clock.untilSleeping(1)
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        #expect(try await bench.step(step.id).state == .intended)
    }

    @Test("What could be sent only when the lease may be another's is not, and whoever has it looks first")
    func late() async throws {
        let bench = try await Bench(), seen = Seen()
        let step = try await bench.step(try await bench.run())
        let runner = try await bench.runner(step)
        let late = Standing(bench.clock, milliseconds: Lease.lifeMilliseconds, before: seen)
        await #expect(throws: RunMoved.self) { try await runner.run(step, Post(transport: late)) }
        #expect(seen.bodies.isEmpty)
        #expect(try await bench.step(step.id).state == .intended)
        let inTime = Standing(bench.clock, milliseconds: runner.lease?.renewEveryMilliseconds ?? 0, before: seen)
        _ = try await runner.run(try await bench.step(step.id), Post(transport: inTime))
        #expect(seen.bodies.count == 1)
    }

    private struct Post: OutboundWrite {
        let transport: any Transport

        func probe() async throws -> Probe { .absent }
        func write() async throws -> String {
            _ = try await transport.send(
                VendorRequest(
                    vendor: .slack, operation: "chat.postMessage", method: .post, url: "http://slack/x",
                    body: .bytes([1])))
            return "{}"
        }
    }

    @Test("A write that could not be tried fails with its reason")
    func problem() async throws {
        let (_, step, outcome) = try await run(ScriptedWrite([.problem]))
        #expect(outcome == .failed("nothing to write with"))
        #expect(step.state == .failed)
    }

    @Test("An upload that failed for want of a folder keeps the id it is given for its next try")
    func lateIntent() async throws {
        let bench = try await Bench()
        let run = try await bench.run(Bench.toRunning)
        let step = try await bench.step(run, .googleDrive, "upload", "a.md")
        let runner = try await bench.runner(step)
        _ = try await runner.run(step, Impossible(why: "no folder"))
        let now = bench.clock.now
        let stored = try await bench.database.write { db in
            _ = try StepStore(db: db).reopen(run: run.id, channel: nil, now: now)
            try StepStore(db: db).replaceIntent(step.id, #"{"driveID":"1X"}"#)
            return try StepStore(db: db).find(step.id)?.intent
        }
        #expect(stored == #"{"driveID":"1X"}"#)
    }

    private func run(_ write: ScriptedWrite) async throws -> (ScriptedWrite, StepRecord, StepRunner.Outcome) {
        let bench = try await Bench()
        let step = try await bench.step(try await bench.run())
        let outcome = try await bench.runner(step).run(step, write)
        return (write, try await bench.step(step.id), outcome)
    }
}
