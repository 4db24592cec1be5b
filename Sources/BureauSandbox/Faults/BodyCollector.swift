import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Takes the place of the network when a fault needs to see an answer before it is sent.
final class BodyCollector: ResponseBodyWriter, Sendable {
    private let bytes = Mutex(ByteBuffer())
    var collected: ByteBuffer { bytes.withLock { $0 } }

    func write(_ buffer: ByteBuffer) async throws {
        bytes.withLock { collected in
            var buffer = buffer
            collected.writeBuffer(&buffer)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
