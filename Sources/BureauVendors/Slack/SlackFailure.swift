import Foundation

/// Slack says no with a 200 and `ok: false`; the names of its errors are an open set.
enum SlackFailure {
    struct Envelope: Decodable {
        struct Metadata: Decodable { let messages: [String]? }
        let ok: Bool?
        let error, needed: String?
        let metadata: Metadata?
        enum CodingKeys: String, CodingKey { case ok, error, needed, metadata = "response_metadata" }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            ok = fields.lenient(Bool.self, .ok)
            error = fields.text(.error)
            needed = fields.text(.needed)
            metadata = fields.lenient(Metadata.self, .metadata)
        }
    }

    private static let credential: Set<String> = [
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
        "not_allowed_token_type",
    ]
    private static let passing: Set<String> = [
        "internal_error", "fatal_error", "service_unavailable", "request_timeout",
    ]

    static func error(_ response: VendorResponse, _ request: VendorRequest, now: Date) -> VendorError {
        let envelope = response.decoded(Envelope.self)
        let code = envelope?.error ?? ""
        var detail = [code]
        if let needed = envelope?.needed { detail.append("needs \(needed)") }
        detail += (envelope?.metadata?.messages ?? []).prefix(3)
        return request.failure(
            kind(response, envelope, code, now: now), detail.filter { !$0.isEmpty }.joined(separator: ": "),
            requestID: response.headers["x-slack-req-id"])
    }

    private static func kind(
        _ response: VendorResponse, _ envelope: Envelope?, _ code: String, now: Date
    ) -> VendorError.Kind {
        let status = response.status
        if status == 429 || code == "ratelimited" || code == "rate_limited" {
            return .limited(retryAfterMilliseconds: RetryAfter.milliseconds(in: response.headers, now: now))
        }
        if status == 408 || status >= 500 { return .unavailable(status: status) }
        if credential.contains(code) { return .credential(status: status, code: code) }
        if passing.contains(code) { return .unavailable(status: status) }
        // A no without Slack's words is none of Slack, which says its own with a 200: something in between refuses us, and
        // goes on doing so. It says nothing of the token. A 200 that is not Slack's JSON may pass.
        if response.isSuccess, envelope?.ok == nil { return .unavailable(status: status) }
        return .rejected(status: status, code: code)
    }
}
