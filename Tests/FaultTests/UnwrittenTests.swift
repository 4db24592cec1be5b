import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// The database refuses one kind of row for a while, in the middle of everything else that works.
@Suite("What could not be written down at once is written later, and nothing is made twice meanwhile")
struct UnwrittenTests {
    @Test("The receipt of the run's own message in Slack: the result still goes into its thread")
    func threadReceipt() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.refuse(
                "BEFORE UPDATE ON step WHEN NEW.kind = 'thread' AND NEW.receipt IS NOT NULL")
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("the message stands there without a receipt") {
                server.process.logLines.contains { $0["message"] == "the runs' messages could not be kept" }
                    ? true : nil
            }
            try await eventually("the result is being delivered") {
                installation.sandbox.log.count("clickup", "comment.create") > 0 ? true : nil
            }
            try await installation.refuseNoMore()
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        }
    }

    @Test("A run that is to wait is given back as soon as the database takes it, long before its lease runs out")
    func giveBack() async throws {
        var options = Installation.Options()
        options.environment = ["LEASE_SECONDS": "300"]
        try await Installation.open(options) { installation in
            try installation.sandbox.faults.add(FaultRule(vendor: "clickup", operation: "task.get", .status(503)))
            let server = try await installation.startServer()
            try await installation.refuse(
                "BEFORE UPDATE ON run WHEN OLD.lease_owner IS NOT NULL AND NEW.lease_owner IS NULL")
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await eventually("the run could not be given back") {
                server.process.logLines.contains { $0["message"] == "a run is not given back yet" } ? true : nil
            }
            try await installation.refuseNoMore()
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
            #expect(try await installation.records().runs.first?.losses == 0)
        }
    }
}

extension Installation {
    /// From now on the database refuses this kind of write.
    fileprivate func refuse(_ what: String) async throws {
        try await sql("CREATE TRIGGER refusing \(what) BEGIN SELECT RAISE(ABORT, 'refused by the test'); END")
    }

    fileprivate func refuseNoMore() async throws { try await sql("DROP TRIGGER refusing") }
}
