import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Everything the server answers, in one list.
struct RouteTable: Sendable {
    let routes: [Route]

    init(house: WebHouse) {
        let groups: [[Route]] =
            [
                Self.hooks(house), HealthRoutes(status: house.status).routes, StreamProbe(doors: house.doors).routes,
                APIRoutes(house: house).routes, MCPRoutes(house: house).routes,
                ReportArtifactRoutes(door: house.artifacts, house: house).routes,
                SignInPages(house: house).routes, TodayPages(house: house).routes, RunPages(house: house).routes,
                RunActions(house: house).routes, RunStreams(house: house).routes, StartPages(house: house).routes,
                ApprovalPages(house: house).routes, AgentPages(house: house).routes, ClientPages(house: house).routes,
                CostPages(house: house).routes, SystemPages(house: house).routes, PeoplePages(house: house).routes,
                OwnPages(house: house).routes, HelpPages(house: house).routes, AssetRoutes().routes,
            ] + Self.rooms(house)
        routes = groups.flatMap { $0 }
    }

    private static func hooks(_ house: WebHouse) -> [Route] {
        // Answered by `WebhookHandler` on the connection itself, before the router.
        let webhook = Route(
            method: .post, path: "/webhook/:agent", surface: .hook, access: .vendor, subject: .none, form: .none,
            handler: nil)
        let commands = house.commands.map { SlackCommandRoutes(frontDesk: house.frontDesk, door: $0).routes } ?? []
        return [webhook] + AsanaRoutes(intake: house.asana).routes + SlackRoutes(frontDesk: house.frontDesk).routes
            + commands
    }

    /// The only place where a path becomes reachable.
    func router(_ gate: WebGate) -> Router<WebContext> {
        let router = Router(context: WebContext.self)
        router.add(middleware: UnknownPaths(gate: gate))
        for route in routes {
            guard let handler = route.handler else { continue }
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await gate.answer(route, request, context, handler)
            }
        }
        return router
    }
}

/// What no route answers: a page for people, a problem document for programs.
struct UnknownPaths: RouterMiddleware {
    typealias Context = WebContext
    let gate: WebGate

    @concurrent func handle(
        _ request: Request, context: WebContext, next: @concurrent (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound {
            return await gate.unknown(request, context)
        }
    }
}
