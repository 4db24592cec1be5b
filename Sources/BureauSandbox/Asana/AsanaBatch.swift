import Foundation
import Hummingbird

/// Up to ten calls in one, made at once. Each is a call of its own: it is in the log, meets faults and counts against
/// every limit. So each goes over the wire once more.
extension AsanaStandIn {
    static let actionsMax = 10, actionBytesMax = 1 << 20, actionTimeoutSeconds: Int64 = 30

    func addBatchRoute(to api: RouterGroup<SandboxContext>) {
        api.post("/batch") { [self] request, context in
            try await call("batch", request, context) { _ in
                let body = try await data(request, AsanaShapes.batch)
                let actions = try (body["actions"]?.array ?? []).map { try Action($0) }
                guard (1...Self.actionsMax).contains(actions.count) else {
                    throw AsanaRefusal.invalid("actions: Must be between 1 and \(Self.actionsMax)")
                }
                let token = request.headers[.authorization] ?? "", base = frame.baseURL + Self.base
                let answers = await withTaskGroup(of: (Int, JSON).self) { group in
                    for (index, action) in actions.enumerated() {
                        group.addTask { (index, await action.answer(base, token)) }
                    }
                    var found: [Int: JSON] = [:]
                    for await (index, answer) in group { found[index] = answer }
                    return actions.indices.map { found[$0] ?? .null }
                }
                return AsanaAnswer(json: ["data": .array(answers)])
            }
        }
    }

    /// One of the calls, as far as it can be told before it is made.
    private struct Action: Sendable {
        let method: String, path: String
        let body: [UInt8]?

        init(_ json: JSON) throws(AsanaRefusal) {
            if let problem = AsanaShapes.batchAction.problem(in: json) { throw .invalid("actions: \(problem)") }
            let method = json["method"]?.string?.uppercased() ?? "", path = json["relative_path"]?.string ?? ""
            guard ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"].contains(method) else {
                throw .invalid("actions: method is not known")
            }
            guard path.hasPrefix("/"), !path.hasPrefix("//") else {
                throw .invalid("actions: relative_path begins with a slash")
            }
            guard !path.hasPrefix("/batch"), !(method == "POST" && path.hasPrefix("/attachments")) else {
                throw .invalid("actions: \(path) cannot be part of a batch request")
            }
            self.method = method
            let options = json["options"]
            var query = ["limit", "offset"].compactMap { name in options?[name].map { (name, $0.string ?? $0.text) } }
            let fields = (options?["fields"]?.array ?? []).compactMap(\.string)
            if !fields.isEmpty { query.append(("opt_fields", fields.joined(separator: ","))) }
            if method == "GET" {
                query += (json["data"]?.object ?? [:]).sorted { $0.key < $1.key }.map {
                    ($0.key, $0.value.string ?? $0.value.text)
                }
            }
            let separator = path.contains("?") ? "&" : "?"
            self.path = query.isEmpty ? path : path + separator + FormFields.encode(query)
            body = method == "GET" || method == "DELETE" ? nil : Array(JSON.object(["data": json["data"] ?? [:]]).bytes)
        }

        func answer(_ base: String, _ token: String) async -> JSON {
            var headers = [("authorization", token)]
            if body != nil { headers.append(("content-type", "application/json")) }
            let answer = await Outbound.send(
                method, base + path, headers, body, AsanaStandIn.actionTimeoutSeconds,
                bytesMax: AsanaStandIn.actionBytesMax)
            guard let answer else {
                let refusal = AsanaRefusal(status: 504, message: "The action was not answered in time.")
                return ["status_code": 504, "headers": [:], "body": refusal.json]
            }
            let wait: JSON = answer.headers["retry-after"].map { ["retry-after": .string($0)] } ?? [:]
            let body = (try? JSON(parsing: Data(answer.body.utf8))) ?? [:]
            return ["status_code": .int(answer.status), "headers": wait, "body": body]
        }
    }
}
