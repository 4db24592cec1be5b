import BureauDomain
import BureauEngine

extension APISchemas {
    static let user = object([
        field("name", words, "They sign in with it."), field("display_name", words),
        field("role", .choice(Role.allCases.map(\.rawValue))),
        field("clients", .any, "\"all\", or a list of short names."), field("has_password", .flag),
        field("disabled", .flag), perhaps("slack", words), perhaps("seen_at", .time),
    ])
    static let userLink = object([
        perhaps("link", words, "Told once; null when the request is repeated."),
        field("hours", count, "It works so long."),
    ])
    private static let scope = APIShape.choice(TokenRecord.Scope.allCases.map(\.rawValue))
    static let userToken = object([
        field("id", words), field("label", words), field("scope", scope), field("created_at", .time),
        perhaps("expires_at", .time), perhaps("used_at", .time), perhaps("revoked_at", .time),
    ])
    static let newUserToken = object([
        perhaps("token", words, "Told once; null when the request is repeated."), field("label", words),
        field("scope", scope),
    ])
    static let userSession = object([
        field("id", words), field("created_at", .time), field("seen_at", .time), field("remote_address", words),
        field("user_agent", words),
    ])
}
