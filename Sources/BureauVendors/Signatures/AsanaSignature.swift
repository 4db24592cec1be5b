/// `X-Hook-Signature`: hex of HMAC-SHA256 over the raw body, keyed by the secret of the webhook's handshake.
package enum AsanaSignature {
    package static func isValid(_ header: String?, body: [UInt8], secret: Secret) -> Bool {
        guard let header else { return false }
        return HexSignature.isValid(header, pieces: [body], secret: secret)
    }
}
