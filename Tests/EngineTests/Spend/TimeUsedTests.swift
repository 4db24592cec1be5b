import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("How much of its time a session has used")
struct TimeUsedTests {
    /// What happens to a run, in minutes.
    enum Step: Sendable {
        /// The session works, and the lease is renewed at the end.
        case works(Int64)
        /// Somebody sets the clock.
        case jumps(Int64)
        /// Its process gives it back, and takes it up again so much later.
        case rests(Int64)
        /// Its process dies, and another takes it so much later.
        case dies(Int64)
        /// It waits for people.
        case asks(Int64)
    }

    private static let hour: Int64 = 60, day: Int64 = 24 * 60

    private static let lives: [(String, [Step], Int64)] = [
        ("nothing but work", [.works(10), .works(5)], 15),
        ("an hour ahead", [.works(10), .jumps(hour), .works(5)], 15),
        ("a day ahead, and right again", [.works(10), .jumps(day), .works(5), .jumps(-day), .works(5)], 20),
        ("an hour back", [.works(10), .jumps(-hour), .works(5)], 15),
        ("a restart", [.works(10), .dies(3), .works(5)], 18),
        ("a clock that was set before the restart", [.works(10), .jumps(hour), .works(1), .dies(3), .works(5)], 19),
        ("a clock that is ahead when the next one takes it", [.works(10), .jumps(hour), .dies(1), .works(5)], 30),
        ("a clock that is behind then", [.works(10), .jumps(-hour), .dies(1), .works(5)], 15),
        ("a day in which nobody had it", [.works(10), .dies(day), .works(5)], 30),
        ("two deaths, and long until it is taken", [.works(10), .dies(20), .dies(20), .works(5)], 45),
        ("a rest in the same process", [.works(10), .jumps(hour), .rests(30), .works(5)], 45),
        ("a day that people take", [.works(10), .asks(day), .works(5)], 15),
        ("a clock that is set while people think", [.asks(5), .jumps(day), .works(10), .asks(5), .works(5)], 15),
    ]

    @Test("It is what passed while somebody had the run, and little more", arguments: lives)
    func counts(name: String, steps: [Step], minutes: Int64) async throws {
        let bench = try await Bench(isImpatient: false), run = try await bench.run(Bench.toRunning)
        var process = 0
        var lease = try await take(run.id, bench, process)
        for step in steps {
            switch step {
            case .works(let minutes):
                bench.clock.advance(milliseconds: minutes * 60_000)
                try await renew(lease, bench, process)
            case .jumps(let minutes): bench.clock.jump(milliseconds: minutes * 60_000)
            case .rests(let minutes):
                lease = try await lay(lease, minutes, bench, process)
            case .dies(let minutes):
                process += 1
                lease = try await lay(lease, minutes, bench, process)
            case .asks(let minutes):
                try await move(lease, .gateOpened(why: "It asks."), bench, process)
                lease = try await lay(lease, minutes, bench, process)
                try await move(lease, .gateClosed, bench, process)
            }
        }
        let clocks = TimeUsed.Clocks(doors(bench, process), owner: lease.owner)
        let used = try await bench.database.read { try TimeUsed(db: $0).milliseconds(run.id, clocks) }
        #expect(used == minutes * 60_000, "\(name)")
    }

    @Test("One that is started anew has the whole of its time, and what nobody has counted from takes none")
    func anew() async throws {
        let bench = try await Bench(isImpatient: false), run = try await bench.run([.taken])
        let lease = try await take(run.id, bench, 0)
        bench.clock.advance(milliseconds: 10 * 60_000)
        try await renew(lease, bench, 0)
        #expect(try await used(run.id, bench, lease) == 10 * 60_000)
        try await move(lease, .broke(RunCause(.sessionRefused, "The service was down.")), bench, 0)
        bench.clock.advance(milliseconds: 60 * 60_000)
        for event in [.retried, .taken] as [RunMachine.Event] { try await bench.move(run.id, event) }
        #expect(try await used(run.id, bench, lease) == 0)
        _ = try await bench.database.write { db in
            try db.execute(
                """
                UPDATE run SET time_used_ms = 60000, time_counted_at = NULL, time_counted_steady = NULL,
                    time_counted_by = NULL
                WHERE id = ?
                """, [run.id])
        }
        bench.clock.advance(milliseconds: 60_000)
        #expect(try await used(run.id, bench, lease) == 60_000)
    }

    @Test("While its results are delivered none of it passes, so that what people ask for then has what is left")
    func delivering() async throws {
        let bench = try await Bench(isImpatient: false), run = try await bench.run(Bench.toRunning)
        let lease = try await take(run.id, bench, 0)
        bench.clock.advance(milliseconds: 10 * 60_000)
        for event in [.turnEnded, .filesCollected(problem: nil)] as [RunMachine.Event] {
            try await move(lease, event, bench, 0)
        }
        bench.clock.advance(milliseconds: 29 * 60_000)
        try await renew(lease, bench, 0)
        try await move(lease, .reviewOpened(problem: nil), bench, 0)
        #expect(try await used(run.id, bench, lease) == 10 * 60_000)
    }

    private func used(_ id: String, _ bench: Bench, _ lease: Lease) async throws -> Int64 {
        let clocks = TimeUsed.Clocks(bench.clock.doors, owner: lease.owner)
        return try await bench.database.read { try TimeUsed(db: $0).milliseconds(id, clocks) }
    }

    /// Each process has a steady clock of its own, that began at another time.
    private func doors(_ bench: Bench, _ process: Int) -> Doors {
        let clock = bench.clock
        var doors = clock.doors
        doors.steady = { clock.steady - Int64(process) * 1_000_000_007 }
        return doors
    }

    private func take(_ id: String, _ bench: Bench, _ process: Int) async throws -> Lease {
        let doors = doors(bench, process), owner = "process \(process)"
        let (now, steady) = (doors.now(), doors.steady())
        let taken = try await bench.database.write { db in
            try RunClaim(db: db, rules: QueueRules(), owner: owner, now: now, steady: steady).claim(limit: 1, only: id)
        }
        return Lease(runID: id, owner: owner, epoch: try #require(taken.first).leaseEpoch)
    }

    /// Nobody has it for so long, then `process` does.
    private func lay(_ lease: Lease, _ minutes: Int64, _ bench: Bench, _ process: Int) async throws -> Lease {
        try await bench.database.write { try RunStore(db: $0).release(lease, dueAt: 0) }
        bench.clock.advance(milliseconds: minutes * 60_000)
        return try await take(lease.runID, bench, process)
    }

    private func renew(_ lease: Lease, _ bench: Bench, _ process: Int) async throws {
        let doors = doors(bench, process)
        let (now, steady) = (doors.now(), doors.steady())
        let state = try await bench.database.write { try RunStore(db: $0).renew(lease, now: now, steady: steady) }
        #expect(state != nil)
    }

    private func move(_ lease: Lease, _ event: RunMachine.Event, _ bench: Bench, _ process: Int) async throws {
        let transitions = RunTransitions(doors: doors(bench, process))
        _ = try await bench.database.write { try transitions.apply(event, to: lease.runID, lease: lease, in: $0) }
    }
}
