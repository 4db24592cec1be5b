import BureauSandbox
import BureauVendors
import Foundation
import SimulationWorld

/// `bureau-simulate`: so many hours of a simulated agency from a seed, in worlds of some days each.
struct Simulation {
    var seed: UInt64 = 1
    var hours = 100
    var mutation: Mutation?
    var tracePath: String?

    /// A world's stand-ins keep everything that ever happened; a new one begins with empty hands.
    static let worldHours = 50
    static let hoursMax = 1_000_000
    static let usage = """
        usage: bureau-simulate [--seed N] [--hours N] [--trace FILE] [--break NAME]
          --seed N      where chance comes from; the same seed gives the same trace (default 1)
          --hours N     simulated hours, 1 to \(hoursMax) (default 100)
          --trace FILE  write every step, one line each
          --break NAME  break the world on purpose, to see the checks notice: \
        \(Mutation.allCases.map(\.rawValue).joined(separator: ", "))
        """

    struct BadArgument: Error, CustomStringConvertible { let description: String }

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BadArgument(description: "\(name) needs a value") }
            switch name {
            case "--seed":
                guard let number = UInt64(value) else {
                    throw BadArgument(description: "--seed: \(value) is no whole number")
                }
                seed = number
            case "--hours":
                guard let number = Int(value), (1...Self.hoursMax).contains(number) else {
                    throw BadArgument(description: "--hours: \(value) is not from 1 to \(Self.hoursMax)")
                }
                hours = number
            case "--trace": tracePath = value
            case "--break":
                guard let known = Mutation(rawValue: value) else {
                    throw BadArgument(description: "--break: there is no \(value)")
                }
                mutation = known
            default: throw BadArgument(description: "unknown option \(name)")
            }
        }
    }

    /// Returns the exit code: 0 when every promise held, 1 when one did not.
    func run() throws -> Int32 {
        let scheduler = Scheduler(seed: seed)
        simulation_set_seed(seed)
        try scheduler.install()
        let trace = Trace(scheduler, file: try traceFile())
        let folder = FileManager.default.temporaryDirectory.appending(path: "bureau-simulate-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let account = try DemoServiceAccount.make()
        let began = simulation_real_time()
        var total = Figures()
        var complaints: [String] = []
        var left = hours, number: UInt64 = 0
        var broken: (seed: UInt64, hours: Int)?
        while left > 0, complaints.isEmpty {
            let span = min(left, Self.worldHours)
            number += 1
            // Each world begins from its own seed, so that one that breaks can be had again alone.
            let worldSeed = seed &+ number &- 1
            scheduler.begin(seed: worldSeed)
            simulation_set_seed(worldSeed)
            let options = World.Options(
                seed: worldSeed, hours: span, mutation: mutation, account: account,
                folder: folder.appending(path: "world-\(number)"))
            let world = try World(options, scheduler: scheduler, trace: trace)
            complaints = try live(world, hours: span, scheduler)
            if !complaints.isEmpty { broken = (worldSeed, span) }
            total.add(try Figures(world, hours: span))
            try? FileManager.default.removeItem(at: options.folder)
            left -= span
        }
        for complaint in complaints.prefix(20) { print("broken: \(complaint)") }
        if complaints.count > 20 { print("and \(complaints.count - 20) more") }
        let seconds = Double(simulation_real_time() - began) / 1e9
        print(total.line(seed: seed, seconds: seconds, trace: trace))
        if let broken { print("again: make simulate SEED=\(broken.seed) HOURS=\(broken.hours)") }
        return complaints.isEmpty ? 0 : 1
    }

    private func traceFile() throws -> FileHandle? {
        guard let tracePath else { return nil }
        guard FileManager.default.createFile(atPath: tracePath, contents: nil),
            let file = FileHandle(forWritingAtPath: tracePath)
        else { throw BadArgument(description: "--trace: \(tracePath) cannot be written") }
        return file
    }

    private func live(_ world: World, hours: Int, _ scheduler: Scheduler) throws -> [String] {
        let reply = Outcome()
        Task.detached {
            await BlockingWork.$isInline.withValue(true) {
                do { reply.value = .success(try await world.live(hours: hours)) } catch {
                    reply.value = .failure(error)
                }
            }
        }
        try scheduler.run { reply.value != nil }
        guard let value = reply.value else { return ["nothing was ready and nobody slept: the world stands still"] }
        return try value.get()
    }
}

private final class Outcome: @unchecked Sendable {  // The simulation has one thread.
    var value: Result<[String], any Error>?
}

/// What a simulation amounts to.
struct Figures {
    private var hours = 0, runs = 0, assigned = 0, calm = 0
    private var states: [String: Int] = [:]
    private var faults: [String: Int] = [:]

    init() {}

    init(_ world: World, hours: Int) throws {
        self.hours = hours
        let all = try Promises(world: world).runs()
        runs = all.count
        for run in all { states[run.state.rawValue, default: 0] += 1 }
        faults = world.journal.faults
        (assigned, calm) = (world.journal.assigned.count, Promises(world: world).calmCount(all))
    }

    mutating func add(_ other: Figures) {
        hours += other.hours
        runs += other.runs
        assigned += other.assigned
        calm += other.calm
        states.merge(other.states, uniquingKeysWith: +)
        faults.merge(other.faults, uniquingKeysWith: +)
    }

    func line(seed: UInt64, seconds: Double, trace: Trace) -> String {
        func list(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        let pace = String(format: "%.1f", Double(hours) / max(seconds, 0.001))
        return "seed \(seed): \(hours) h in \(String(format: "%.1f", seconds)) s (\(pace) h/s), \(runs) runs "
            + "(\(list(states))), \(assigned) tasks in Asana (\(calm) without trouble), faults (\(list(faults))), trace \(trace.lines) lines \(trace.digest)"
    }
}
