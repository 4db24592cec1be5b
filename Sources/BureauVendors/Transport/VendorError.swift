/// What went wrong in one call to a vendor, small enough to switch over and safe to print anywhere: it holds no URL,
/// no header, no body and no credential.
package struct VendorError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The vendor said no for good: a 4xx, Slack's `ok: false`, or (status 0, code `local_file`) a file of ours
        /// that could not be read or written, in which case nothing was sent or nothing was kept.
        case rejected(status: Int, code: String)
        /// The key, token, plan or spending limit is at fault; every other call with it will fail too.
        case credential(status: Int, code: String)
        /// Asked to wait. Not carried out. Without a number the caller's own backoff applies.
        case limited(retryAfterMilliseconds: Int64?)
        /// 408, 5xx or a gateway's page in place of an answer. A write may have been carried out (529 never is).
        case unavailable(status: Int)
        /// No connection came about: surely not carried out.
        case unreachable
        /// Connected, then a timeout, a reset or a cut answer. A write may have been carried out.
        case noAnswer
        /// Success in a shape this client does not know; `field` names what is missing or odd.
        case unreadable(field: String)
    }

    package let vendor: Vendor
    /// The vendor's own name for the call, such as "chat.postMessage" or "GET task".
    package let operation: String
    package let kind: Kind
    /// At most 300 printable characters: only the vendor's error message, type or code, credentials masked.
    package let detail: String
    /// The vendor's id for the request, to quote to its support.
    package let requestID: String?

    package init(vendor: Vendor, operation: String, kind: Kind, detail: String = "", requestID: String? = nil) {
        self.vendor = vendor
        self.operation = operation
        self.kind = kind
        self.detail = SafeText.printable(detail, masking: [])
        self.requestID = requestID.map { String(SafeText.printable($0, masking: []).prefix(100)) }
    }

    /// Whether the same request may be sent again later. When `mayHaveHappened` is true too, look before repeating.
    package var isRetryable: Bool {
        switch kind {
        case .limited, .unavailable, .unreachable, .noAnswer: true
        // Anthropic answers 409 while something else changes the same session; it passes.
        case .rejected(let status, _): vendor == .anthropic && status == 409
        case .credential, .unreadable: false
        }
    }

    /// Held back, by the vendor or here: surely not carried out.
    package var isLimited: Bool {
        if case .limited = kind { true } else { false }
    }

    /// Whether a write that ended this way may have been carried out. No vendor here takes idempotency keys.
    package var mayHaveHappened: Bool {
        switch kind {
        case .unavailable(let status): status != 529 && status != 429
        case .noAnswer, .unreadable: true
        case .rejected, .credential, .limited, .unreachable: false
        }
    }

    /// Whether the vendor itself said no, in words of its own: not a proxy or a firewall on the way to it.
    package var isRefusalInWords: Bool {
        switch kind {
        case .rejected(_, let code), .credential(_, let code): !code.isEmpty
        case .limited, .unavailable, .unreachable, .noAnswer, .unreadable: false
        }
    }

    /// The same failure under another kind, for callers that know more than the status tells.
    package func with(kind: Kind) -> VendorError {
        VendorError(vendor: vendor, operation: operation, kind: kind, detail: detail, requestID: requestID)
    }
}

extension VendorError: CustomStringConvertible {
    package var description: String {
        var text = "\(vendor.rawValue) \(operation): \(kind.summary)"
        if !detail.isEmpty { text += ": \(detail)" }
        if let requestID { text += " [\(requestID)]" }
        return text
    }
}

extension VendorError.Kind {
    var summary: String {
        switch self {
        case .rejected(let status, let code): "rejected (\(status) \(code))"
        case .credential(let status, let code): "credential refused (\(status) \(code))"
        case .limited(let wait): wait.map { "rate limited, wait \($0) ms" } ?? "rate limited"
        case .unavailable(let status): "unavailable (\(status))"
        case .unreachable: "unreachable"
        case .noAnswer: "no answer"
        case .unreadable(let field): "unreadable answer (\(field))"
        }
    }
}
