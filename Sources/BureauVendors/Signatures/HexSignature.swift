import Crypto
import Foundation

/// What the three signature schemes share: lower-case hex of an HMAC-SHA256, compared in constant time.
enum HexSignature {
    /// `pieces` are signed one after another. An empty secret signs nothing: anybody could compute that.
    static func isValid(_ hex: some StringProtocol, pieces: [[UInt8]], secret: Secret) -> Bool {
        guard !secret.isEmpty, let given = bytes(hex) else { return false }
        var mac = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.reveal().utf8)))
        for piece in pieces { mac.update(data: piece) }
        let expected = mac.finalize()
        // The authentication code's own comparison does not stop at the first difference.
        return expected == Data(given)
    }

    static func sign(pieces: [[UInt8]], secret: Secret) -> String {
        var mac = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.reveal().utf8)))
        for piece in pieces { mac.update(data: piece) }
        return mac.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Exactly 64 lower-case hex digits, or nil: the vendors write no others.
    private static func bytes(_ hex: some StringProtocol) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
