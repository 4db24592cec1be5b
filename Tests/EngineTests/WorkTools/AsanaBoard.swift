import BureauVendors
import Foundation
import Synchronization

/// One Asana project that keeps what is written to it, and can carry a write out and lose the answer.
final class AsanaBoard: Transport {
    struct Task {
        var name = "Report", notes = "", isCompleted = false, section = "101"
        var comments: [String] = []
        var files: [String] = []
        var skill: String?
    }
    struct State {
        var tasks = ["500": Task()]
        var answersToLose = 0
        var writes = 0
    }
    let state = Mutex(State())
    static let sections = ["101": "Intake", "102": "Review", "103": "Twin", "104": "twin "]
    private static let time = "2026-05-22T09:15:30.000Z"

    func lose(_ count: Int) { state.withLock { $0.answersToLose = count } }

    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        throw VendorError(vendor: .asana, operation: request.operation, kind: .unreachable)
    }

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        let (answer, isLost) = state.withLock { state in
            let answer = Self.answer(request, &state)
            guard request.method != .get else { return (answer, false) }
            state.writes += 1
            guard state.answersToLose > 0 else { return (answer, false) }
            state.answersToLose -= 1
            return (answer, true)
        }
        guard !isLost else { throw VendorError(vendor: .asana, operation: request.operation, kind: .noAnswer) }
        let status = answer == nil ? 404 : 200
        let bytes = (try? JSONEncoder().encode(JSONValue.object(["data": answer ?? .null]))) ?? Data()
        return VendorResponse(
            status: status, headers: VendorHeaders([(name: String, value: String)]()), body: Array(bytes))
    }

    private static func answer(_ request: VendorRequest, _ state: inout State) -> JSONValue? {
        guard let url = URLComponents(string: request.url) else { return nil }
        let path = url.path.split(separator: "/").map(String.init), body = json(request)
        switch (request.method, path.count, path.first, path.last) {
        case (.get, 2, "tasks", let gid?): return state.tasks[gid].map { task(gid, $0) }
        case (.get, 1, "tasks", _): return .array(state.tasks.map { task($0.key, $0.value) })
        case (.get, 3, "tasks", "stories"):
            return .array((state.tasks[path[1]]?.comments ?? []).enumerated().map { story($0.offset, $0.element) })
        case (.get, 1, "attachments", _):
            return .array((state.tasks["500"]?.files ?? []).enumerated().map { file($0.offset, $0.element) })
        case (.get, 3, "projects", "sections"):
            return .array(sections.sorted { $0.key < $1.key }.map { named($0.key, $0.value) })
        case (.post, 3, "tasks", "stories"):
            let text = plain(body["html_text"]?.scalarText ?? "")
            state.tasks[path[1]]?.comments.append(text)
            return story((state.tasks[path[1]]?.comments.count ?? 1) - 1, text)
        case (.post, 1, "attachments", _):
            state.tasks["500"]?.files.append("a.md")
            return file((state.tasks["500"]?.files.count ?? 1) - 1, "a.md")
        case (.post, 3, "sections", "addTask"):
            state.tasks[body["task"]?.scalarText ?? ""]?.section = path[1]
            return .object([:])
        case (.post, 1, "tasks", _):
            let gid = String(600 + state.tasks.count)
            let made = Task(name: body["name"]?.scalarText ?? "", notes: body["notes"]?.scalarText ?? "")
            state.tasks[gid] = made
            return task(gid, made)
        case (.put, 2, "tasks", let gid?):
            if let name = body["name"]?.scalarText { state.tasks[gid]?.name = name }
            if case .bool(let done)? = body["completed"] { state.tasks[gid]?.isCompleted = done }
            if let fields = body["custom_fields"] { state.tasks[gid]?.skill = fields["300"]?.scalarText }
            return state.tasks[gid].map { task(gid, $0) }
        default: return nil
        }
    }

    private static func json(_ request: VendorRequest) -> JSONValue {
        guard case .bytes(let bytes) = request.body,
            let whole = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        else { return .null }
        return whole["data"] ?? .null
    }

    /// What Asana shows in `text` of the little markup these tests send.
    private static func plain(_ html: String) -> String {
        html.replacing(/<[^>]*>/, with: "").replacingOccurrences(of: "&lt;", with: "<")
            .replacingOccurrences(of: "&gt;", with: ">").replacingOccurrences(of: "&amp;", with: "&")
    }

    private static func named(_ gid: String, _ name: String) -> JSONValue {
        .object(["gid": .string(gid), "name": .string(name)])
    }

    private static func story(_ index: Int, _ text: String) -> JSONValue {
        .object([
            "gid": .string("7\(index)"), "type": .string("comment"), "text": .string(text),
            "created_at": .string(time), "created_by": named("10", "Jessie"),
        ])
    }

    private static func file(_ index: Int, _ name: String) -> JSONValue {
        .object([
            "gid": .string("8\(index)"), "name": .string(name), "size": .number(1), "created_at": .string(time),
        ])
    }

    private static func task(_ gid: String, _ task: Task) -> JSONValue {
        let place = JSONValue.object([
            "project": named("100", "Agency"), "section": named(task.section, sections[task.section] ?? ""),
        ])
        let options = JSONValue.array([named("301", "SEO report"), named("302", "Ads")])
        let field = JSONValue.object([
            "gid": .string("300"), "name": .string("Skill"), "resource_subtype": .string("enum"),
            "enum_options": options,
            "enum_value": task.skill.map { named($0, $0 == "301" ? "SEO report" : "Ads") } ?? .null,
        ])
        return .object([
            "gid": .string(gid), "name": .string(task.name), "notes": .string(task.notes),
            "completed": .bool(task.isCompleted), "memberships": .array([place]), "custom_fields": .array([field]),
            "assignee": named("10", "Jessie"),
        ])
    }
}
