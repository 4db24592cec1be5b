import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Vendors that answer badly, without any kill: after a write that was carried out, before one, half, late, in HTML.
@Suite("A vendor that answers badly costs nothing but time")
struct AnswerFaultTests {
    /// Writes a person can see, and the session.
    static let writes: [(vendor: String, operation: String)] = [
        ("anthropic", "session.create"), ("google", "files.create"), ("google", "upload.create"),
        ("clickup", "attachment.create"), ("clickup", "comment.create"), ("clickup", "task.update"),
        ("slack", "chat.postMessage"),
    ]
    /// The write is carried out; the answer says otherwise or does not come.
    static let losses: [FaultAction] = [.statusAfter(503), .dropAfter, .half, .statusAfter(500)]

    struct Loss: Sendable, CustomStringConvertible {
        let vendor: String, operation: String
        let action: FaultAction
        var description: String { "\(vendor) \(operation) \(action.text)" }
    }

    @Test(
        "A write that was carried out and not confirmed is seen once",
        arguments: writes.flatMap { write in
            losses.map { Loss(vendor: write.vendor, operation: write.operation, action: $0) }
        })
    func lost(_ loss: Loss) async throws {
        try await Installation.open { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: loss.vendor, operation: loss.operation, loss.action))
            try await Self.play(installation, "\(loss)")
        }
    }

    @Test(
        "Every call fails once and the run ends as if nothing had happened",
        arguments: [
            FaultAction.status(503), .status(500), .drop, .html(502), .limited(seconds: 1), .delay(milliseconds: 300),
            .dropAfter, .half, .statusAfter(502),
        ])
    func everywhere(_ action: FaultAction) async throws {
        try await Installation.open { installation in
            for entry in OutboundCall.counts where entry.operation != "webhook.deliver" {
                try installation.sandbox.faults.add(
                    FaultRule(vendor: entry.vendor, operation: entry.operation, action))
            }
            try await Self.play(installation, action.text)
            for entry in installation.sandbox.faults.entries {
                #expect(entry.struck == 1, "\(entry.rule.operation) was not struck: \(entry.struck)")
            }
        }
    }

    @Test(
        "Webhooks that come late, twice, out of order or only at the third try start one run",
        arguments: [
            FaultAction.duplicate, .reorder, .statusAfter(503), .delay(milliseconds: 400), .status(503), .dropAfter,
        ])
    func deliveries(_ action: FaultAction) async throws {
        try await Installation.open { installation in
            try installation.sandbox.faults.add(
                FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 2, action))
            try await Self.play(installation, action.text)
        }
    }

    static func play(_ installation: Installation, _ name: String) async throws {
        let server = try await installation.startServer()
        try await installation.board.move(KillTests.task, to: "ready (automate)")
        try await installation.waitForRest(at: server)
        let complaints = try await Proof(installation).complaints()
        #expect(complaints.isEmpty, "\(name): \(complaints.joined(separator: "; "))")
    }
}
