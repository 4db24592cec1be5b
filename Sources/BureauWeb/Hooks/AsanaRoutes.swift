import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /hooks/asana/:path`: one path a webhook. A handshake is answered with its own header, everything else by what
/// its signature is worth.
struct AsanaRoutes {
    let intake: AsanaIntake

    var routes: [Route] {
        [.open(.post, "/hooks/asana/:path", .hook, access: .vendor) { try await answer($0) }]
    }

    private func answer(_ request: WebRequest) async throws -> Response {
        var buffer = try await request.head.body.collect(upTo: AsanaIntake.bodyBytesMax)
        let body = Data(buffer.readBytes(length: buffer.readableBytes) ?? [])
        let secret = request.head.headers[.asanaHookSecret]
        // Asana writes 64 hex digits; a longer header is nobody's secret.
        guard (secret?.utf8.count ?? 0) <= 256 else { return Response(status: .badRequest) }
        let answer = await intake.accept(
            AsanaIntake.Request(
                path: request.parameter("path"), secret: secret,
                signature: request.head.headers[.asanaHookSignature], body: body,
                remoteAddress: request.remoteAddress))
        switch answer {
        case .ok: return Response(status: .ok)
        case .shake:
            var headers = HTTPFields()
            headers[.asanaHookSecret] = secret
            return Response(status: .ok, headers: headers)
        case .refused(let status, let why):
            return Response(
                status: .init(code: status), headers: [.contentType: "text/plain; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: why + "\n")))
        }
    }
}

extension HTTPField.Name {
    static let asanaHookSecret = HTTPField.Name("X-Hook-Secret") ?? .authorization
    static let asanaHookSignature = HTTPField.Name("X-Hook-Signature") ?? .authorization
}
