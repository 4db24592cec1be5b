import HTTPTypes
import Hummingbird

extension AnthropicStandIn {
    func addCatalogRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/agents/:id") { [self] request, context in
            let id = context.parameters.get("id") ?? ""
            return try await call("agent.get", request, context, subject: id) {
                let query = try Query(request, known: ["version"])
                let wanted = try query["version"].map { text throws(AnthropicProblem) in
                    guard let version = Int(text) else { throw .invalid("version: Input should be a valid integer") }
                    return version
                }
                let (agent, version) = try NewSession.find(id, version: wanted)
                return .json(agent.catalogJSON(version: version))
            }
        }
        api.get("/environments/:id") { [self] request, context in
            let id = context.parameters.get("id") ?? ""
            return try await call("environment.get", request, context, subject: id) {
                guard EnvironmentCatalog.ids.contains(id) else { throw AnthropicProblem.missing("Environment \(id)") }
                return .json(EnvironmentCatalog.json(id))
            }
        }
        api.get("/models") { [self] request, context in
            try await call("models", request, context, beta: .optional) { .json(Self.models) }
        }
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] {
            api.on("**", method: method) { [self] request, context in
                try await call("unknown", request, context, beta: .optional) {
                    throw AnthropicProblem.missing("\(request.method.rawValue) \(request.uri.path)")
                }
            }
        }
    }

    private static let models: JSON = [
        "data": [
            [
                "type": "model", "id": "claude-sonnet-5-5", "display_name": "Claude Sonnet 5.5",
                "created_at": "2026-08-01T00:00:00Z",
            ]
        ],
        "has_more": false, "first_id": "claude-sonnet-5-5", "last_id": "claude-sonnet-5-5",
    ]
}
