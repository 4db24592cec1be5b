import BureauDomain
import HTTPTypes

/// OpenAPI 3.1 from the declarations of the routes.
struct OpenAPIDocument {
    /// For whoever is signed in, or has a token.
    static let place = "/api/v1/openapi.json"
    let version: String
    /// Where people reach this server; nil when nobody said.
    let url: String?

    func make(_ routes: [Route]) -> JSONValue {
        var paths = JSONObject()
        for route in routes {
            guard let operation = route.operation else { continue }
            let path = Self.path(route.path)
            var item = paths[path]?.object ?? JSONObject()
            item[route.method.rawValue.lowercased()] = Self.operation(route, operation)
            paths[path] = .object(item)
        }
        let schemas = APISchemas.all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.schema) }
        return .object(
            JSONObject([
                ("openapi", "3.1.0"),
                (
                    "info",
                    [
                        "title": "Bureau", "version": .string(version),
                        "description":
                            "Runs, approvals, clients and what they cost, as the pages and the command line have them.",
                    ]
                ),
                ("servers", [["url": .string(url ?? "/")]]), ("security", [["token": []]]),
                ("paths", .object(paths)),
                (
                    "components",
                    [
                        "schemas": .object(JSONObject(schemas)),
                        "securitySchemes": [
                            "token": [
                                "type": "http", "scheme": "bearer",
                                "description": "A token of a user's own, or API_TOKEN.",
                            ]
                        ],
                    ]
                ),
            ]))
    }

    /// "/runs/:id" is "/runs/{id}" here.
    private static func path(_ path: String) -> String {
        path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
            .reduce("") { $0 + "/" + $1 }
    }

    private static func operation(_ route: Route, _ operation: APIOperation) -> JSONValue {
        var role = ""
        if case .role(let least) = route.access { role = "For the role \(least.rawValue) and above." }
        var told = JSONObject([
            ("operationId", .string(operation.name)), ("tags", [.string(operation.tag)]),
            ("summary", .string(operation.summary)), ("description", .string(role)),
            ("parameters", .array(parameters(route, operation))),
        ])
        if let body = operation.body {
            told["requestBody"] = [
                "required": .bool(isRequired(body)),
                "content": ["application/json": ["schema": body.schema]],
            ]
        }
        told["responses"] = responses(route, operation)
        return .object(told)
    }

    private static func isRequired(_ body: APIShape) -> Bool {
        if case .object(let fields, _) = body { fields.contains(where: \.isRequired) } else { true }
    }

    private static func parameters(_ route: Route, _ operation: APIOperation) -> [JSONValue] {
        var all = route.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { part -> JSONValue in
            let schema: JSONValue = ["type": "string", "minLength": 1, "maxLength": 200]
            return ["name": .string(String(part.dropFirst())), "in": "path", "required": true, "schema": schema]
        }
        for field in operation.query {
            all.append([
                "name": .string(field.name), "in": "query", "required": .bool(field.isRequired),
                "description": .string(field.meaning), "schema": field.shape.schema,
            ])
        }
        if route.method == .post {
            all.append(
                header(
                    "Idempotency-Key", .text(8...128, pattern: "^[!-~]{8,128}$"),
                    "The same key with the same request happens once, and is answered alike for a day."))
        }
        if route.method == .get, case .one = operation.answer {
            all.append(header("If-None-Match", .words, "An ETag: answered with 304 while it still holds."))
        }
        if operation.mayMatch {
            all.append(
                header("If-Match", .words, "An ETag of the thing: nothing is done once it does not hold any more."))
        }
        return all
    }

    private static func header(_ name: String, _ shape: APIShape, _ meaning: String) -> JSONValue {
        [
            "name": .string(name), "in": "header", "required": false, "description": .string(meaning),
            "schema": shape.schema,
        ]
    }

    private static func responses(_ route: Route, _ operation: APIOperation) -> JSONValue {
        var answers = JSONObject()
        func add(_ status: HTTPResponse.Status, _ answer: JSONValue) { answers[String(status.code)] = answer }
        switch operation.answer {
        case .one(let shape):
            let tag: JSONValue = ["ETag": ["schema": ["type": "string"]]]
            add(operation.status, ["description": "It.", "headers": tag, "content": content(shape.schema)])
            if route.method == .get { add(.notModified, ["description": "As it was."]) }
        case .list(let shape):
            let page = APIShape.object(
                [
                    .init(name: "items", shape: .list(shape, most: 1_000)),
                    .init(name: "next", shape: .nullable(.cursor), meaning: "Where the list goes on; null at its end."),
                ], isOpen: true)
            add(operation.status, ["description": "A page of them.", "content": content(page.schema)])
        case .file:
            let bytes: JSONValue = ["*/*": ["schema": [:]]]
            add(operation.status, ["description": "The file, to be saved.", "content": bytes])
        case .nothing: add(.noContent, ["description": "Done."])
        }
        let problem: JSONValue = [
            "description": "A problem document, with what to do about it in \"fix\".",
            "content": ["application/problem+json": ["schema": APIShape.named("Problem").schema]],
        ]
        for status in problems(route, operation) { add(status, problem) }
        return .object(answers)
    }

    /// What every operation of its kind may answer, and what this one may besides.
    static func problems(_ route: Route, _ operation: APIOperation) -> [HTTPResponse.Status] {
        var all: [HTTPResponse.Status] = [.badRequest, .unauthorized, .forbidden]
        if route.path.contains("/:") { all.append(.notFound) }
        if route.method == .post { all += [.conflict, .contentTooLarge, .unprocessableContent] }
        if operation.body != nil { all += [.contentTooLarge, .unprocessableContent, .unsupportedMediaType] }
        if operation.mayMatch { all.append(.preconditionFailed) }
        var seen: Set<Int> = []
        return (all + operation.problems).filter { seen.insert($0.code).inserted }
    }

    private static func content(_ schema: JSONValue) -> JSONValue { ["application/json": ["schema": schema]] }
}
