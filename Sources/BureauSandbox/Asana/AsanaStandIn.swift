import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Asana's REST API 1.0, played locally: one workspace with two projects, its webhooks and event stream, and the
/// /asana pages.
final class AsanaStandIn: StandIn {
    static let attachmentBytesMax = 100 << 20, jsonBytesMax = 4 << 20
    static let base = "/asana/api/1.0"

    let name = "asana"
    let page = (path: "/asana", title: "Asana: boards")
    let frame: SandboxFrame
    let courier: AsanaCourier
    private let workspace: Mutex<AsanaWorkspace>
    private let allowance: Mutex<AsanaAllowance>
    private let clock: @Sendable () -> Int

    /// - Parameters:
    ///   - limits: those of a paid domain.
    ///   - now: Unix milliseconds.
    init(
        _ frame: SandboxFrame, limits: AsanaAllowance.Limits = .init(),
        now: @escaping @Sendable () -> Int = { Int(Date.now.timeIntervalSince1970 * 1000) }
    ) {
        (self.frame, clock) = (frame, now)
        workspace = Mutex(AsanaSeed.workspace(now: now()))
        allowance = Mutex(AsanaAllowance(limits))
        courier = AsanaCourier(frame: frame)
    }

    func now() -> Int { clock() }
    func look() -> AsanaWorkspace { workspace.withLock { $0 } }
    var render: AsanaRender { AsanaRender(origin: frame.baseURL, workspace: look(), now: now()) }

    /// Changes the workspace, or leaves it as it was, and sends the events that the change raised.
    @discardableResult
    func change<Value>(_ change: (inout AsanaWorkspace, Int) throws -> Value) throws -> Value {
        let (value, events, hooks) = try workspace.withLock { workspace in
            var next = workspace
            let value = try change(&next, now())
            let events = next.takeRaised()
            workspace = next
            return (value, events, next.webhooks)
        }
        courier.send(events, to: hooks, for: self)
        return value
    }

    func reset() async {
        let fresh = AsanaSeed.workspace(now: now())
        workspace.withLock { $0 = fresh }
        allowance.withLock { $0 = AsanaAllowance(.init()) }
    }

    /// Only what is named changes.
    func limit(_ words: [String: String]) {
        func number(_ name: String) -> Int? { words[name].flatMap { Int($0) } }
        allowance.withLock { allowance in
            allowance.limits.callsPerMinute = number("calls_per_minute") ?? allowance.limits.callsPerMinute
            allowance.limits.readsInFlight = number("reads_in_flight") ?? allowance.limits.readsInFlight
            allowance.limits.writesInFlight = number("writes_in_flight") ?? allowance.limits.writesInFlight
            allowance.limits.costPerMinute = number("cost_per_minute") ?? allowance.limits.costPerMinute
        }
    }

    // MARK: What the courier asks

    func webhook(_ gid: String) -> AsanaWebhook? { look().webhooks.first { $0.gid == gid } }
    func deleteWebhook(_ gid: String) { _ = try? change { workspace, _ in try workspace.deleteWebhook(gid) } }
    func succeeded(_ gid: String) { _ = try? change { workspace, now in workspace.succeeded(gid, now: now) } }

    func failed(_ gid: String, _ why: String, retryAfter milliseconds: Int) -> Bool {
        (try? change { workspace, now in workspace.failed(gid, why, next: now + milliseconds, now: now) }) ?? false
    }

    // MARK: State

    func state() async -> JSON {
        let workspace = look(), render = render
        return [
            "tasks": .array(workspace.taskOrder.compactMap { workspace.tasks[$0] }.map { visible($0, workspace) }),
            "webhooks": .array(workspace.webhooks.map(render.webhook)),
            "hook_secrets": .array(workspace.webhooks.map { .string($0.secret) }),
        ]
    }

    private func visible(_ task: AsanaTask, _ workspace: AsanaWorkspace) -> JSON {
        let places = task.places.compactMap { place -> JSON? in
            guard let found = try? workspace.section(place.sectionID) else { return nil }
            return ["project": .string(found.project.name), "section": .string(found.section.name)]
        }
        let fields = workspace.fields(of: task).compactMap { field -> (String, JSON)? in
            AsanaFieldValue.display(task.values[field.gid], of: field, people: workspace.people).map {
                (field.name, .string($0))
            }
        }
        let comments = task.stories.filter(\.isComment).map { story -> JSON in
            [
                "gid": .string(story.gid), "text": .string(story.text), "author": JSON(story.authorID),
                "is_edited": .bool(story.isEdited),
            ]
        }
        let files = task.files.map { file -> JSON in
            ["gid": .string(file.gid), "name": .string(file.name), "size": .int(file.bytes.count)]
        }
        return [
            "gid": .string(task.gid), "name": .string(task.name), "notes": .string(task.notes),
            "assignee": JSON(task.assigneeID), "completed": .bool(task.completed != nil), "places": .array(places),
            "section": places.first?["section"] ?? .null, "parent": JSON(task.parentID),
            "fields": .object(Dictionary(fields) { first, _ in first }),
            "comments": .array(comments), "attachments": .array(files),
        ]
    }

    // MARK: Calls

    /// Runs one API call: log and faults first, then the token, the allowance, the work.
    func call(
        _ operation: String, _ request: Request, _ context: SandboxContext, subject: String = "",
        _ perform: (AsanaQuery) async throws -> AsanaAnswer
    ) async throws -> Response {
        try await standIn("asana", operation, request, context, subject: subject) {
            do {
                guard request.headers[.authorization] == "Bearer \(frame.options.acceptedKeys.asana)" else {
                    throw AsanaRefusal.noToken
                }
                let isRead = request.method == .get, began = now()
                if let seconds = allowance.withLock({ $0.enter(isRead: isRead, now: began) }) {
                    let refusal = AsanaRefusal(
                        status: 429, message: "You have made too many requests recently. Please, be chill.")
                    return .json(refusal.json, status: .tooManyRequests, headers: [.retryAfter: String(seconds)])
                }
                var walked = 1
                defer { allowance.withLock { $0.leave(isRead: isRead, having: walked) } }
                let answer = try await perform(try AsanaQuery(request))
                walked = AsanaAllowance.cost(of: answer.json)
                return .json(answer.json, status: .init(code: answer.status))
            } catch let refusal as AsanaRefusal {
                return .json(refusal.json, status: .init(code: refusal.status))
            }
        }
    }

    /// What stands in `data` of the body, checked against what the call may carry.
    func data(_ request: Request, _ shape: BodyShape) async throws -> JSON {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") ?? false else {
            throw AsanaRefusal.invalid("Content-Type must be application/json")
        }
        let buffer = try await request.body.collect(upTo: Self.jsonBytesMax)
        guard let json = try? JSON(parsing: buffer) else { throw AsanaRefusal.invalid("Could not parse request data") }
        let whole = BodyShape(members: ["data": .object, "options": .object], required: ["data"])
        let data = json["data"] ?? .null
        if let problem = whole.problem(in: json) ?? shape.problem(in: data) { throw AsanaRefusal.invalid(problem) }
        return data
    }
}

/// The answer of a call that was carried out.
struct AsanaAnswer: Sendable {
    let json: JSON
    var status = 200

    static let empty = AsanaAnswer(json: ["data": [:]])
}
