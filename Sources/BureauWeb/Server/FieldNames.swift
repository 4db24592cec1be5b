import HTTPTypes

extension HTTPField.Name {
    // The names are constants, and each is a valid token: the fallback is never used.
    static let xSignature = HTTPField.Name("X-Signature") ?? .authorization
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For") ?? .via
}
