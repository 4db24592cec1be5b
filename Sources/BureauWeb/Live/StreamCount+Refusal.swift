import BureauDomain
import HTTPTypes
import Hummingbird
import NIOCore

extension StreamCount {
    static let refusedSeconds = 10

    /// For a stream beyond the limits: in words that a person and a script understand.
    static func refusal(_ web: WebRequest) -> Response {
        let body = JSONValue.object(
            JSONObject([
                ("type", .string("about:blank")), ("title", .string("Too many live pages")),
                ("status", .number(JSONNumber(HTTPResponse.Status.serviceUnavailable.code))),
                (
                    "detail",
                    .string(
                        "One person may have \(LiveStreams.streamsPerPersonMax) streams of a kind open at once, "
                            + "all together \(LiveStreams.streamsMax). Pages show what is new when they are loaded.")
                ), ("instance", .string(web.head.uri.path)),
                (
                    "fix",
                    .string(
                        "Close some of the tabs, or try again in \(refusedSeconds) seconds. "
                            + "With ?once=yes what is new is told without a stream.")
                ),
            ]))
        return Response(
            status: .serviceUnavailable,
            headers: [.contentType: "application/problem+json", .retryAfter: "\(refusedSeconds)"],
            body: .init(byteBuffer: ByteBuffer(string: body.pretty)))
    }
}
