import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// One fault being carried out on one request.
struct FaultStroke {
    let rule: FaultRule
    let vendor: String
    let context: SandboxContext

    func answer(_ perform: () async throws -> Response) async throws -> Response {
        switch rule.action {
        case .status(let code):
            return VendorFault(vendor).failure(code)
        case .statusAfter(let code):
            _ = try await perform()
            return VendorFault(vendor).failure(code)
        case .drop, .duplicate, .reorder, .suspend:
            return await cut()
        case .dropAfter:
            _ = try await perform()
            return await cut()
        case .delay(let milliseconds):
            try await context.pause(.milliseconds(milliseconds))
            return try await perform()
        case .silence:
            try? await cancelWhenGracefulShutdown { [context] in
                while true { try await context.pause(.seconds(3_600)) }
            }
            return await cut()
        case .limited(let seconds):
            return VendorFault(vendor).limited(seconds: seconds)
        case .html(let code):
            return VendorFault.gatewayPage(code)
        case .garbage:
            return Response.bytes("{\"id\": \"tru", type: "application/json")
        case .half:
            return try await half(of: perform())
        case .kill:
            ProcessKiller.killNow(rule.pid)
            return await cut()
        case .killAfter:
            _ = try await perform()
            ProcessKiller.killNow(rule.pid)
            return await cut()
        case .killAnswered:
            return try await answered(perform())
        }
    }

    /// Closes the connection under the answer: the caller sees its end or a reset, never a status.
    private func cut() async -> Response {
        await context.cutConnection()
        return Response(status: .init(code: 499, reasonPhrase: "Connection cut"))
    }

    /// Announces the whole length, sends the first half, closes. An answer without an end (a stream) has no half:
    /// it is cut right after its head.
    private func half(of response: Response) async throws -> Response {
        guard response.body.contentLength != nil else {
            return Response(
                status: response.status, headers: response.headers,
                body: ResponseBody { [context] _ in
                    await context.cutConnection()
                })
        }
        let whole = try await response.collectedBody()
        var headers = response.headers
        headers[.contentLength] = String(whole.readableBytes)
        let first = whole.getSlice(at: whole.readerIndex, length: whole.readableBytes / 2) ?? ByteBuffer()
        return Response(
            status: response.status, headers: headers,
            body: ResponseBody(contentLength: whole.readableBytes) { [context] writer in
                try await writer.write(first)
                await context.cutConnection()
            })
    }

    /// Sends the whole answer, then ends the process at a moment between "it has read it" and "it has acted on it".
    private func answered(_ response: Response) async throws -> Response {
        let pid = rule.pid
        guard response.body.contentLength != nil else {
            ProcessKiller.killNow(pid)
            return await cut()
        }
        let whole = try await response.collectedBody()
        return Response(
            status: response.status, headers: response.headers,
            body: ResponseBody(contentLength: whole.readableBytes) { writer in
                try await writer.write(whole)
                try await writer.finish(nil)
                try? await context.pause(.microseconds(Int.random(in: 0...5_000)))
                ProcessKiller.killNow(pid)
            })
    }
}

extension SandboxContext {
    /// Lets time pass the way this sandbox does.
    func pause(_ duration: Duration) async throws {
        if let frame { try await frame.options.sleep(duration) } else { try await Task.sleep(for: duration) }
    }

    /// Closes the connection at once. Whatever the handler returns afterwards reaches nobody.
    func cutConnection() async {
        try? await channel.close(mode: .all).get()
    }
}

extension Response {
    /// The whole body in memory. Only for answers that end by themselves.
    func collectedBody() async throws -> ByteBuffer {
        let collector = BodyCollector()
        try await body.write(collector)
        return collector.collected
    }

    static func bytes(_ text: String, status: HTTPResponse.Status = .ok, type: String) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes)))
    }
}
