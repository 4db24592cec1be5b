import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// ClickUp API v2, played locally: one workspace with two lists, its webhooks, and the /board page.
final class ClickUpStandIn: StandIn {
    /// The vendor keeps files of up to 1 GB; the stand-in keeps them in memory and stops here.
    static let attachmentBytesMax = 64 << 20
    static let jsonBytesMax = 4 << 20

    let name = "clickup"
    let page = (path: "/board", title: "ClickUp: task board")
    let frame: SandboxFrame
    let courier: ClickUpCourier
    private let workspace: Mutex<ClickUpWorkspace>
    private let rate: Mutex<ClickUpRate>
    private let now: @Sendable () -> Int

    /// - Parameters:
    ///   - callsPerMinute: the Enterprise plan's allowance by default; the smaller plans have 100.
    ///   - now: Unix milliseconds.
    init(
        _ frame: SandboxFrame, callsPerMinute: Int = 10_000,
        now: @escaping @Sendable () -> Int = { Int(Date.now.timeIntervalSince1970 * 1000) }
    ) {
        self.frame = frame
        self.now = now
        workspace = Mutex(ClickUpSeed.workspace(now: now(), secret: frame.options.clickUpWebhookSecret))
        rate = Mutex(ClickUpRate(callsPerMinute: callsPerMinute))
        courier = ClickUpCourier(frame: frame)
    }

    var render: ClickUpRender { ClickUpRender(origin: frame.baseURL) }

    func read<Value>(_ look: (ClickUpWorkspace) throws(ClickUpRefusal) -> Value) throws(ClickUpRefusal) -> Value {
        try look(workspace.withLock { $0 })
    }

    /// Changes the workspace and sends the events that the change raised.
    func change<Value>(
        _ change: (inout ClickUpWorkspace, Int) throws(ClickUpRefusal) -> (Value, [ClickUpDelivery])
    ) throws(ClickUpRefusal) -> Value {
        let (value, deliveries) = try workspace.withLock { workspace throws(ClickUpRefusal) in
            try change(&workspace, now())
        }
        courier.send(deliveries, for: self)
        return value
    }

    func reset() async {
        let fresh = ClickUpSeed.workspace(now: now(), secret: frame.options.clickUpWebhookSecret)
        workspace.withLock { $0 = fresh }
        rate.withLock { $0.forget() }
    }

    func state() async -> JSON {
        let workspace = workspace.withLock { $0 }
        let tasks = workspace.taskOrder.compactMap { workspace.tasks[$0] }
        return [
            "tasks": .array(tasks.map { Self.visible($0, workspace) }),
            "webhooks": .array(workspace.webhooks.map { ClickUpRender.webhook($0, endpoint: endpoint(of: $0)) }),
        ]
    }

    private static func visible(_ task: ClickUpTask, _ workspace: ClickUpWorkspace) -> JSON {
        let known = workspace.lists.first { $0.id == task.listID }?.fields ?? []
        let fields = known.compactMap { field -> (String, JSON)? in
            let text = ClickUpFieldValue.text(task.values[field.id], of: field)
            return text.isEmpty ? nil : (field.name, .string(text))
        }
        return [
            "id": .string(task.id), "name": .string(task.name), "status": .string(task.status.name),
            "list_id": .string(task.listID), "text": .string(task.text),
            "fields": .object(Dictionary(fields) { first, _ in first }),
            "comments": .array(
                task.comments.map { ["id": .string($0.id), "text": .string($0.text), "user_id": .int($0.user.id)] }),
            "attachments": .array(
                task.attachments.map {
                    ["id": .string($0.id), "title": .string($0.title), "size": .int($0.bytes.count)]
                }),
        ]
    }

    /// Runs one API call: log and faults first, then the token, the allowance, the work.
    func call(
        _ operation: String, _ request: Request, _ context: SandboxContext, subject: String = "",
        _ perform: () async throws -> JSON
    ) async throws -> Response {
        try await standIn("clickup", operation, request, context, subject: subject) {
            do {
                try checkToken(request)
                let headers = try rate.withLock { rate throws(ClickUpRate.Exhausted) in try rate.spend(now: now()) }
                return .json(try await perform(), headers: headers)
            } catch let exhausted as ClickUpRate.Exhausted {
                return Self.answer(.rateLimit, headers: exhausted.headers)
            } catch let refusal as ClickUpRefusal {
                return Self.answer(refusal)
            }
        }
    }

    private func checkToken(_ request: Request) throws(ClickUpRefusal) {
        guard let header = request.headers[.authorization], !header.isEmpty else { throw .noToken }
        let token = header.hasPrefix("Bearer ") ? String(header.dropFirst("Bearer ".count)) : header
        guard token == frame.options.acceptedKeys.clickUp else { throw .badToken }
    }

    static func answer(_ refusal: ClickUpRefusal, headers: HTTPFields = [:]) -> Response {
        .json(
            ["err": .string(refusal.message), "ECODE": .string(refusal.code)],
            status: .init(code: refusal.status), headers: headers)
    }

    /// The JSON body, checked against what the call may carry. Form encoding is not supported, as at the vendor.
    func body(_ request: Request, shape: BodyShape) async throws -> JSON {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") ?? false else {
            throw ClickUpRefusal.invalid("Content-Type must be application/json")
        }
        let buffer = try await request.body.collect(upTo: Self.jsonBytesMax)
        guard let json = try? JSON(parsing: buffer) else {
            throw ClickUpRefusal(status: 400, message: "Unexpected token in JSON", code: "INPUT_001")
        }
        if let problem = shape.problem(in: json) { throw ClickUpRefusal.invalid(problem) }
        return json
    }
}

/// The calls a token may make in a minute, counted in whole minutes as the vendor's reset header suggests.
struct ClickUpRate: Sendable {
    struct Exhausted: Error { let headers: HTTPFields }

    let callsPerMinute: Int
    private var minute = 0, spent = 0

    init(callsPerMinute: Int) { self.callsPerMinute = callsPerMinute }

    mutating func forget() { (minute, spent) = (0, 0) }

    /// Counts one call; gives the headers of its answer.
    mutating func spend(now: Int) throws(Exhausted) -> HTTPFields {
        let current = now / 60_000
        if current != minute { (minute, spent) = (current, 0) }
        spent += 1
        var headers: HTTPFields = [:]
        let values = [
            ("X-RateLimit-Limit", callsPerMinute), ("X-RateLimit-Remaining", max(0, callsPerMinute - spent)),
            ("X-RateLimit-Reset", (current + 1) * 60),
        ]
        for (name, value) in values {
            if let field = HTTPField.Name(name) { headers[field] = String(value) }
        }
        if spent > callsPerMinute { throw Exhausted(headers: headers) }
        return headers
    }
}
