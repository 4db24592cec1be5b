import BureauSandbox
import Crypto
import Foundation

/// A webhook as ClickUp sends it, with every part open to tampering.
package struct ClickUpPost: Sendable {
    package var agent = "sentinel"
    package var body: Data
    package var signature: String?
    package var headers = ["content-type": "application/json"]

    package init(_ json: JSON) {
        body = json.bytes
        signature = Self.sign(body)
    }

    package init(bytes: Data) {
        body = bytes
        signature = Self.sign(bytes)
    }

    /// A card that was moved to `status`, as the vendor writes it.
    package static func statusChange(
        task: String = "86demoshm1", to status: String = "ready (automate)", id: String = "4791293", user: Int = 8001,
        list: String = "901100000001", event: String = "taskStatusUpdated", date: Int = 1_795_000_000_000
    ) -> JSON {
        [
            "event": .string(event), "task_id": .string(task), "webhook_id": "5e0a3c1e-0000-4000-8000-00000000d3e0",
            "history_items": [
                [
                    "id": .string(id), "type": 1, "date": .string(String(date)), "field": "status",
                    "parent_id": .string(list), "data": ["status_type": "custom"], "source": nil,
                    "user": ["id": .int(user), "username": "A person"], "before": ["status": "to do"],
                    "after": ["status": .string(status), "type": "custom"],
                ]
            ],
        ]
    }

    package static func sign(_ body: Data, secret: String = SandboxOptions().clickUpWebhookSecret) -> String {
        HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8)))
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    package func send(to server: RunningServer) async throws -> Web.Answer {
        var headers = headers
        headers["x-signature"] = signature
        return try await Web.send("POST", "\(server.url)/webhook/\(agent)", headers: headers, body: body)
    }
}
