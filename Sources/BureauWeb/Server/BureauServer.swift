package import BureauEngine
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import ServiceLifecycle

/// The HTTP side of `bureau serve`.
package struct BureauServer: Service {
    package enum Address: Sendable, Hashable {
        case host(String, port: Int)
        case unixSocket(path: String)
    }

    let address: Address
    let intake: WebhookIntake
    let house: WebHouse
    let eventLoops: any EventLoopGroup
    let executor: any TaskExecutor
    let logger: Logger
    let onListening: @Sendable (Int?) async -> Void
    /// A connection that says nothing for so long is closed.
    static let idleSecondsMax: Int64 = 75

    /// `executor` runs what a webhook needs, best on the loops themselves. `onListening` is told the port once
    /// connections are accepted; nil on a unix socket.
    package init(
        address: Address, intake: WebhookIntake, house: WebHouse, eventLoops: any EventLoopGroup,
        executor: any TaskExecutor, logger: Logger,
        onListening: @escaping @Sendable (Int?) async -> Void
    ) {
        self.address = address
        self.intake = intake
        self.house = house
        self.eventLoops = eventLoops
        self.executor = executor
        self.logger = logger
        self.onListening = onListening
    }

    package func run() async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        let server = HTTPServerBuilder { [intake, executor] responder in
            WebChannel(responder: responder, idle: .seconds(Self.idleSecondsMax)) {
                WebhookHandler(intake: intake, executor: executor)
            }
        }
        let app = Application(
            router: RouteTable(house: house).router(WebGate(house: house, logger: logger)), server: server,
            configuration: .init(address: bindAddress, serverName: "bureau", backlog: 4_096),
            onServerRunning: { channel in await onListening(channel.localAddress?.port) },
            eventLoopGroupProvider: .shared(eventLoops), logger: quiet)
        try await app.run()
    }

    private var bindAddress: BindAddress {
        switch address {
        case .host(let host, let port): .hostname(host, port: port)
        case .unixSocket(let path): .unixDomainSocket(path: path)
        }
    }
}
