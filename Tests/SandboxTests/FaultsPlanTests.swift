import Foundation
import Testing

@testable import BureauSandbox

/// The plan's own arithmetic, without a network.
@Suite struct FaultsPlanTests {
    static let actions = [
        "status:503", "status_after:529", "drop", "drop_after", "delay_ms:250", "limited:30", "html:502", "garbage",
        "half",
        "kill", "kill_after", "kill_answered", "duplicate", "reorder", "suspend",
    ]

    @Test("An action reads back as it was written", arguments: actions)
    func roundTrip(text: String) {
        #expect(FaultAction(text)?.text == text)
    }

    @Test(
        "What is almost an action is none",
        arguments: ["", "status", "status:abc", "status:99", "drop:1", "delay_ms:-1", "delay_ms:", "limited", "Drop"])
    func refused(text: String) {
        #expect(FaultAction(text) == nil)
    }

    @Test("A share of calls is hit, the same ones for the same seed")
    func percent() throws {
        func strikes(seed: UInt64) throws -> [Bool] {
            let plan = FaultPlan(seed: seed)
            try plan.add(FaultRule(vendor: "clickup", operation: "webhook.deliver", times: 1_000, percent: 30, .drop))
            return (0..<1_000).map { _ in plan.strike(vendor: "clickup", operation: "webhook.deliver") != nil }
        }
        let first = try strikes(seed: 7)
        #expect(first == (try strikes(seed: 7)))
        #expect(first != (try strikes(seed: 8)))
        #expect((240...360).contains(first.count { $0 }))
    }

    @Test("The first rule that is due wins, and spent rules make room")
    func order() throws {
        let plan = FaultPlan()
        try plan.add(FaultRule(vendor: "slack", operation: "auth.test", skip: 1, .drop))
        try plan.add(FaultRule(vendor: "*", .status(500)))
        #expect(plan.strike(vendor: "slack", operation: "auth.test")?.action == .status(500))
        #expect(plan.strike(vendor: "slack", operation: "auth.test")?.action == .drop)
        #expect(plan.strike(vendor: "slack", operation: "auth.test") == nil)
        for _ in 0..<FaultPlan.rulesMax { try plan.add(FaultRule(vendor: "google", .drop)) }
        #expect(throws: FaultRule.Invalid.self) { try plan.add(FaultRule(vendor: "google", .drop)) }
    }

    @Test("The log keeps the newest entries and their numbers")
    func log() {
        let log = RequestLog()
        for _ in 0..<(RequestLog.entriesMax + 1) {
            log.close(log.open("slack", "auth.test", method: "POST", path: "/", subject: ""), outcome: "200")
        }
        #expect(log.entries.count <= RequestLog.entriesMax)
        #expect(log.entries.last?.number == RequestLog.entriesMax + 1)
        #expect(log.entries.last?.outcome == "200")
        log.close(1, outcome: "late")
        #expect(!log.entries.contains { $0.outcome == "late" })
    }

    @Test("Interpolated text is escaped, markup is not")
    func escaping() {
        let row: HTML = "<td>\("<b>&\"'")</td>"
        #expect(row.text == "<td>&lt;b&gt;&amp;&quot;&#39;</td>")
        #expect(HTML(joining: [row, "<br>"]).text.hasSuffix("</td>\n<br>"))
    }
}
