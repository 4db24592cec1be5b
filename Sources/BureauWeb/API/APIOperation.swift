import BureauDomain
import HTTPTypes
import Hummingbird

/// One operation of `/api/v1`, as it is told to programs: what it takes, what it answers. Everything but the handler.
struct APIOperation: Sendable {
    enum Answer: Sendable {
        case one(APIShape)
        /// `{"items": […], "next": cursor or null}`
        case list(APIShape)
        case file
        case nothing
    }

    /// "listRuns"
    let name: String
    let tag: String
    let summary: String
    let answer: Answer
    var query: [APIShape.Field] = []
    /// Nil for an operation without a body. One without required members may be left out.
    var body: APIShape?
    var status: HTTPResponse.Status = .ok
    /// Problems besides those every operation of its kind may answer with.
    var problems: [HTTPResponse.Status] = []
    /// Whether `If-Match` can be said: there is one thing with an ETag.
    var mayMatch = false

    static let limitMax = 200, limitStandard = 50
    static let paging: [APIShape.Field] = [
        .init(
            name: "cursor", shape: .cursor, isRequired: false, meaning: "The \"next\" of the answer before this one."),
        .init(
            name: "limit", shape: .whole(1...limitMax), isRequired: false,
            meaning: "How many at most; \(limitStandard) when it is left out."),
    ]
}

extension Route {
    /// An operation of the API. What its declaration says of query, body, key and version is checked before `handler`.
    /// `current` is the thing as its own GET shows it, for `If-Match`.
    static func operation(
        _ house: WebHouse, _ method: HTTPRequest.Method, _ path: String, _ role: Role, _ subject: Subject = .none,
        as operation: APIOperation, current: (@Sendable (APICall) async throws -> JSONValue)? = nil,
        _ handler: @escaping @Sendable (APICall) async throws -> APIAnswer
    ) -> Route {
        var operation = operation
        operation.mayMatch = current != nil
        let desk = APIDesk(house: house, operation: operation, current: current)
        var route = Route.api(method, "/api/v1" + path, role, subject) { try await desk.answer($0, handler) }
        route.operation = operation
        return route
    }
}
