import BureauEngine
import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The cookie that carries a session's token. Behind https its name makes browsers refuse it from anywhere else.
struct SessionCookie {
    let site: WebHouse.Site

    private var name: String { site.isSecure ? "__Host-bureau" : "bureau" }

    func read(_ request: Request) -> String? {
        guard let value = request.cookies[name]?.value, value.utf8.count == 64 else { return nil }
        return value
    }

    func set(_ token: String, on response: inout Response) {
        put(token, maxAge: Int(SignIn.absoluteDays) * 86_400, &response)
    }

    func clear(_ response: inout Response) { put("", maxAge: 0, &response) }

    private func put(_ value: String, maxAge: Int, _ response: inout Response) {
        let secure = site.isSecure ? "; Secure" : ""
        response.headers[.setCookie] = "\(name)=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax\(secure)"
    }
}

/// What a session's forms carry: made from its token, so that only pages of that session know it.
enum FormToken {
    static func of(session token: String) -> String { OpaqueKey.hash("form of " + token) }

    /// In a time that does not depend on where they differ.
    static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count, !left.isEmpty else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
