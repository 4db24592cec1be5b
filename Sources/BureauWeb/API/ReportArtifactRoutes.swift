import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `/report-artifacts/*`: the registry for staff's own tools, behind the internal token.
struct ReportArtifactRoutes {
    /// Nil when there is no token: then nobody gets in, and is told why.
    let door: ReportArtifactDoor?
    let house: WebHouse
    static let bodyBytesMax = 16 << 10
    static let prefix = "/report-artifacts"

    var routes: [Route] {
        [
            .open(.get, "\(Self.prefix)", .api, access: .internalToken) { web in
                let request = web.head
                let desk = try desk(request)
                return try await answering { try await list(desk, try ReportArtifactQuery(request)) }
            },
            .open(.get, "\(Self.prefix)/reusable", .api, access: .internalToken) { web in
                let request = web.head
                let desk = try desk(request)
                return try await answering { try await reusable(desk, request) }
            },
            .open(.get, "\(Self.prefix)/:id", .api, access: .internalToken) { web in
                let (request, context) = (web.head, web.context)
                let desk = try desk(request)
                return try await answering {
                    let page = try await desk.page(Self.id(context))
                    return Self.json(page.document(desk.exclusion(page.artifact)))
                }
            },
            .open(.get, "\(Self.prefix)/:id/capsule", .api, access: .internalToken) { web in
                let (request, context) = (web.head, web.context)
                let desk = try desk(request)
                return try await answering { Self.json(try await desk.find(Self.id(context)).capsuleDocument) }
            },
            .open(.get, "\(Self.prefix)/:id/files", .api, access: .internalToken) { web in
                let (request, context) = (web.head, web.context)
                let desk = try desk(request)
                return try await answering {
                    Self.json(["items": .array(try await desk.page(Self.id(context)).files.map(\.document))])
                }
            },
            .open(.get, "\(Self.prefix)/:id/files/:name", .api, access: .internalToken) { web in
                let (request, context) = (web.head, web.context)
                let desk = try desk(request)
                return try await answering {
                    let name = context.parameters.get("name")?.removingPercentEncoding ?? ""
                    let (file, url) = try await desk.file(name, of: Self.id(context))
                    return try ReportArtifactFile(file: file, url: url).response()
                }
            },
            .open(.post, "\(Self.prefix)/:id/accept", .api, access: .internalToken) { web in
                let desk = try desk(web.head)
                return try await answering { try await decide(.accepted, desk, web) }
            },
            .open(.post, "\(Self.prefix)/:id/dismiss", .api, access: .internalToken) { web in
                let desk = try desk(web.head)
                return try await answering {
                    try await decide(.dismissed(reason: try await reason(web.head)), desk, web)
                }
            },
        ]
    }

    private static func id(_ context: WebContext) -> String { context.parameters.get("id") ?? "" }

    /// As on the pages, under the name of whoever holds the token: an operator who is nobody in particular.
    private func decide(_ word: ReportDecision.Word, _ desk: ArtifactDesk, _ web: WebRequest) async throws -> Response {
        let name = door?.person ?? ""
        let after = try await ReportDecision(house: house).decide(
            word, try await desk.find(Self.id(web.context)), .installation(name),
            Actor(name: name, surface: "internal", remoteAddress: web.remoteAddress))
        return Self.json(after.document(desk.exclusion(after)))
    }

    private func desk(_ request: Request) throws -> ArtifactDesk {
        guard let door else {
            throw APIProblem(
                status: .serviceUnavailable, title: "The registry is not open",
                detail: "This installation has no internal token, so nobody may read the registry over HTTP.",
                fix: "Set AGENCY_OS_INTERNAL_TOKEN and start the server again.")
        }
        guard door.isOpen(to: request.headers[.internalToken]) else {
            throw APIProblem(
                status: .unauthorized, title: "Not authorized",
                detail: "The internal token is missing or is not the one of this installation.",
                fix: "Send it in the header X-Agency-OS-Internal-Token.", scheme: "X-Agency-OS-Internal-Token")
        }
        return door.desk
    }

    private func list(_ desk: ArtifactDesk, _ query: ReportArtifactQuery) async throws -> Response {
        var filter = query.filter
        filter.limit += 1
        let found = try await desk.list(filter)
        let shown = found.prefix(query.filter.limit)
        return Self.json([
            "items": .array(shown.map { $0.document(desk.exclusion($0)) }),
            "next": found.count > shown.count ? shown.last.map { .string($0.id) } ?? .null : .null,
        ])
    }

    private func reusable(_ desk: ArtifactDesk, _ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        guard let client = query["client"].map(String.init), !client.isEmpty else {
            throw APIProblem(
                status: .badRequest, title: "A client is missing", detail: "Whose artifacts may be reused?",
                fix: "Add ?client= with the client's slug.")
        }
        func words(_ name: Substring) -> [String] {
            (query[name].map(String.init) ?? "").split(separator: ",").map(String.init)
        }
        let periods = try words("period").map { text in
            guard let wish = PeriodWish(text) else { throw ReportArtifactQuery.unknownPeriod }
            return wish
        }
        let found = try await desk.reusable(
            client: client, kinds: words("kind"), channels: words("channel"),
            periods: periods.isEmpty ? [.any] : periods)
        return Self.json([
            "usable": .array(found.usable.map { $0.document(nil) }),
            "excluded": .array(found.excluded.map { $0.artifact.document($0.exclusion) }),
        ])
    }

    private struct Dismissal: Decodable { let reason: String? }

    /// A body is optional; one that is there must be readable.
    private func reason(_ request: Request) async throws -> String? {
        let problem = APIProblem(
            status: .badRequest, title: "Unreadable reason", detail: "The body is not the JSON that is expected.",
            fix: #"Send {"reason": "…"} or nothing."#)
        guard let buffer = try? await request.body.collect(upTo: Self.bodyBytesMax) else { throw problem }
        guard buffer.readableBytes > 0 else { return nil }
        guard let body = try? JSONDecoder().decode(Dismissal.self, from: Data(buffer.readableBytesView)) else {
            throw problem
        }
        return body.reason
    }

    /// The registry's own no, as a problem document.
    private func answering(_ body: () async throws -> Response) async throws -> Response {
        do { return try await body() } catch let refused as ArtifactDesk.Refused {
            let (status, title): (HTTPResponse.Status, String) =
                switch refused.kind {
                case .notFound: (.notFound, "No such artifact")
                case .ambiguous: (.badRequest, "Several artifacts fit")
                case .notNow: (.conflict, "Not now")
                case .damaged: (.internalServerError, "The file is damaged")
                case .tooLarge: (.contentTooLarge, "Too large")
                }
            throw APIProblem(status: status, title: title, detail: refused.description, fix: APIProblem.fix(refused))
        } catch let problem as FieldProblem { throw APIProblem(reading: problem) ?? problem }
    }

    private static func json(_ value: JSONValue) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/json", .cacheControl: "private, no-store", .contentTypeOptions: "nosniff",
            ],
            body: .init(byteBuffer: ByteBuffer(string: value.pretty)))
    }
}
