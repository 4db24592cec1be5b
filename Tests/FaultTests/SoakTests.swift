import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Random kills, repeatable by their seed. Off in `make test`; `make soak` sets how many.
@Suite("A server killed at random moments")
struct SoakTests {
    struct Plan: Sendable {
        let points: Int
        let seed: UInt64

        /// Nil unless BUREAU_SOAK_POINTS is a number; BUREAU_SOAK_SEED begins the row of seeds.
        static let wished: Plan? = {
            let environment = ProcessInfo.processInfo.environment
            guard let points = environment["BUREAU_SOAK_POINTS"].flatMap({ Int($0) }), points > 0 else { return nil }
            return Plan(points: points, seed: environment["BUREAU_SOAK_SEED"].flatMap { UInt64($0) } ?? 1)
        }()
    }

    @Test("loses nothing and repeats nothing", .enabled(if: Plan.wished != nil, "set BUREAU_SOAK_POINTS"))
    func soak() async throws {
        let plan = try #require(Plan.wished)
        await withDiscardingTaskGroup { group in
            for index in 0..<plan.points {
                let seed = plan.seed &+ UInt64(index)
                group.addTask { await Self.point(seed) }
            }
        }
    }

    private static func point(_ seed: UInt64) async {
        var chance = SeededChance(seed: seed)
        let kills = (0..<Int.random(in: 1...3, using: &chance)).map { _ in RandomKill(&chance) }
        let name = "seed \(seed): " + kills.map(\.description).joined(separator: ", then ")
        do {
            try await Installation.open { installation in
                var server = try await installation.startServer()
                try await installation.board.move(KillTests.task, to: "ready (automate)")
                for kill in kills {
                    try await kill.strike(server, installation)
                    server = try await installation.startServer()
                }
                try await installation.waitForRest(at: server)
                let complaints = try await Proof(installation).complaints()
                #expect(complaints.isEmpty, "\(name): \(complaints.joined(separator: "; "))")
            }
            print("soak point done: \(name)")
        } catch {
            Issue.record("\(name): \(error)")
        }
    }
}

/// A kill after so many more requests of any kind, at a random moment of that request, or after so many milliseconds.
struct RandomKill: Sendable, CustomStringConvertible {
    let requests: Int
    let action: FaultAction
    /// In place of waiting for a request: simply so long after the start.
    let milliseconds: Int?

    init(_ chance: inout SeededChance) {
        requests = Int.random(in: 0..<34, using: &chance)
        action = [.kill, .killAfter, .killAnswered][Int.random(in: 0..<3, using: &chance)]
        milliseconds = Int.random(in: 0..<4, using: &chance) == 0 ? Int.random(in: 0..<2_500, using: &chance) : nil
    }

    var description: String {
        milliseconds.map { "\($0) ms" } ?? "\(action.text) at request \(requests + 1)"
    }

    /// Ends the server, at the latest when the run has come to rest.
    func strike(_ server: RunningServer, _ installation: Installation) async throws {
        if let milliseconds {
            try await Task.sleep(for: .milliseconds(milliseconds))
            return try await server.process.killNow()
        }
        try installation.sandbox.faults.add(
            FaultRule(vendor: "*", skip: requests, action, pid: server.process.pid))
        try await eventually("\(self) or the run's end") {
            if !server.process.isRunning { return true }
            return await installation.runs(in: RunStates.restful, at: server) > 0 ? true : nil
        }
        installation.sandbox.faults.clear()
        try await server.process.killNow()
    }
}

/// Repeatable chance (SplitMix64).
struct SeededChance: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
