import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /slack/interactions`: presses and forms, signed by Slack. Answered within three seconds.
struct SlackRoutes {
    let frontDesk: SlackFrontDesk
    static let bodyBytesMax = 256 << 10

    var routes: [Route] {
        [.open(.post, "/slack/interactions", .hook, access: .vendor) { try await answer($0.head) }]
    }

    private func answer(_ request: Request) async throws -> Response {
        guard let (body, team) = try await genuine(request) else { return Response(status: .unauthorized) }
        guard let payload = FormBody(body)["payload"], let interaction = SlackInteraction.read(payload) else {
            return Response(status: .badRequest)
        }
        guard let error = await SlackPressDoor(desk: frontDesk).answer(interaction, from: team) else {
            return Response(status: .ok)
        }
        let json = try JSONEncoder().encode(FormErrors(errors: [SlackFrontDesk.reasonField: error]))
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: Array(json))))
    }

    /// The raw body of a request that Slack signed and the workspace it comes from, or nil.
    func genuine(_ request: Request) async throws -> (body: Data, team: SlackTeam)? {
        var buffer = try await request.body.collect(upTo: Self.bodyBytesMax)
        let body = Data(buffer.readBytes(length: buffer.readableBytes) ?? [])
        let team = frontDesk.sender(
            signature: request.headers[.slackSignature], timestamp: request.headers[.slackTimestamp], body: body)
        return team.map { (body, $0) }
    }
}

/// What keeps a Slack form open, with a sentence under the field.
private struct FormErrors: Encodable {
    let responseAction = "errors"
    let errors: [String: String]
    enum CodingKeys: String, CodingKey { case responseAction = "response_action", errors }
}

/// `application/x-www-form-urlencoded`, the last of equal names winning.
struct FormBody {
    let fields: [String: String]

    init(_ body: Data) {
        var fields: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&").prefix(200) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decoded)
            fields[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        self.fields = fields
    }

    subscript(name: String) -> String? { fields[name] }

    /// What comes after `prefix` in the names of ticked boxes, in order.
    func ticked(_ prefix: String) -> [String] {
        fields.filter { $0.key.hasPrefix(prefix) && $0.value == "yes" }.map { String($0.key.dropFirst(prefix.count)) }
            .sorted()
    }

    static func decoded(_ text: Substring) -> String {
        text.replacing("+", with: " ").removingPercentEncoding ?? String(text)
    }
}
