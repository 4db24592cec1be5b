import BureauDomain
import BureauEngine
import BureauVendors
import Crypto
import Foundation
import Testing

@testable import BureauWeb

@Suite("One question on two surfaces")
struct TwoSurfacesTests {
    private static let run = "01KARVN0000000000000000001", rounds = 12

    private static func furnish(_ server: Served) async throws {
        try await ReportSeed(runState: "waiting_approval").put(into: server)
        let body = AgentBody.sentinel.replacing(
            #""delivery": {},"#, with: #""delivery": {}, "approvals": {"slack": ["U0JAKE"], "people": ["otto"]},"#)
        _ = try await server.database.write { try $0.execute("UPDATE agent_config SET body = ?", [body]) }
    }

    /// A press on the button under a question, as Slack sends it.
    private static func press(_ id: String, _ server: Served) async throws -> Int {
        let payload =
            #"{"type":"block_actions","user":{"id":"U0JAKE","username":"jake"},"channel":{"id":"C0APPROVE"},"#
            + #""actions":[{"action_id":"approve","value":"\#(id)"}]}"#
        let body = "payload=" + WebRequest.escaped(payload)
        let timestamp = String(Int64(Date().timeIntervalSince1970))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("v0:\(timestamp):\(body)".utf8), using: SymmetricKey(data: Data(Served.slackSecret.utf8)))
        return try await server.answer(
            .post, "/slack/interactions",
            [
                "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=" + Hex.text(code),
                "Content-Type": "application/x-www-form-urlencoded",
            ], body: body
        ).status
    }

    @Test("Two people at once, one in Slack and one on the page: one decision; the later one reads whose, and when")
    func atOnce() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            var winners: Set<String> = []
            for round in 0..<Self.rounds {
                let id = try await server.ask(Self.run, text: "October offer \(round)")
                async let there = Self.press(id, server)
                async let here = browser.post("/approvals/\(id)/decision", "decision=deny&reason=Not+now")
                let (slack, page) = try await (there, here)
                let decided = try #require(try await server.house.approvals.find(id))
                let who = try #require(decided.decidedBy), at = try #require(decided.decidedAt)
                winners.insert(who)
                #expect(slack == 200)
                guard decided.state == .approved else {
                    #expect(decided.state == .denied && who.contains("otto") && page.status == 303)
                    continue
                }
                #expect(who.contains("jake") && page.status == 409)
                #expect(page.text.contains("Approved by \(who), \(server.house.clock.zone.words(at))"), "\(page.text)")
            }
            // Afterwards it is the same on every surface, and a late press changes nothing.
            let late = try await server.ask(Self.run, text: "Once more")
            #expect(try await Self.press(late, server) == 200)
            let answer = try await browser.post("/approvals/\(late)/decision", "decision=approve")
            #expect(answer.status == 409 && answer.text.contains("The first decision stands"))
            #expect(try await browser.get("/approvals/\(late)/").text.contains("Approved by"))
            #expect(!winners.isEmpty)
        }
    }
}
