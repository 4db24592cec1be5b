import HTTPTypes
import Hummingbird

/// The headers every answer of a surface carries.
enum Dress {
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "font-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"

    static func on(_ response: Response, _ surface: Route.Surface) -> Response {
        var response = response
        switch surface {
        case .hook, .probe: break
        case .page, .api, .asset:
            response.headers[.xContentTypeOptions] = "nosniff"
            response.headers[.referrerPolicy] = "same-origin"
            response.headers[.crossOriginOpenerPolicy] = "same-origin"
            if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "private, no-cache" }
            if response.headers[.contentSecurityPolicy] == nil {
                response.headers[.contentSecurityPolicy] = contentSecurityPolicy
            }
        }
        return response
    }
}

extension Response {
    static func seeOther(_ location: String) -> Response { Response(status: .seeOther, headers: [.location: location]) }
}
