import BureauSandbox
import Crypto
import Foundation

/// What a receiver of Slack's requests computes and reads.
enum SlackCheck {
    static func signature(_ sent: Receiver.Delivery, secret: String = "demo-slack-signing-secret") -> String {
        let timestamp = sent.headers["x-slack-request-timestamp"] ?? ""
        let signed = Data("v0:\(timestamp):".utf8) + Data(sent.bytes)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data(secret.utf8)))
        return "v0=" + code.map { String(format: "%02x", $0) }.joined()
    }

    static func fields(_ sent: Receiver.Delivery) -> [String: String] {
        var components = URLComponents()
        components.percentEncodedQuery = String(decoding: sent.bytes, as: UTF8.self)
        return Dictionary((components.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    static func payload(_ sent: Receiver.Delivery) -> JSON? {
        fields(sent)["payload"].flatMap { try? JSON(parsing: Data($0.utf8)) }
    }
}
