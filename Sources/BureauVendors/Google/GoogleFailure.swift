import Foundation

/// Turns an answer of a Google API that is no success into an error: by the first error's reason, then by status.
enum GoogleFailure {
    private struct Envelope: Decodable {
        struct Item: Decodable { let reason: String? }
        struct Fault: Decodable {
            let message, status: String?
            let errors: [Item]?
            enum CodingKeys: String, CodingKey { case message, status, errors }

            init(from decoder: any Decoder) throws {
                let fields = try decoder.container(keyedBy: CodingKeys.self)
                message = fields.text(.message)
                status = fields.text(.status)
                errors = fields.list(Item.self, .errors)
            }
        }
        let fault: Fault?
        /// The token endpoint's form: `{"error": "invalid_grant", "error_description": "…"}`.
        let code, description: String?
        enum CodingKeys: String, CodingKey { case error, description = "error_description" }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            fault = fields.lenient(Fault.self, .error)
            code = fields.lenient(String.self, .error)
            description = fields.text(.description)
        }
    }

    private static let waiting: Set<String> = ["rateLimitExceeded", "userRateLimitExceeded"]
    /// A 403 about the project or the key, not about one file.
    private static let credential: Set<String> = [
        "insufficientPermissions", "accessNotConfigured", "authError", "invalid_grant", "invalid_scope",
        "unauthorized_client", "invalid_client",
    ]

    static func error(_ response: VendorResponse, _ request: VendorRequest, now: Date) -> VendorError {
        let envelope = response.decoded(Envelope.self)
        let reason = envelope?.fault?.errors?.first?.reason ?? envelope?.fault?.status ?? envelope?.code ?? ""
        let message = envelope?.fault?.message ?? envelope?.description ?? ""
        let detail = [reason, message].filter { !$0.isEmpty }.joined(separator: ": ")
        return request.failure(kind(response, reason, now: now), detail)
    }

    private static func kind(_ response: VendorResponse, _ reason: String, now: Date) -> VendorError.Kind {
        let status = response.status
        switch status {
        case 408, 500...: return .unavailable(status: status)
        case _ where status == 429 || waiting.contains(reason):
            return .limited(retryAfterMilliseconds: RetryAfter.milliseconds(in: response.headers, now: now))
        case 401, 402: return .credential(status: status, code: reason)
        case _ where credential.contains(reason): return .credential(status: status, code: reason)
        default: return .rejected(status: status, code: reason)
        }
    }
}
