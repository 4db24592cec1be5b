import HTTPTypes
import Hummingbird

/// What every request must bring before anything else is looked at.
struct AnthropicGate: Sendable {
    /// What a group of routes wants in `anthropic-beta`.
    enum Beta { case managedAgents, optional }

    static let managedAgents = "managed-agents-2026-04-01"
    static let filesAPI = "files-api-2025-04-14"
    private static let memory = "agent-memory-2026-07-22"
    private static let known: Set = [managedAgents, filesAPI, memory]
    private static let versions: Set = ["2023-06-01", "2026-10-21"]

    let acceptedKey: String

    func check(_ request: Request, beta: Beta) throws(AnthropicProblem) {
        try checkKey(request)
        guard let version = request.headers["anthropic-version"] else {
            throw .invalid("anthropic-version: header is required")
        }
        guard Self.versions.contains(version) else {
            throw .invalid("anthropic-version: \"\(version)\" is not a valid version")
        }
        let values = Self.betas(of: request)
        if let stranger = values.sorted().first(where: { !Self.known.contains($0) }) {
            throw .invalid("Unexpected value(s) `\(stranger)` for the `anthropic-beta` header.")
        }
        if values.contains(Self.memory), values.contains(Self.managedAgents) {
            throw .invalid("anthropic-beta: \(Self.memory) and \(Self.managedAgents) cannot be combined")
        }
        if beta == .managedAgents, !values.contains(Self.managedAgents) { throw .missing("The requested resource") }
    }

    /// The values of `anthropic-beta`, whether sent as one line or several.
    static func betas(of request: Request) -> Set<String> {
        var values: Set<String> = []
        for line in request.headers[values: "anthropic-beta"] {
            for part in line.split(separator: ",") { values.insert(String(part.trimmingWhitespace)) }
        }
        return values
    }

    private func checkKey(_ request: Request) throws(AnthropicProblem) {
        if let key = request.headers["x-api-key"] {
            guard key == acceptedKey else { throw AnthropicProblem(401, "invalid x-api-key") }
        } else if let bearer = request.headers[.authorization] {
            guard bearer == "Bearer \(acceptedKey)" else { throw AnthropicProblem(401, "Invalid bearer token") }
        } else {
            throw AnthropicProblem(401, "x-api-key header is required")
        }
    }
}

extension HTTPFields {
    /// A header by its name as text; names that cannot be header names have no value.
    subscript(_ name: String) -> String? { HTTPField.Name(name).flatMap { self[$0] } }
    subscript(values name: String) -> [String] { HTTPField.Name(name).map { self[values: $0] } ?? [] }
}

extension StringProtocol {
    var trimmingWhitespace: SubSequence {
        var rest = self[startIndex...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return rest
    }
}
