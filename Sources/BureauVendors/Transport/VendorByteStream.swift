import AsyncHTTPClient
package import NIOCore

/// An answer whose body arrives in pieces, as the network delivers them. Read it once.
package struct VendorByteStream: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer
    package typealias Failure = VendorError

    package let status: Int
    package let headers: VendorHeaders
    let request: VendorRequest
    let body: HTTPClientResponse.Body

    var isSuccess: Bool { (200..<300).contains(status) }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: body.makeAsyncIterator(), request: request)
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        var chunks: HTTPClientResponse.Body.AsyncIterator
        let request: VendorRequest

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(VendorError) -> ByteBuffer? {
            do {
                return try await chunks.next(isolation: actor)
            } catch {
                throw TransportFailure.error(from: error, request: request)
            }
        }
    }

    /// Reads what is left, up to `bytesMax`; used for the bodies of refusals, so a failure keeps what came before it.
    func collected(bytesMax: Int) async -> VendorResponse {
        var bytes: [UInt8] = []
        var chunks = makeAsyncIterator()
        while bytes.count < bytesMax, let chunk = try? await chunks.next(isolation: #isolation) {
            bytes.append(contentsOf: chunk.readableBytesView.prefix(bytesMax - bytes.count))
        }
        return VendorResponse(status: status, headers: headers, body: bytes)
    }
}
