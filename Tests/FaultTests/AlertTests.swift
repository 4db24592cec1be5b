import BureauSandbox
import Foundation
import ProductHarness
import Testing

@Suite("Alerts wait while Slack is down")
struct AlertTests {
    @Test(
        "An alert that Slack would not take is kept, tried again, logged, and then seen once",
        arguments: [
            FaultAction.status(503), .drop, .statusAfter(503), .limited(seconds: 1),
        ])
    func slackDown(_ action: FaultAction) async throws {
        try await Installation.open { installation in
            try await installation.steer(["name": "fails"])
            try installation.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "chat.postMessage", skip: 1, action))
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await eventually("the alert arrives in the end") {
                let steps = try await installation.records().steps
                return ["alert", "status"].allSatisfy { kind in
                    steps.contains { $0.kind == kind && $0.state == "done" }
                } ? true : nil
            }
            #expect(await installation.look().alerts.count == 1)
            #expect(server.process.logLines.contains { $0["message"] == "notice waits" })
            #expect(await installation.look().task(KillTests.task)?.status == "blocked")
        }
    }

    @Test("A server killed while it tells people tells them after its next start")
    func killedWhileTelling() async throws {
        try await Installation.open { installation in
            try await installation.steer(["name": "fails"])
            let first = try await installation.startServer()
            try installation.sandbox.faults.add(
                FaultRule(vendor: "slack", operation: "chat.postMessage", .kill, pid: first.process.pid))
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await first.process.waitForEnd()
            _ = try await installation.startServer()
            try await eventually("the alert and the blocked task are seen") {
                let sight = await installation.look()
                guard let task = sight.task(KillTests.task) else { return nil as Bool? }
                return sight.alerts.count == 1 && task.status == "blocked" && task.comments.count == 1
                    ? true : nil
            }
        }
    }
}
