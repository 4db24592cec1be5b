import NIOCore

/// The live events of one session. Each element holds the events that one piece from the network completed; an empty
/// element is a sign of life (a heartbeat, or a part of a larger event). Ends when the service closes the stream, and
/// throws `.noAnswer` on silence, a cut connection or the service's own error frame: reconnect and list.
package struct SessionStream: AsyncSequence, Sendable {
    package typealias Element = [RawEvent]
    package typealias Failure = VendorError

    let bytes: VendorByteStream
    let request: VendorRequest
    let requestID: String?

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: bytes.makeAsyncIterator(), request: request, requestID: requestID)
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private var chunks: VendorByteStream.AsyncIterator
        private var parser = SSEParser(eventBytesMax: AnthropicClient.eventBytesMax)
        private let request: VendorRequest
        private let requestID: String?
        private var failure: VendorError?

        init(chunks: VendorByteStream.AsyncIterator, request: VendorRequest, requestID: String?) {
            (self.chunks, self.request, self.requestID) = (chunks, request, requestID)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(VendorError) -> [RawEvent]? {
            if let failure { throw failure }
            guard let chunk = try await chunks.next(isolation: actor) else { return nil }
            var events: [RawEvent] = []
            var fault: Fault?
            do throws(SSEParser.EventTooLarge) {
                try parser.feed(chunk.readableBytesSpan) { name, data in
                    guard fault == nil else { return }
                    switch Frame(name: name, data: data) {
                    case .event(let event): events.append(event)
                    case .sign: break
                    case .fault(let found): fault = found
                    }
                }
            } catch {
                fault = .tooLarge(bytesMax: error.bytesMax)
            }
            if let fault {
                failure = fault.error(request, requestID)
                // What came before the fault is delivered first.
                if events.isEmpty, let failure { throw failure }
            }
            return events
        }
    }

    private enum Fault {
        case reported(String)
        case broken
        case tooLarge(bytesMax: Int)

        func error(_ request: VendorRequest, _ requestID: String?) -> VendorError {
            switch self {
            case .reported(let detail): request.failure(.noAnswer, detail, requestID: requestID)
            case .broken: request.failure(.unreadable(field: "event"), requestID: requestID)
            case .tooLarge(let bytesMax):
                request.failure(.unreadable(field: "event"), "an event exceeds \(bytesMax) bytes", requestID: requestID)
            }
        }
    }

    private enum Frame {
        case event(RawEvent)
        case sign
        case fault(Fault)

        init(name: RawSpan, data: RawSpan) {
            let name = name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            let bytes = data.withUnsafeBytes { Array($0) }
            guard let event = RawEvent(bytes: bytes) else {
                // The form of heartbeats is not promised, so anything that is not an object is taken for one; an
                // object that does not close, or has no type under a real event's name, is damage.
                let isObject = bytes.first { $0 != 0x20 } == 0x7B
                let isDamage = isObject && name != "ping" && (!name.isEmpty || bytes.last { $0 != 0x20 } != 0x7D)
                self = name == "error" ? .fault(.reported("stream error")) : isDamage ? .fault(.broken) : .sign
                return
            }
            switch event.type {
            case "ping": self = .sign
            case "error": self = .fault(.reported(Self.report(bytes)))
            default: self = name == "error" ? .fault(.reported(Self.report(bytes))) : .event(event)
            }
        }

        private static func report(_ bytes: [UInt8]) -> String {
            let envelope = VendorResponse(status: 200, headers: VendorHeaders([]), body: bytes)
                .decoded(AnthropicFailure.Envelope.self)
            let parts = [envelope?.error?.type, envelope?.error?.message].compactMap(\.self)
            return parts.isEmpty ? "stream error" : parts.joined(separator: ": ")
        }
    }
}
