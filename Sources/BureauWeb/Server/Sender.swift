import HTTPTypes
import NIOCore

/// Who sent a request, for logs and records. Behind a proxy on this machine its own header counts; from anywhere else a
/// header proves nothing.
enum Sender {
    static func of(_ headers: HTTPFields, direct address: SocketAddress?) -> String {
        let direct = address?.ipAddress
        guard direct == nil || direct == "127.0.0.1" || direct == "::1" else { return direct ?? "unknown" }
        let forwarded = headers[values: .xForwardedFor].last?.split(separator: ",").last
        let text = forwarded?.filter { $0.isHexDigit || $0 == "." || $0 == ":" }.prefix(45)
        return text.map(String.init).flatMap { $0.isEmpty ? nil : $0 } ?? direct ?? "local socket"
    }

    /// Whether it is a program on this very machine, and no proxy said otherwise.
    static func isHere(_ address: String) -> Bool { ["127.0.0.1", "::1", "local socket"].contains(address) }
}
