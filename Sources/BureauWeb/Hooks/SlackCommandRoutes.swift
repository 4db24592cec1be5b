import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /slack/commands`: what people type, signed by Slack, answered to them alone.
struct SlackCommandRoutes {
    let frontDesk: SlackFrontDesk
    let door: SlackCommandDoor

    var routes: [Route] {
        [.open(.post, "/slack/commands", .hook, access: .vendor) { try await answer($0.head, $0.context) }]
    }

    private func answer(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let (body, team) = try await SlackRoutes(frontDesk: frontDesk).genuine(request) else {
            return Response(status: .unauthorized)
        }
        let form = FormBody(body)
        guard
            let command = SlackCommandRequest(
                { form[$0] }, body: body, remoteAddress: Sender.of(request.headers, direct: context.remoteAddress))
        else { return Response(status: .badRequest) }
        let json = try JSONEncoder().encode([
            "response_type": "ephemeral", "text": await door.of(team).answer(command),
        ])
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: Array(json))))
    }
}
