import Foundation

extension RateReading {
    /// The budget a request belongs to. Slack counts by method; Anthropic counts creations and reads apart; ClickUp,
    /// Asana and Google count by credential. (Vendors' rate limit pages.)
    static func lane(of request: VendorRequest) -> String {
        switch request.vendor {
        case .slack: request.operation
        case .anthropic:
            request.operation == AnthropicClient.messagesOperation
                ? "messages" : request.method == .get ? "reads" : "writes"
        case .clickUp, .asana, .google: "all"
        }
    }

    static func of(_ request: VendorRequest, status: Int, headers: VendorHeaders, body: [UInt8], now: Int64)
        -> RateReading
    {
        let date = Date(timeIntervalSince1970: Double(now) / 1_000)
        var reading = budget(request.vendor, headers)
        reading.isRefusal = isRefusal(request.vendor, status: status, headers: headers, body: body)
        guard reading.isRefusal else { return reading }
        if let wait = RetryAfter.milliseconds(in: headers, now: date) {
            reading.blockedUntil = now + wait
        } else if request.vendor == .clickUp {
            let reset = reading.resetAt.flatMap { $0 > now ? $0 : nil }
            let wait = ClickUpFailure.waitWithoutHeaderMilliseconds
            reading.blockedUntil = min(reset ?? now + wait, now + RateBudget.windowMillisecondsMax)
        }
        return reading
    }

    private static func budget(_ vendor: Vendor, _ headers: VendorHeaders) -> RateReading {
        func number(_ name: String) -> Int64? {
            headers[name].flatMap { Int64($0.trimmingCharacters(in: .whitespaces)) }
        }
        switch vendor {
        case .clickUp:
            return RateReading(
                limit: number("x-ratelimit-limit"), remaining: number("x-ratelimit-remaining"),
                resetAt: number("x-ratelimit-reset").flatMap { (0..<Int64.max / 1_000).contains($0) ? $0 * 1_000 : nil }
            )
        case .anthropic:
            // The budget flows back evenly; its reset tells when it is full again, which is not when one may go.
            return RateReading(
                limit: number("anthropic-ratelimit-requests-limit"),
                remaining: number("anthropic-ratelimit-requests-remaining"))
        case .asana, .slack, .google: return RateReading()
        }
    }

    private static func isRefusal(_ vendor: Vendor, status: Int, headers: VendorHeaders, body: [UInt8]) -> Bool {
        switch vendor {
        // Without a time to wait it is a spending limit, and waiting does not lift it.
        case .anthropic: status == 429 && (headers["retry-after"] ?? headers["retry-after-ms"]) != nil
        case .clickUp, .asana: status == 429
        case .slack: status == 429 || status == 200 && says(body, ["\"ratelimited\"", "\"rate_limited\""])
        case .google:
            status == 429 || status == 403 && says(body, ["\"rateLimitExceeded\"", "\"userRateLimitExceeded\""])
        }
    }

    /// Refusals are short, so that a page of messages about rate limits is not taken for one.
    private static let refusalBytesMax = 4_096

    private static func says(_ body: [UInt8], _ words: [String]) -> Bool {
        guard body.count <= refusalBytesMax else { return false }
        let text = String(decoding: body, as: UTF8.self)
        guard text.contains("\"error\"") else { return false }
        return words.contains { text.contains($0) }
    }
}
