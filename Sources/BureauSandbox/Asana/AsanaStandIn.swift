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
    private let rate: Mutex<(minute: Int, spent: Int)>
    private let callsPerMinute: Int
    private let clock: @Sendable () -> Int

    /// - Parameters:
    ///   - callsPerMinute: a paid domain's allowance by default; a free one has 150.
    ///   - now: Unix milliseconds.
    init(
        _ frame: SandboxFrame, callsPerMinute: Int = 1_500,
        now: @escaping @Sendable () -> Int = { Int(Date.now.timeIntervalSince1970 * 1000) }
    ) {
        (self.frame, self.callsPerMinute, clock) = (frame, callsPerMinute, now)
        workspace = Mutex(AsanaSeed.workspace(now: now()))
        rate = Mutex((0, 0))
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
        rate.withLock { $0 = (0, 0) }
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
                if let seconds = spend() {
                    let refusal = AsanaRefusal(
                        status: 429, message: "You have made too many requests recently. Please, be chill.")
                    return .json(refusal.json, status: .tooManyRequests, headers: [.retryAfter: String(seconds)])
                }
                let answer = try await perform(try AsanaQuery(request))
                return .json(answer.json, status: .init(code: answer.status))
            } catch let refusal as AsanaRefusal {
                return .json(refusal.json, status: .init(code: refusal.status))
            }
        }
    }

    /// Counts one call, refused ones too; the seconds to wait when there are none left in this minute.
    private func spend() -> Int? {
        let milliseconds = now()
        return rate.withLock { rate in
            let minute = milliseconds / 60_000
            rate = rate.minute == minute ? (minute, rate.spent + 1) : (minute, 1)
            return rate.spent > callsPerMinute ? 60 - milliseconds / 1_000 % 60 : nil
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
