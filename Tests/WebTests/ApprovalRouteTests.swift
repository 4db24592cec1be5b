import BureauDomain
import BureauEngine
import BureauVendors
import Crypto
import Foundation
import Testing

@Suite("Approvals and commands over HTTP")
struct ApprovalRouteTests {
    private static let bearer = ["Authorization": "Bearer test-token"]
    private static let refusals: [(VendorRequest.Method, String, [String: String], String, Int)] = [
        (.get, "/api/v1/approvals", [:], "", 401),
        (.get, "/api/v1/approvals", ["Authorization": "Bearer test-tokem"], "", 401),
        (.get, "/api/v1/approvals", ["Authorization": "Basic test-token"], "", 401),
        (.get, "/api/v1/approvals?status=nonsense", bearer, "", 400),
        (.post, "/api/v1/approvals/01KA/decision", [:], #"{"decision":"approve"}"#, 401),
        (.post, "/api/v1/approvals/01KA/decision", bearer, "{", 404),
        (.post, "/api/v1/approvals/01KA/decision", bearer, #"{"decision":"maybe"}"#, 404),
        (.post, "/api/v1/approvals/01KA/decision", bearer, #"{"decision":"deny","reason":" "}"#, 404),
        (.post, "/api/v1/approvals/01KA/decision", bearer, #"{"decision":"approve"}"#, 404),
        (.post, "/api/v1/approvals/01KA/change", [:], #"{"input":{}}"#, 401),
        (.post, "/api/v1/approvals/01KA/change", bearer, #"{"input":{}}"#, 404),
    ]

    @Test("A no is a problem document with its reason, and never holds the token", arguments: refusals)
    func refused(method: VendorRequest.Method, path: String, headers: [String: String], body: String, status: Int)
        async throws
    {
        try await Served.run { server in
            let answer = try await server.send(method, path, headers, body: body)
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.type == "application/problem+json" && !answer.text.contains("test-token"))
            let problem = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
            #expect(problem?["status"] as? Int == status && problem?["detail"] is String)
        }
    }

    @Test("With the token the open questions are listed")
    func listed() async throws {
        try await Served.run { server in
            let answer = try await server.send(.get, "/api/v1/approvals", Self.bearer)
            #expect(answer.status == 200 && answer.type == "application/json")
            let list = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
            #expect((list?["items"] as? [Any])?.isEmpty == true && list?["next"] is NSNull)
        }
    }

    private static let body = "command=%2Fbureau&text=help&user_id=U0JAKE&user_name=jake&trigger_id=1.2.3"

    private static func signed(_ body: String, secondsAgo: Int64 = 0) -> [String: String] {
        let timestamp = String(Int64(Date().timeIntervalSince1970) - secondsAgo)
        let key = SymmetricKey(data: Data(Served.slackSecret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data("v0:\(timestamp):\(body)".utf8), using: key)
        return ["X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=" + Hex.text(code)]
    }

    private static let commands: [(String, [String: String], String, Int)] = [
        ("no signature", [:], body, 401), ("another body's", signed("text=other"), body, 401),
        ("too old", signed(body, secondsAgo: 400), body, 401),
        ("from the future", signed(body, secondsAgo: -4_000), body, 401),
        ("no user", signed("command=%2Fbureau"), "command=%2Fbureau", 400), ("a true one", signed(body), body, 200),
    ]

    @Test("A command counts only when Slack signed these very bytes within five minutes", arguments: commands)
    func command(what: String, headers: [String: String], body: String, status: Int) async throws {
        try await Served.run { server in
            let answer = try await server.send(.post, "/slack/commands", headers, body: body)
            #expect(answer.status == status, "\(what)")
            guard status == 200 else { return }
            let json = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: String]
            #expect(json?["response_type"] == "ephemeral" && json?["text"]?.contains("may not") == true)
        }
    }
}
