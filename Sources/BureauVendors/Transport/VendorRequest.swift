/// One HTTP request to a vendor, complete: where, what, for how long, and how much answer is acceptable.
package struct VendorRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// How the request proves who sends it. The secret is put into the header only by the transport.
    package enum Authorization: Sendable {
        case none
        case bearer(Secret)
        case header(name: String, Secret)

        var secret: Secret? {
            switch self {
            case .none: nil
            case .bearer(let secret), .header(_, let secret): secret
            }
        }
    }

    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        case multipart(MultipartBody)
        /// A part of a file, streamed; `lengthBytes` nil means to its end.
        case file(path: String, offsetBytes: Int64 = 0, lengthBytes: Int64? = nil)
    }

    package var vendor: Vendor
    package var operation: String
    package var method: Method
    package var url: String
    package var headers: [String: String]
    package var authorization: Authorization
    package var body: Body
    /// Wall clock for the whole exchange with `send`, for the answer's head only with `open`.
    package var timeoutSeconds: Double
    package var responseBytesMax: Int
    /// Whose work it is; see `CallLabel`.
    package var label = CallLabel.current
    /// Until when it may be sent; nil for what nobody else would send.
    package var sendLimit = SendLimit.current

    package init(
        vendor: Vendor, operation: String, method: Method, url: String, headers: [String: String] = [:],
        authorization: Authorization = .none, body: Body = .none, timeoutSeconds: Double = 30,
        responseBytesMax: Int = 8 << 20
    ) {
        self.vendor = vendor
        self.operation = operation
        self.method = method
        self.url = url
        self.headers = headers
        self.authorization = authorization
        self.body = body
        self.timeoutSeconds = timeoutSeconds
        self.responseBytesMax = responseBytesMax
    }

    /// An error about this request, with whatever it was authorised by masked in the text.
    func failure(_ kind: VendorError.Kind, _ detail: String = "", requestID: String? = nil) -> VendorError {
        let masked = SafeText.printable(detail, masking: authorization.secret.map { [$0] } ?? [])
        return VendorError(vendor: vendor, operation: operation, kind: kind, detail: masked, requestID: requestID)
    }
}

/// Printing a request tells what it is about and nothing else: addresses and bodies may hold capabilities.
extension VendorRequest: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(vendor.rawValue) \(operation)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// `multipart/form-data` or `multipart/related` (RFC 7578, RFC 2387) whose parts may be files on disk.
package struct MultipartBody: Sendable {
    package enum Subtype: String, Sendable {
        case formData = "form-data"
        case related
    }
    package enum Content: Sendable {
        case bytes([UInt8])
        case file(path: String)
    }
    package struct Part: Sendable {
        package var headers: [(name: String, value: String)]
        package var content: Content

        package init(headers: [(name: String, value: String)], content: Content) {
            self.headers = headers
            self.content = content
        }
    }

    package var subtype: Subtype
    package var boundary: String
    package var parts: [Part]

    package init(subtype: Subtype, boundary: String, parts: [Part]) {
        self.subtype = subtype
        self.boundary = boundary
        self.parts = parts
    }
}
