import BureauDomain
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// `/mcp`: the protocol's Streamable HTTP, without sessions and without a stream of its own. With a bearer token; one
/// that may only read has the tools that only read.
struct MCPRoutes: Sendable {
    let house: WebHouse
    static let path = "/mcp"

    var routes: [Route] {
        var take = Route.api(.post, Self.path, .viewer) { try await answer($0) }
        take.takesReadTokens = true
        let none: Route.Handler = { _ in Response(status: .methodNotAllowed, headers: [.allow: "POST"]) }
        return [take, .api(.get, Self.path, .viewer, .none, none)]
    }

    private func answer(_ web: WebRequest) async throws -> Response {
        guard house.isOwnOrigin(web.head) else {
            throw APIProblem(
                status: .forbidden, title: "From another page",
                detail: "A browser sent this from a page of another server.",
                fix: "Call it from a program.")
        }
        if let spoken = web.head.headers[.mcpProtocolVersion], !MCPServer.protocols.contains(spoken) {
            throw APIProblem(
                status: .badRequest, title: "Unknown protocol version",
                detail: "MCP-Protocol-Version is \(spoken.prefix(40)).",
                fix: "Initialize with one of \(MCPServer.protocols.joined(separator: ", ")).")
        }
        guard let buffer = try? await web.head.body.collect(upTo: MCPServer.messageBytesMax) else {
            throw APIProblem(
                status: .contentTooLarge, title: "Too large",
                detail: "A message has at most \(MCPServer.messageBytesMax) bytes.", fix: "Send less.")
        }
        let visitor = try web.signedIn()
        let caller = MCPCaller(visitor.person, remoteAddress: web.remoteAddress, mayWrite: visitor.mayWrite)
        let server = MCPServer(house: house, caller: caller, logger: Logger(label: "bureau.mcp"))
        guard let text = await server.answer(Array(buffer.readableBytesView)) else {
            return Response(status: .accepted)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension WebHouse {
    /// By what browsers say of where a request comes from; a program says nothing.
    func isOwnOrigin(_ request: Request) -> Bool {
        guard let origin = request.headers[.origin] else { return true }
        if let known = site.publicURL, origin == known { return true }
        return origin.split(separator: "/").last.map(String.init) == request.head.authority
    }
}
