import Foundation

/// Turns an answer of Anthropic that is no success into an error.
enum AnthropicFailure {
    struct Envelope: Decodable {
        struct Fault: Decodable {
            struct Details: Decodable {
                let errorCode: String?
                enum CodingKeys: String, CodingKey { case errorCode = "error_code" }
            }
            let type, message: String?
            let details: Details?
            enum CodingKeys: String, CodingKey { case type, message, details }

            init(from decoder: any Decoder) throws {
                let fields = try decoder.container(keyedBy: CodingKeys.self)
                type = fields.text(.type)
                message = fields.text(.message)
                details = fields.lenient(Details.self, .details)
            }
        }
        let error: Fault?
        let requestID: String?
        enum CodingKeys: String, CodingKey { case error, requestID = "request_id" }
    }

    static func error(_ response: VendorResponse, _ request: VendorRequest, now: Date) -> VendorError {
        let envelope = response.decoded(Envelope.self)
        let message = envelope?.error?.message ?? ""
        let code = envelope?.error?.details?.errorCode ?? envelope?.error?.type ?? ""
        let detail = [envelope?.error?.type, message].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ": ")
        let kind = kind(response, code: code, message: message, now: now)
        return request.failure(kind, detail, requestID: response.headers["request-id"] ?? envelope?.requestID)
    }

    private static func kind(_ response: VendorResponse, code: String, message: String, now: Date) -> VendorError.Kind {
        let status = response.status
        switch status {
        case 401, 402, 403: return .credential(status: status, code: code)
        case 408, 500...: return .unavailable(status: status)
        case 429:
            let wait = RetryAfter.milliseconds(in: response.headers, now: now)
            // Without a time to wait it is the organisation's own spending limit, which no waiting lifts.
            if wait == nil, code == "enforced_spend_limit_reached" { return .credential(status: status, code: code) }
            return .limited(retryAfterMilliseconds: wait)
        case 400 where message.contains("specified API usage limits"):
            return .credential(status: status, code: "spend_limit_reached")
        case 400 where message.contains("waiting on responses"):
            return .rejected(status: status, code: "waiting_on_responses")
        default: return .rejected(status: status, code: code)
        }
    }
}
