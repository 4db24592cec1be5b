import Crypto
import Foundation

/// Lower-case hex of HMAC-SHA256 over `message`, keyed with the secret's UTF-8 bytes.
func hexHMAC(_ message: some DataProtocol, secret: String) -> String {
    var mac = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.utf8)))
    mac.update(data: message)
    return hex(mac.finalize())
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
