import HTTPTypes
import Hummingbird
import NIOCore

extension AnthropicStandIn {
    func addFileRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/files") { [self] request, context in
            try await call("file.list", request, context, beta: .optional) { try listFiles(request) }
        }
        api.get("/files/:id") { [self] request, context in
            let id = context.parameters.get("id") ?? ""
            return try await call("file.get", request, context, beta: .optional, subject: id) {
                .json(try file(id).json)
            }
        }
        api.get("/files/:id/content") { [self] request, context in
            let id = context.parameters.get("id") ?? ""
            return try await call("file.download", request, context, beta: .optional, subject: id) {
                let stored = try file(id)
                frame.log.note(stored.file.name)
                return Response(
                    status: .ok, headers: [.contentType: stored.file.mimeType],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: stored.file.bytes)))
            }
        }
    }

    /// Newest first. The list has two shapes, chosen by the beta header.
    private func listFiles(_ request: Request) throws -> Response {
        let query = try Query(request, known: ["scope_id", "limit", "page", "after_id", "ids[]"])
        let betas = AnthropicGate.betas(of: request)
        let isOldShape = betas.contains(AnthropicGate.filesAPI)
        let ids = query.all("ids[]")
        if !ids.isEmpty, ids.count > 100 || query["scope_id"] != nil || query["page"] != nil {
            throw AnthropicProblem.invalid("ids: at most 100, and alone")
        }
        if query["after_id"] != nil, !betas.contains(AnthropicGate.managedAgents), !isOldShape {
            throw AnthropicProblem.invalid("after_id: Extra inputs are not permitted")
        }
        var found = try visibleFiles(of: query["scope_id"], betas).reversed() as [StoredFile]
        if !ids.isEmpty { found = found.filter { ids.contains($0.id) } }
        let cursor = query["page"] ?? query["after_id"].map { "page_\($0)" }
        let page = try Page(found, after: cursor, limit: query.limit(usual: 20, most: 1_000), key: { $0.id })
        var members: [String: JSON] = ["data": .array(page.items.map(\.json))]
        if !isOldShape { members["next_page"] = JSON(page.next) }
        if isOldShape || betas.contains(AnthropicGate.managedAgents) {
            members["has_more"] = .bool(page.next != nil)
            members["first_id"] = JSON(page.items.first?.id)
            members["last_id"] = JSON(page.items.last?.id)
        }
        return .json(.object(members))
    }

    private func visibleFiles(of scope: String?, _ betas: Set<String>) throws(AnthropicProblem) -> [StoredFile] {
        let now = Moment.now
        guard let scope else { return sessions.flatMap { $0.files(at: now) } }
        guard betas.contains(AnthropicGate.managedAgents) else {
            throw .invalid("scope_id: needs the beta \(AnthropicGate.managedAgents)")
        }
        return try session(scope).files(at: now)
    }

    private func file(_ id: String) throws(AnthropicProblem) -> StoredFile {
        let now = Moment.now
        guard let stored = sessions.lazy.compactMap({ $0.files(at: now).first { $0.id == id } }).first else {
            throw .missing("File \(id)")
        }
        return stored
    }
}

extension Session {
    /// What is listed by now, in the order it appeared.
    func files(at now: Moment) -> [StoredFile] { with { $0.files.filter { $0.isVisible(at: now) } } }
}
