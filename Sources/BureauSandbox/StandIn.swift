import Hummingbird
import NIOCore

/// One vendor, played locally. Its state lives as long as the sandbox and is visible in `/_control/state`.
protocol StandIn: Sendable {
    /// The vendor as fault rules and the request log call it: "anthropic", "clickup", "slack", "google".
    var name: String { get }
    /// What the index page links to: a path and what a person finds there.
    var page: (path: String, title: String) { get }
    func addRoutes(to router: Router<SandboxContext>)
    /// Everything a test or a person may want to see, as JSON.
    func state() async -> JSON
    /// Back to how it was at start.
    func reset() async
}

/// Every stand-in of a sandbox, in the order of the index page.
func makeStandIns(_ frame: SandboxFrame) -> [any StandIn] {
    [AnthropicStandIn(frame)] + deliveryStandIns(frame)
}

/// Carries one request. `channel` lets faults cut the connection; `frame` is set by `FrameMiddleware`.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    var frame: SandboxFrame?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// 32 MB: the largest body any of the vendors accepts on these routes.
    var maxUploadSize: Int { 32 << 20 }
}

struct FrameMiddleware: RouterMiddleware {
    let frame: SandboxFrame

    func handle(
        _ request: Request, context: SandboxContext,
        next: @concurrent (Request, SandboxContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.frame = frame
        return try await next(request, context)
    }
}
