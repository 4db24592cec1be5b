import BureauDomain
import HTTPTypes
import Hummingbird
import NIOCore

/// An API's no, as RFC 9457 writes it.
struct APIProblem: Error, HTTPResponseError {
    let status: HTTPResponse.Status
    let title: String
    let detail: String
    /// What to do about it.
    var fix: String?
    /// How a caller shows who it is, told with a 401.
    var scheme = "Bearer"

    func response(from request: Request, context: some RequestContext) -> Response {
        var members: [(String, JSONValue)] = [
            ("type", .string("about:blank")), ("title", .string(title)),
            ("status", .number(JSONNumber(status.code))), ("detail", .string(detail)),
        ]
        members.append(("instance", .string(request.uri.path)))
        if let fix { members.append(("fix", .string(fix))) }
        let body = JSONValue.object(JSONObject(members))
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if status == .unauthorized { headers[.wwwAuthenticate] = scheme }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body.pretty)))
    }
}
