import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Synchronization

/// Durable runs without a body. `drain` accepts them, each with a durable call of its own, and then works them off; `latency`
/// accepts them at a steady rate while the workers wait, and tells how long each lay; `fairness` gives one client many
/// times the others' runs and tells how evenly the turns went, which `drain` tells at its end too.
struct QueueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Accept and work off runs that do nothing.")

    enum Mode: String, ExpressibleByArgument { case drain, latency, fairness }
    enum Store: String, ExpressibleByArgument { case sqlite }

    @Option var store = Store.sqlite
    @Option var mode = Mode.drain
    @Option(help: "Number of runs.") var n = 1_000
    @Option(help: "Runs settled at once.") var concurrency = 16
    @Option(help: "Runs accepted at once in drain mode; 1 is how the peers are measured.") var producers = 1
    @Option(help: "Runs a second in latency mode.") var rate = 20.0
    @Option(help: "Folder for the database.") var dir = "."

    func run() async throws {
        try await Terminal.guarded {
            let path = dir + "/bench.db"
            // Runs of an earlier bench would be found again by their keys, and none would be new.
            guard !FileManager.default.fileExists(atPath: path) else {
                throw SetupError("\(path) is there already", fix: "name an empty folder with --dir")
            }
            let database = try SQLiteDatabase(path: path)
            let runs = EmptyRuns(database: database, doors: .system, owner: "bench")
            try await runs.prepare()
            switch mode {
            case .drain: try await drain(runs)
            case .latency: try await latency(runs)
            case .fairness:
                let found = try await fairness(runs)
                BenchReport.say([
                    "clients": Double(Self.clients), "turns": Double(found.turns), "jain": found.jain,
                ])
            }
            try database.close()
        }
    }

    private func drain(_ runs: EmptyRuns) async throws {
        let enqueueSeconds = try await BenchReport.seconds {
            try await withThrowingTaskGroup { group in
                for producer in 0..<max(producers, 1) {
                    group.addTask {
                        for number in stride(from: producer, to: n, by: max(producers, 1)) {
                            _ = try await runs.enqueue(number)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let drainSeconds = try await BenchReport.seconds {
            try await withThrowingTaskGroup { group in
                var free = concurrency
                while true {
                    // As the worker does: a batch is claimed in one commit when there is room for it.
                    let claimed = try await runs.claim(free)
                    for run in claimed { group.addTask { try await runs.settle(run) } }
                    free -= claimed.count
                    guard free < concurrency else { return }
                    for _ in 0..<(concurrency - free + 1) / 2 {
                        try await group.next()
                        free += 1
                    }
                }
            }
        }
        BenchReport.say([
            "enqueued": Double(n), "enqueue_s": enqueueSeconds, "completed": Double(try await runs.ended()),
            "drain_s": drainSeconds, "jain": try await fairness(runs).jain,
        ])
    }

    private static let clients = 20, runsOfOthers = 20, runsOfTheGreedy = 2_000

    /// Turns while every client has runs waiting: Jain's index of them is 1 when all had the same number.
    private func fairness(_ runs: EmptyRuns) async throws -> (turns: Int, jain: Double) {
        var number = n
        for client in 0..<Self.clients {
            for _ in 0..<(client == 0 ? Self.runsOfTheGreedy : Self.runsOfOthers) {
                _ = try await runs.enqueue(number, client: "client-\(client)")
                number += 1
            }
        }
        var shares: [String: Int] = [:]
        // Half of what the others have: nobody's line is empty yet.
        while shares.values.reduce(0, +) < Self.clients * Self.runsOfOthers / 2 {
            for run in try await runs.claim(concurrency) {
                shares[run.clientSlug ?? "", default: 0] += 1
                try await runs.settle(run)
            }
        }
        let even = (0..<Self.clients).map { Double(shares["client-\($0)"] ?? 0) }
        return (shares.values.reduce(0, +), FairQueue.jain(even))
    }

    private func latency(_ runs: EmptyRuns) async throws {
        let wake = WakeSignal(doors: .system)
        let sent = SentTimes()
        let waits = try await withThrowingTaskGroup(of: Void.self, returning: [Double].self) { group in
            group.addTask {
                for number in 0..<n {
                    try await Task.sleep(for: .seconds(1 / rate))
                    let before = ContinuousClock.now
                    sent.note(try await runs.enqueue(number), before)
                    wake.raise()
                }
            }
            var waits: [Double] = []
            while waits.count < n {
                let claimed = try await runs.claim(concurrency)
                let started = ContinuousClock.now
                for run in claimed {
                    waits.append(await sent.take(run.id).map { (started - $0) / .milliseconds(1) } ?? 0)
                    try await runs.settle(run)
                }
                if claimed.isEmpty { await wake.wait(milliseconds: 250) }
            }
            try await group.waitForAll()
            return waits.sorted()
        }
        BenchReport.say([
            "completed": Double(waits.count), "p50_ms": waits[waits.count / 2],
            "p99_ms": waits[Int(Double(waits.count - 1) * 0.99)],
        ])
    }
}

/// When each run was sent. A run may be claimed before its sender has come back from the commit.
private final class SentTimes: Sendable {
    private let times = Mutex<[String: ContinuousClock.Instant]>([:])

    func note(_ id: String, _ time: ContinuousClock.Instant) { times.withLock { $0[id] = time } }

    func take(_ id: String) async -> ContinuousClock.Instant? {
        while true {
            if let time = times.withLock({ $0.removeValue(forKey: id) }) { return time }
            await Task.yield()
        }
    }
}
