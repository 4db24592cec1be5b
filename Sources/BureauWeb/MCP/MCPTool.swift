import BureauDomain

/// One tool an agent may call: its declaration, and what it does.
struct MCPTool: Sendable {
    let name: String
    let title: String
    let description: String
    let input: APIShape
    let output: APIShape
    /// Whether it changes something.
    var changes = false
    /// The least a person has to be, to have it.
    var role = Role.viewer
    let call: @Sendable (MCPCaller, JSONObject) async throws -> JSONValue

    /// As `tools/list` tells it. Annotations are hints: what a tool may do is decided here, not there.
    var document: JSONValue {
        [
            "name": .string(name), "title": .string(title), "description": .string(description),
            "inputSchema": input.inlined.schema, "outputSchema": output.inlined.schema,
            "annotations": [
                "title": .string(title), "readOnlyHint": .bool(!changes), "destructiveHint": .bool(changes),
                "idempotentHint": .bool(!changes), "openWorldHint": false,
            ],
        ]
    }
}

/// Who an agent acts for.
struct MCPCaller: Sendable {
    let name: String
    let role: Role
    /// Clients that may be seen; nil for all.
    let visible: Set<String>?
    let decider: ApprovalPolicy.Person
    /// "mcp", and the address it came from.
    let remoteAddress: String
    /// Whether its token may change things.
    let mayWrite: Bool

    func maySee(_ client: String?) -> Bool {
        guard let visible, let client else { return true }
        return visible.contains(client)
    }
}

extension APIShape {
    /// Without references: a tool's schema stands alone.
    var inlined: APIShape {
        switch self {
        case .named(let name): APISchemas.all[name]?.inlined ?? .any
        case .list(let shape, let most): .list(shape.inlined, most: most)
        case .nullable(let shape): .nullable(shape.inlined)
        case .object(let fields, let isOpen):
            .object(
                fields.map {
                    Field(name: $0.name, shape: $0.shape.inlined, isRequired: $0.isRequired, meaning: $0.meaning)
                }, isOpen: isOpen)
        case .text, .choice, .whole, .amount, .flag, .time, .any: self
        }
    }

    /// As lists are answered.
    static func page(of shape: APIShape) -> APIShape {
        .object(
            [.init(name: "items", shape: .list(shape, most: 1_000)), .init(name: "next", shape: .nullable(.cursor))],
            isOpen: true)
    }
}
