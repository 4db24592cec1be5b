/// Slack's scheme v0: hex of HMAC-SHA256 over "v0:timestamp:body", keyed by the app's signing secret.
package enum SlackSignature {
    /// A request older or newer than this is refused; Slack's own SDK lets exactly 300 pass.
    package static let skewSecondsMax: Int64 = 300

    /// `header` is `X-Slack-Signature`, `timestamp` is `X-Slack-Request-Timestamp` as received.
    package static func isValid(
        _ header: String?, timestamp: String?, body: [UInt8], secret: Secret, nowSeconds: Int64
    ) -> Bool {
        guard let header, let timestamp, header.hasPrefix("v0="), let sent = seconds(timestamp) else { return false }
        let (skew, overflow) = nowSeconds.subtractingReportingOverflow(sent)
        guard !overflow, (-skewSecondsMax...skewSecondsMax).contains(skew) else { return false }
        return HexSignature.isValid(
            header.dropFirst(3), pieces: [Array("v0:\(timestamp):".utf8), body], secret: secret)
    }

    /// Digits only: a sign or a blank in front would be signed text that two readers take differently.
    private static func seconds(_ text: String) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }
}
