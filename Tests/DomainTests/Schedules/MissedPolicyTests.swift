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
    }

    static let downtimes: [(until: String, older: Int, words: String)] = [
        ("2026-11-20T08:00Z", 0, "it passed while no server was looking"),
        ("2026-11-20T07:00Z", 1, "it and 1 older time passed"),
        ("2026-11-19T21:00Z", 11, "it and 11 older times passed"),
        ("1990-01-01T00:00Z", DueDecision.olderCountedMax, "it and at least 10000 older times passed"),
    ]

    @Test(
        "However long the downtime was, a bounded number is decided one by one, the newest, and one entry tells of the rest",
        arguments: downtimes, MissedPolicy.allCases)
    func bound(downtime: (until: String, older: Int, words: String), policy: MissedPolicy) throws {
        let due = DueTimes(try ScheduleRule("hourly"), in: .utc)
        let now = try Instant.milliseconds("2026-11-21T09:30Z")
        let decision = DueDecision.decide(
            due, after: try Instant.milliseconds(downtime.until), now: now, policy: policy)
        #expect(decision.entries.count == MissedPolicy.runAllMax + 1)
        let rest = try #require(decision.entries.first)
        #expect(rest.verdict == .omit(older: downtime.older))
        #expect(rest.verdict.reason?.contains(downtime.words) == true, "\(rest.verdict.reason ?? "")")
        #expect(rest.dueAt == (try Instant.milliseconds("2026-11-20T09:00Z")))
        #expect(decision.entries.last?.dueAt == (try Instant.milliseconds("2026-11-21T09:00Z")))
        let starts = decision.entries.filter { $0.verdict == .start }.count
        #expect(starts == (policy == .runAll ? MissedPolicy.runAllMax : policy == .runLast ? 1 : 0))
    }
}
