import Foundation
import HTTPTypes
import Hummingbird

/// Failures in the shape each vendor gives them.
struct VendorFault {
    let vendor: String

    init(_ vendor: String) { self.vendor = vendor }

    /// "Not now", in the vendor's own words, with the vendor's own way of saying when.
    func limited(seconds: Int) -> Response {
        var headers: HTTPFields = [.retryAfter: String(seconds)]
        switch vendor {
        case "anthropic":
            return .json(anthropicError(429, "rate_limit_error"), status: .tooManyRequests, headers: headers)
        case "clickup":
            let reset = Int(Date.now.timeIntervalSince1970) + seconds
            headers = [:]
            for (name, value) in [
                ("X-RateLimit-Limit", "100"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "\(reset)"),
            ] {
                HTTPField.Name(name).map { headers[$0] = value }
            }
            return .json(["err": "Rate limit reached", "ECODE": "APP_002"], status: .tooManyRequests, headers: headers)
        case "asana":
            return .json(
                AsanaRefusal(status: 429, message: "You have made too many requests recently.").json,
                status: .tooManyRequests, headers: headers)
        case "slack":
            return .json(["ok": false, "error": "ratelimited"], status: .tooManyRequests, headers: headers)
        default:
            return .json(googleError(429, "rateLimitExceeded"), status: .tooManyRequests, headers: headers)
        }
    }

    func failure(_ code: Int) -> Response {
        let status = HTTPResponse.Status(code: code)
        switch vendor {
        case "anthropic":
            var body = anthropicError(code, Self.anthropicType(code))
            if code == 429 { body["error"]?["details"] = ["error_code": "enforced_spend_limit_reached"] }
            return .json(body, status: status)
        case "clickup": return .json(["err": "Internal error", "ECODE": "ERR_\(code)"], status: status)
        case "asana":
            return .json(
                AsanaRefusal(status: code, message: "The sandbox was told to answer \(code).").json, status: status)
        case "slack": return .json(["ok": false, "error": "internal_error"], status: status)
        default: return .json(googleError(code, code >= 500 ? "backendError" : "badRequest"), status: status)
        }
    }

    /// What a proxy in front of a vendor says: never JSON.
    static func gatewayPage(_ code: Int) -> Response {
        .bytes(
            "<html><head><title>\(code)</title></head><body><h1>\(code) Bad Gateway</h1></body></html>\n",
            status: .init(code: code), type: "text/html")
    }

    private func anthropicError(_ code: Int, _ type: String) -> JSON {
        [
            "type": "error", "request_id": "req_fault",
            "error": ["type": .string(type), "message": "The sandbox was told to answer \(code)."],
        ]
    }

    private func googleError(_ code: Int, _ reason: String) -> JSON {
        let message: JSON = "The sandbox was told to answer \(code)."
        let detail: JSON = ["domain": "usageLimits", "reason": .string(reason), "message": message]
        return ["error": ["code": .int(code), "message": message, "errors": [detail]]]
    }

    static func anthropicType(_ code: Int) -> String {
        switch code {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 408, 504: "timeout_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
