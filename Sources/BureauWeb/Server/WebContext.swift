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
