import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// `kill -9` again and again. A run is given up for its own fault only (ADR 0028).
@Suite("Who kills the worker is parked, who was only there is not")
struct LossTests {
    static let poisoned = "86demoblu1", innocent = KillTests.task
    static let livesMax = 12

    /// The poisonous task ends the process that reads it, every time. Beside it a session works on something slow and
    /// says nothing, so that nothing but time speaks for it.
    @Test("A task that kills whoever reads it is parked after six deaths; the silent session beside it goes on")
    func poison() async throws {
        try await Installation.open { installation in
            try await installation.steer(["hold_at": 77])
            let first = try await installation.startServer()
            try await installation.board.move(Self.innocent, to: "ready (automate)")
            let session = try await Self.heldSession(installation, events: 77)
            try Self.arm(installation, first.process)
            try await installation.board.move(Self.poisoned, to: "ready (automate)")
            try await first.process.waitForEnd()
            var deaths = 1
            while try await !Self.isParked(installation), deaths < Self.livesMax {
                let process = try installation.start(["serve", "--port", "0", "--data", installation.data.path])
                try Self.arm(installation, process)
                try await eventually("it dies, or gives the task up") {
                    let isParked = try await Self.isParked(installation)
                    return !process.isRunning || isParked ? true : nil
                }
                if process.isRunning { try await process.killNow() } else { deaths += 1 }
            }
            // Six, and more only where the machine was so slow that a life lasted to the first renewal of its lease.
            #expect((6...8).contains(deaths), "\(deaths) deaths")
            installation.sandbox.faults.clear()
            let last = try await installation.startServer()
            try await installation.steer(["session_id": .string(session), "hold_at": nil])
            try await installation.waitForRest(of: 2, at: last)
            try await Self.check(installation)
        }
    }

    private static func check(_ installation: Installation) async throws {
        let runs = try await installation.records().runs
        let bad = try #require(runs.first { $0.task == poisoned }),
            good = try #require(runs.first { $0.task == innocent })
        #expect(bad.state == "failed" && bad.cause == "lost_too_often", "\(bad)")
        #expect(good.state == "done", "\(good)")
        #expect(await installation.look().sessions.count == 1)
        // Deliveries fail while nobody serves: when enough of them did, people are told of the webhook too.
        let alerts = try await eventually("people are told of the one") {
            let alerts = await installation.look().messages(in: "C0ALERTS").map(\.whole)
                .filter { !$0.contains("ClickUp cannot deliver") && !$0.contains("ClickUp had suspended the webhook") }
            return alerts.isEmpty ? nil : alerts
        }
        #expect(alerts.filter { !$0.contains(bad.id) } == [])
        #expect(alerts.count == 1)
    }

    private static func arm(_ installation: Installation, _ process: ProductProcess) throws {
        installation.sandbox.faults.clear()
        try installation.sandbox.faults.add(
            FaultRule(vendor: "clickup", operation: "task.get", about: poisoned, .kill, pid: process.pid))
    }

    private static func isParked(_ installation: Installation) async throws -> Bool {
        try await installation.records().runs.contains { $0.task == poisoned && $0.state == "failed" }
    }

    private static func heldSession(_ installation: Installation, events: Int) async throws -> String {
        try await eventually("the session stands at \(events) events and they are logged") {
            let session = await installation.look().sessions.first
            guard let session, session.events >= events else { return nil as String? }
            return installation.loggedLines(of: session.id).count >= events - 1 ? session.id : nil
        }
    }

    @Test("Eight kills, each as soon as the server works again: nothing is given up, nothing lost, nothing twice")
    func quickKills() async throws {
        try await Installation.open { installation in
            try await installation.steer(["hold_at": 77])
            let first = try await installation.startServer()
            try await installation.board.move(Self.innocent, to: "ready (automate)")
            let session = try await Self.heldSession(installation, events: 77)
            try await first.process.killNow()
            var lives: [String] = []
            for round in 2...8 {
                let before = try await installation.records().runs.first
                let process = try installation.start(["serve", "--port", "0", "--data", installation.data.path])
                _ = try await process.port()
                // It is taken up at once, or waits after its second loss.
                let owner = try await Self.takenUp(installation, after: before?.leaseOwner, waits: round > 2)
                try await process.killNow()
                lives.append(
                    "\(before?.losses ?? -1) losses before, \(owner.map { "taken up by \($0)" } ?? "not taken up")")
            }
            let losses = try #require(try await installation.records().runs.first?.losses)
            // At most so many are counted; the slower the machine, the more of its waits are over when the server comes back.
            #expect((1...5).contains(losses), "\(losses) losses: \(lives)")
            try await installation.steer(["session_id": .string(session), "hold_at": nil])
            try await KillTests.goOn(installation, "eight quick kills")
        }
    }

    /// Who has the run now; nil when it waits for longer than a quick kill.
    private static func takenUp(_ installation: Installation, after before: String?, waits: Bool) async throws
        -> String?
    {
        do {
            return try await eventually("the run is taken up", within: waits ? .milliseconds(300) : .seconds(300)) {
                () async throws -> String? in
                // A server that recovers the dead one's log lets nobody read meanwhile.
                let owner = try? await installation.records().runs.first?.leaseOwner
                return owner == before ? nil : owner
            }
        } catch is NeverHappened where waits {
            return nil
        }
    }
}
