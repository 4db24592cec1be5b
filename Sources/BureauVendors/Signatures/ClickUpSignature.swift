/// `X-Signature`: hex of HMAC-SHA256 over the raw body, keyed by the webhook's own secret. The body alone is signed, so
/// a captured delivery stays valid for ever: age and identity are checked elsewhere.
package enum ClickUpSignature {
    package static func isValid(_ header: String?, body: [UInt8], secret: Secret) -> Bool {
        guard let header else { return false }
        return HexSignature.isValid(header, pieces: [body], secret: secret)
    }

    /// The header ClickUp would send with `body`: to test a server as its work tool would use it.
    package static func header(for body: [UInt8], secret: Secret) -> String {
        HexSignature.sign(pieces: [body], secret: secret)
    }
}
