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
