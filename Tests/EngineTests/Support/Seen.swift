import BureauVendors
import Synchronization

/// A way out that leads nowhere but keeps what would have been sent.
final class Seen: Transport {
    private let requests = Mutex<[VendorRequest]>([])

    var bodies: [[UInt8]] {
        requests.withLock { $0 }.compactMap { request in
            if case .bytes(let bytes) = request.body { bytes } else { nil }
        }
    }

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        requests.withLock { $0.append(request) }
        return VendorResponse(
            status: 200, headers: VendorHeaders([]), body: Array(#"{"ok":true,"channel":"C","ts":"1.0"}"#.utf8))
    }

    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        throw VendorError(vendor: request.vendor, operation: request.operation, kind: .unreachable)
    }
}

/// A process that stands still while a message waits to be sent, after it was made.
struct Standing: Transport {
    let clock: VirtualClock
    let milliseconds: Int64
    let next: any Transport

    init(_ clock: VirtualClock, milliseconds: Int64, before next: any Transport) {
        (self.clock, self.milliseconds) = (clock, milliseconds)
        self.next = RateGovernor(vendor: .slack, before: next)
    }

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        if request.operation == "chat.postMessage" { clock.advance(milliseconds: milliseconds) }
        return try await next.send(request)
    }

    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream { try await next.open(request) }
}
