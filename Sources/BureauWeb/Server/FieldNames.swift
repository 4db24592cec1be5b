import HTTPTypes

extension HTTPField.Name {
    // The names are constants, and each is a valid token: the fallback is never used.
    static let xSignature = HTTPField.Name("X-Signature") ?? .authorization
    static let slackSignature = HTTPField.Name("X-Slack-Signature") ?? .authorization
    static let slackTimestamp = HTTPField.Name("X-Slack-Request-Timestamp") ?? .date
    static let internalToken = HTTPField.Name("X-Agency-OS-Internal-Token") ?? .authorization
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .via
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .via
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy") ?? .via
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For") ?? .via
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .via
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .via
    static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .via
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .via
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .via
    static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed") ?? .via
    static let mcpProtocolVersion = HTTPField.Name("MCP-Protocol-Version") ?? .via
    static let ifMatch = HTTPField.Name("If-Match") ?? .via
    static let ifNoneMatch = HTTPField.Name("If-None-Match") ?? .via
}
