import Foundation

/// Turns an answer of ClickUp that is no success into an error: by ECODE, then by status, never by the English text.
enum ClickUpFailure {
    private struct Envelope: Decodable {
        let err, code: String?
        enum CodingKeys: String, CodingKey { case err, code = "ECODE" }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            err = fields.text(.err)
            code = fields.text(.code)
        }
    }

    /// The token itself is unknown, revoked or missing. The other OAUTH codes also answer ids of a foreign Workspace,
    /// which says nothing about the token.
    private static let deadToken: Set<String> = ["OAUTH_017", "OAUTH_019", "OAUTH_021", "OAUTH_025", "OAUTH_077"]
    static let waitWithoutHeaderMilliseconds: Int64 = 60_000

    static func error(_ response: VendorResponse, _ request: VendorRequest, now: Date) -> VendorError {
        let envelope = response.decoded(Envelope.self)
        let code = envelope?.code ?? ""
        let detail = [envelope?.err, envelope?.code].compactMap(\.self).joined(separator: " ")
        return request.failure(
            kind(response, code: code, now: now), detail, requestID: response.headers["x-request-id"])
    }

    private static func kind(_ response: VendorResponse, code: String, now: Date) -> VendorError.Kind {
        let status = response.status
        switch status {
        case 429: return .limited(retryAfterMilliseconds: wait(response.headers, now: now))
        case 408, 500...: return .unavailable(status: status)
        case _ where deadToken.contains(code): return .credential(status: status, code: code)
        case 401, 402, 403:
            // Without a code it can only be the token; with one, the item is what is refused.
            return code.isEmpty ? .credential(status: status, code: "") : .rejected(status: status, code: code)
        default: return .rejected(status: status, code: code)
        }
    }

    /// Until `X-RateLimit-Reset` (Unix seconds); a minute when it is missing or in the past.
    private static func wait(_ headers: VendorHeaders, now: Date) -> Int64 {
        if let asked = RetryAfter.milliseconds(in: headers, now: now) { return asked }
        guard let reset = headers["x-ratelimit-reset"].flatMap(Double.init),
            let wait = RetryAfter.bounded((reset - now.timeIntervalSince1970) * 1000), wait > 0
        else { return waitWithoutHeaderMilliseconds }
        return wait
    }
}
