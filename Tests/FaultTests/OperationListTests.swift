import BureauSandbox
import ProductHarness
import Testing

@Suite("The list of kill points is the list of what a run does")
struct OperationListTests {
    @Test("A clean run makes every request on the list and no other")
    func list() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints)")
            // The board tells of our last change a moment later.
            try await eventually("the board has told of every change") {
                installation.sandbox.log.count("clickup", "webhook.deliver") >= 3 ? true : nil
            }
            var seen: [String: Int] = [:]
            for entry in installation.sandbox.log.entries
            where entry.vendor != "anthropic" || entry.path.contains("/v1/") {
                seen["\(entry.vendor) \(entry.operation)", default: 0] += 1
            }
            for entry in OutboundCall.counts {
                let times = seen["\(entry.vendor) \(entry.operation)"] ?? 0
                #expect(times >= entry.times, "\(entry.vendor) \(entry.operation) happened \(times) times")
            }
            // Sweeps read beside every run and belong to none.
            let sweep: Set = ["clickup webhook.list", "clickup list.tasks", "anthropic session.list"]
            let known = sweep.union(OutboundCall.counts.map { "\($0.vendor) \($0.operation)" })
            #expect(Set(seen.keys).subtracting(known).isEmpty, "not on the list")
            #expect(KillPoint.all.count >= 60)
        }
    }
}
