import Foundation
import Synchronization

@testable import BureauVendors

/// An Asana project on the other end of the wire: tasks, an event stream with tokens that can be lost, and webhooks
/// whose handshake comes while their creation is still open.
final class AsanaProject: Transport {
    struct Task {
        var assignee: String? = AsanaProject.jessie
        var creator = "12"
        var createdAt: Int64?
        var project = AsanaProject.project
        var section = "Intake"
        var isCompleted = false
        var modifiedAt: Int64 = 1_000
        var skill: String?
        var name = "Report for Plunkett"
    }

    struct State {
        var tasks: [String: Task] = [:]
        /// Fetches of single tasks.
        var fetches: [String: Int] = [:]
        var listings = 0
        var events: [String] = []
        /// Tokens before this one are lost.
        var oldestToken = 0
        var hooks: [String: String] = [:]
        var deletedHooks: [String] = []
        var hooksMade = 0
        /// What the 201 says when it is not what the handshake said.
        var otherSecrets = 0
        var isHandshakeSent = true
        /// Projects that answer 404.
        var goneProjects: Set<String> = []
        var user = AsanaProject.jessie
        /// Fetches of single tasks that are answered 429 with this many seconds to wait.
        var limitedSeconds: Int?
    }

    static let jessie = "10", project = "100"
    let state = Mutex(State())
    /// Where handshakes go: the path and the secret. True when the server agreed.
    let shake = Mutex<(@Sendable (String, String) async -> Bool)?>(nil)

    /// Called once, while the next task is fetched.
    let whileFetching = Mutex<(@Sendable () async -> Void)?>(nil)

    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        throw VendorError(vendor: .asana, operation: request.operation, kind: .unreachable)
    }

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        if request.operation == "POST webhook" { return await make(request) }
        if request.operation == "GET task", let happen = whileFetching.withLock({ $0.take() }) { await happen() }
        let (status, json, wait) = state.withLock { state in
            let (status, json) = Self.answer(request, &state)
            return (status, json, status == 429 ? state.limitedSeconds : nil)
        }
        return response(status, json, wait.map { [(name: "Retry-After", value: String($0))] } ?? [])
    }

    private func response(_ status: Int, _ json: String, _ headers: [(name: String, value: String)] = [])
        -> VendorResponse
    {
        VendorResponse(status: status, headers: VendorHeaders(headers), body: Array(json.utf8))
    }

    private func make(_ request: VendorRequest) async -> VendorResponse {
        struct Body: Decodable {
            struct Data: Decodable { let target: String }
            let data: Data
        }
        guard case .bytes(let bytes) = request.body,
            let body = try? JSONDecoder().decode(Body.self, from: Data(bytes))
        else { return response(400, "{}") }
        let (number, isSent) = state.withLock { state in
            state.hooksMade += 1
            return (state.hooksMade, state.isHandshakeSent)
        }
        let secret = String(repeating: "a", count: 63) + String(number % 10)
        let path = String(body.data.target.split(separator: "/").last ?? "")
        let agreed = isSent ? await shake.withLock { $0 }?(path, secret) ?? false : true
        guard agreed else { return response(403, #"{"errors": [{"message": "The target did not answer."}]}"#) }
        let told = state.withLock { state in
            state.hooks["9\(number)"] = body.data.target
            guard state.otherSecrets > 0 else { return secret }
            state.otherSecrets -= 1
            return String(repeating: "b", count: 64)
        }
        return response(
            201,
            #"{"data": {"gid": "9\#(number)", "active": true, "target": "\#(body.data.target)"}, "X-Hook-Secret": "\#(told)"}"#
        )
    }

    private static func answer(_ request: VendorRequest, _ state: inout State) -> (Int, String) {
        guard let url = URLComponents(string: request.url) else { return (400, "{}") }
        let path = url.path.split(separator: "/").map(String.init)
        func query(_ name: String) -> String? { url.queryItems?.first { $0.name == name }?.value }
        switch (request.method, path.first ?? "", path.count) {
        case (.get, "tasks", 2):
            state.fetches[path[1], default: 0] += 1
            if state.limitedSeconds != nil { return (429, missing) }
            return state.tasks[path[1]].map { (200, #"{"data": \#(json(path[1], $0))}"#) } ?? (404, missing)
        case (.get, "tasks", 1):
            state.listings += 1
            guard !state.goneProjects.contains(query("project") ?? "") else { return (404, missing) }
            let tasks = state.tasks.filter { $0.value.project == query("project") }
            let list = tasks.sorted { $0.key < $1.key }.map { json($0.key, $0.value) }
            return (200, #"{"data": [\#(list.joined(separator: ","))], "next_page": null}"#)
        case (.get, "events", _):
            guard !state.goneProjects.contains(query("resource") ?? "") else { return (404, missing) }
            let now = state.oldestToken + state.events.count
            guard let sync = query("sync").flatMap(Int.init), sync >= state.oldestToken else {
                return (412, #"{"errors": [{"message": "Sync token invalid."}], "sync": "\#(now)"}"#)
            }
            let new = state.events.dropFirst(sync - state.oldestToken).prefix(100)
            let reached = sync + new.count
            return (
                200,
                #"{"data": [\#(new.joined(separator: ","))], "sync": "\#(reached)", "has_more": \#(reached < now)}"#
            )
        case (.get, "users", _): return (200, #"{"data": {"gid": "\#(state.user)", "name": "Jessie"}}"#)
        case (.get, "projects", 2):
            guard !state.goneProjects.contains(path[1]) else { return (404, missing) }
            return (200, #"{"data": {"gid": "100", "workspace": {"gid": "1", "name": "Agency"}}}"#)
        case (.get, "webhooks", 1):
            let all = state.hooks.sorted { $0.key < $1.key }
            let start = query("offset").flatMap(Int.init) ?? 0, end = min(all.count, start + 100)
            let list = all[start..<end].map { #"{"gid": "\#($0.key)", "active": true, "target": "\#($0.value)"}"# }
            let next = end < all.count ? #"{"offset": "\#(end)"}"# : "null"
            return (200, #"{"data": [\#(list.joined(separator: ","))], "next_page": \#(next)}"#)
        case (.get, "webhooks", 2):
            guard let target = state.hooks[path[1]] else { return (404, missing) }
            return (200, #"{"data": {"gid": "\#(path[1])", "active": true, "target": "\#(target)"}}"#)
        case (.delete, "webhooks", 2):
            state.hooks[path[1]] = nil
            state.deletedHooks.append(path[1])
            return (200, #"{"data": {}}"#)
        default: return (404, missing)
        }
    }

    private static let missing = #"{"errors": [{"message": "Not found"}]}"#

    static func json(_ gid: String, _ task: Task) -> String {
        func field(_ id: String, _ name: String, _ value: String?) -> String {
            let option = value.map { #"{"gid": "\#(id)1", "name": "\#($0)"}"# } ?? "null"
            return #"{"gid": "\#(id)", "name": "\#(name)", "resource_subtype": "enum", "enum_value": \#(option)}"#
        }
        let createdAt = task.createdAt.map { "\"\(time($0))\"" } ?? "null"
        let assignee = task.assignee.map { #"{"gid": "\#($0)", "name": "Jessie"}"# } ?? "null"
        return """
            {"gid": "\(gid)", "name": "\(task.name)", "notes": "", "completed": \(task.isCompleted),
             "completed_at": \(task.isCompleted ? "\"\(time(task.modifiedAt))\"" : "null"), "due_on": "2026-11-30",
             "assignee": \(assignee), "modified_at": "\(time(task.modifiedAt))", "tags": [],
             "created_at": \(createdAt),
             "created_by": {"gid": "\(task.creator)", "resource_type": "user"},
             "memberships": [{"project": {"gid": "\(task.project)", "name": "Agency"},
                              "section": {"gid": "1", "name": "\(task.section)"}}],
             "custom_fields": [\(field("31", "Skill", task.skill))]}
            """
    }

    static func time(_ milliseconds: Int64) -> String {
        let whole = Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601).dropLast()
        return whole + String(format: ".%03dZ", Int(milliseconds % 1_000))
    }

    // MARK: What happens there

    enum Happening: Sendable { case assigned, reopened, joined, moved, renamed, comment, deleted }

    static func event(_ what: Happening, _ task: String, by user: String = "11", at time: Int64, story: String = "7")
        -> String
    {
        let who = #""user": {"gid": "\#(user)", "resource_type": "user"}, "created_at": "\#(Self.time(time))""#
        let it = #"{"gid": "\#(task)", "resource_type": "task", "resource_subtype": "default_task"}"#
        switch what {
        case .assigned:
            return
                #"{\#(who), "action": "changed", "resource": \#(it), "parent": null, "change": {"field": "assignee", "action": "changed"}}"#
        case .reopened:
            return
                #"{\#(who), "action": "changed", "resource": \#(it), "parent": null, "change": {"field": "completed", "action": "changed"}}"#
        case .joined:
            return
                #"{\#(who), "action": "added", "resource": \#(it), "parent": {"gid": "100", "resource_type": "project"}}"#
        case .renamed:
            return
                #"{\#(who), "action": "changed", "resource": \#(it), "parent": null, "change": {"field": "name", "action": "changed"}}"#
        case .moved:
            return
                #"{\#(who), "action": "added", "resource": \#(it), "parent": {"gid": "1", "resource_type": "section"}}"#
        case .comment:
            return
                #"{\#(who), "action": "added", "resource": {"gid": "\#(story)", "resource_type": "story", "resource_subtype": "comment_added"}, "parent": \#(it)}"#
        case .deleted: return #"{\#(who), "action": "deleted", "resource": \#(it), "parent": null}"#
        }
    }

    static func body(_ events: [String]) -> Data { Data(#"{"events":[\#(events.joined(separator: ","))]}"#.utf8) }

    static func signature(_ body: Data, _ secret: String) -> String {
        HexSignature.sign(pieces: [Array(body)], secret: Secret(secret))
    }
}
