import Foundation

/// Turns an answer of Asana that is no success into an error, by status; its errors have no codes.
enum AsanaFailure {
    private struct Envelope: Decodable {
        struct Problem: Decodable { let message: String?, phrase: String? }
        let errors: [Problem]?
    }

    static func error(_ response: VendorResponse, _ request: VendorRequest, now: Date) -> VendorError {
        let first = response.decoded(Envelope.self)?.errors?.first
        // The phrase comes with 500 only, for Asana's support.
        return request.failure(
            kind(response, now: now), first?.message ?? "",
            requestID: first?.phrase ?? response.headers["x-asana-request-id"])
    }

    private static func kind(_ response: VendorResponse, now: Date) -> VendorError.Kind {
        switch response.status {
        case 429: .limited(retryAfterMilliseconds: RetryAfter.milliseconds(in: response.headers, now: now))
        case 408, 500...: .unavailable(status: response.status)
        case 401: .credential(status: 401, code: "")
        default: .rejected(status: response.status, code: "")
        }
    }
}

/// Times as Asana writes them: ISO 8601 in UTC, with milliseconds or without.
enum AsanaTime {
    static func milliseconds(_ text: String?) -> Int64? {
        guard let text else { return nil }
        let whole = Date.ISO8601FormatStyle()
        let date =
            (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
            ?? (try? whole.parse(text))
        return date.map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
    }

    static func text(_ milliseconds: Int64) -> String {
        // Not through a fraction of a second, which no binary number holds exactly.
        let whole = Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601).dropLast()
        return whole + String(format: ".%03dZ", Int(milliseconds % 1_000))
    }
}
