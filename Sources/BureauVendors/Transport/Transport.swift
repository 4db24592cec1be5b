/// The only way out to a vendor. Clients are structs on top of it; real HTTP is `HTTPTransport`.
package protocol Transport: Sendable {
    /// Sends the request and reads the whole answer, of any status. Throws `.unreachable`, `.noAnswer`,
    /// `.unreadable` (body past its limit) or `.rejected(status: 0, code: "local_file")` only.
    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse

    /// Sends the request and returns as soon as the head of the answer is there.
    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream
}
