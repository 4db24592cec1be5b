import Hummingbird
import NIOCore

/// What a request brings besides its head: where it came from.
struct WebContext: RequestContext, RemoteAddressRequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    var remoteAddress: SocketAddress? { channel.remoteAddress }
    var maxUploadSize: Int { 1 << 20 }

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

extension WebContext {
    /// The sender for logs and records. Behind a proxy on this machine its own header counts; from anywhere else a
    /// header proves nothing.
    func sender(_ request: Request) -> String {
        let direct = remoteAddress?.ipAddress
        guard direct == nil || direct == "127.0.0.1" || direct == "::1" else { return direct ?? "unknown" }
        let forwarded = request.headers[values: .xForwardedFor].last?.split(separator: ",").last
        let text = forwarded?.filter { $0.isHexDigit || $0 == "." || $0 == ":" }.prefix(45)
        return text.map(String.init).flatMap { $0.isEmpty ? nil : $0 } ?? direct ?? "local socket"
    }
}
