import HTTPTypes

extension HTTPField.Name {
    // The names are constants, and each is a valid token: the fallback is never used.
    static let xSignature = HTTPField.Name("X-Signature") ?? .authorization
    static let slackSignature = HTTPField.Name("X-Slack-Signature") ?? .authorization
    static let slackTimestamp = HTTPField.Name("X-Slack-Request-Timestamp") ?? .date
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For") ?? .via
}
