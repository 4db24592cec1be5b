import BureauDomain
import Testing

@Suite("Times that passed while no server was looking")
struct MissedPolicyTests {
    static let table: [(policy: MissedPolicy, until: String, now: String, started: [String], skipped: Int)] = [
        (.runLast, "2026-11-21T07:00Z", "2026-11-21T07:00Z", [], 0),
        (.runLast, "2026-11-21T07:00Z", "2026-11-21T07:59Z", [], 0),
        (.runLast, "2026-11-21T07:00Z", "2026-11-21T08:00Z", ["2026-11-21T08:00Z"], 0),
        (.runLast, "2026-11-21T07:00Z", "2026-11-21T11:30Z", ["2026-11-21T11:00Z"], 3),
        (.runAll, "2026-11-21T07:00Z", "2026-11-21T09:30Z", ["2026-11-21T08:00Z", "2026-11-21T09:00Z"], 0),
        (.skip, "2026-11-21T07:00Z", "2026-11-21T09:30Z", [], 2),
        (.skip, "2026-11-21T07:00Z", "2026-11-21T09:01Z", ["2026-11-21T09:00Z"], 1),
        // The clock was set back: nothing is due again.
        (.runAll, "2026-11-21T09:00Z", "2026-11-21T08:00Z", [], 0),
    ]

    @Test("What runs is what the policy says", arguments: table)
    func policies(policy: MissedPolicy, until: String, now: String, started: [String], skipped: Int) throws {
        let due = DueTimes(try ScheduleRule("hourly"), in: .utc)
        let decision = DueDecision.decide(
            due, after: try Instant.milliseconds(until), now: try Instant.milliseconds(now), policy: policy)
        let starts = decision.entries.filter { $0.verdict == .start }
        #expect(starts.map { Instant.text($0.dueAt) } == started)
        #expect(decision.entries.count - starts.count == skipped)
        #expect(!decision.hasOlder)
    }

    @Test("However long the downtime was, run_all starts a bounded number, the newest")
    func bound() throws {
        let due = DueTimes(try ScheduleRule("hourly"), in: .utc)
        let now = try Instant.milliseconds("2026-11-21T09:30Z")
        let decision = DueDecision.decide(due, after: 0, now: now, policy: .runAll)
        #expect(decision.entries.count == MissedPolicy.runAllMax)
        #expect(decision.entries.allSatisfy { $0.verdict == .start })
        #expect(decision.entries.last?.dueAt == (try Instant.milliseconds("2026-11-21T09:00Z")))
        #expect(decision.hasOlder)
    }
}
