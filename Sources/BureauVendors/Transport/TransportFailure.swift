import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Tells failures before a connection existed (surely not carried out) from later ones (perhaps carried out).
enum TransportFailure {
    struct TimedOut: Error {}
    struct AnswerTooLarge: Error { let bytesMax: Int }
    struct LocalFile: Error { let reason: String }

    static func error(from error: any Error, request: VendorRequest) -> VendorError {
        switch error {
        case let error as VendorError: error
        case is TimedOut: request.failure(.noAnswer, "no whole answer within \(seconds(request.timeoutSeconds)) s")
        case let error as AnswerTooLarge:
            request.failure(.unreadable(field: "body"), "the answer is larger than \(error.bytesMax) bytes")
        case let error as LocalFile: request.failure(.rejected(status: 0, code: "local_file"), error.reason)
        case is CancellationError: request.failure(.noAnswer, "the call was cancelled")
        case let error as HTTPClientError where beforeConnection.contains(error):
            request.failure(.unreachable, String(describing: error))
        case let error as HTTPClientError where isAddress(error):
            request.failure(.unreachable, "the configured address is not a valid URL")
        case let error as NIOConnectionError: request.failure(.unreachable, String(describing: error))
        case let error as IOError where isConnecting(error):
            request.failure(.unreachable, "the connection was refused or has no route")
        case let error as ChannelError where isConnectTimeout(error):
            request.failure(.unreachable, "connecting took too long")
        case _ where isHandshake(error): request.failure(.unreachable, "the TLS handshake failed")
        default: request.failure(.noAnswer, String(describing: error))
        }
    }

    private static let beforeConnection: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .socksHandshakeTimeout,
        .httpProxyHandshakeTimeout, .alreadyShutdown,
    ]

    private static func isAddress(_ error: HTTPClientError) -> Bool {
        [.invalidURL, .emptyHost, .emptyScheme].contains(error)
            || String(describing: error).contains("unsupportedScheme")
    }

    /// Numbers that only an attempt to connect can end with; others are told by NIO's own words.
    private static func isConnecting(_ error: IOError) -> Bool {
        [ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
            || String(describing: error).contains("non-blocking connect")
    }

    private static func isConnectTimeout(_ error: ChannelError) -> Bool {
        if case .connectTimeout = error { true } else { false }
    }

    /// NIOSSL's errors are told by name: importing it for two cases would make it a dependency of its own.
    private static func isHandshake(_ error: any Error) -> Bool {
        let type = String(reflecting: type(of: error))
        guard type.hasPrefix("NIOSSL.") else { return false }
        let text = String(describing: error)
        return type.hasSuffix("NIOSSLExtraError") || text.contains("handshakeFailed")
            || text.contains("unableToValidate")
    }

    private static func seconds(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }
}
