import BureauEngine
import BureauStorage
import BureauVendors
import Foundation
import ProductHarness
import Synchronization
import Testing

@testable import BureauWeb

/// Asana, which lets every question wait until somebody lets it answer that there is no such task.
private final class HeldAsana: Transport {
    private struct State {
        var asked = 0
        var isOpen = false
        var held: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    var asked: Int { state.withLock { $0.asked } }

    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        throw VendorError(vendor: .asana, operation: request.operation, kind: .unreachable)
    }

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.asked += 1
                if !state.isOpen { state.held.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        let headers: [(name: String, value: String)] = []
        return VendorResponse(
            status: 404, headers: VendorHeaders(headers), body: Array(#"{"errors": [{"message": "Not found"}]}"#.utf8))
    }

    func release() {
        let held = state.withLock { state in
            defer { (state.isOpen, state.held) = (true, []) }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }
}

@Suite("The door for Asana")
struct AsanaRouteTests {
    private static let path = String(repeating: "a", count: 40)

    private func pending(_ server: Served) async throws {
        let until = Doors.system.now() + 60_000
        _ = try await server.database.write { db in
            try db.execute(
                """
                INSERT INTO asana_hook (path, account, project_id, target, state, pending_until, created_at)
                VALUES (?, '', '100', 'https://x', 'pending', ?, 0)
                """, [Self.path, until])
        }
    }

    @Test("A handshake that is waited for is answered with its own header, any other is not")
    func handshake() async throws {
        try await Served.run { server in
            let secret = "test-handshake-" + String(repeating: "0", count: 49)
            let stranger = try await server.answer(.post, "/hooks/asana/\(Self.path)", ["X-Hook-Secret": secret])
            #expect(stranger.status == 404 && stranger.headers["x-hook-secret"] == nil)
            try await pending(server)
            let ours = try await server.answer(.post, "/hooks/asana/\(Self.path)", ["X-Hook-Secret": secret])
            #expect(ours.status == 200 && ours.headers["x-hook-secret"] == secret)
            let second = try await server.answer(.post, "/hooks/asana/\(Self.path)", ["X-Hook-Secret": "other-test"])
            #expect(second.status == 403 && second.headers["x-hook-secret"] == nil)
            #expect(!second.text.contains(secret))
            let long = try await server.answer(
                .post, "/hooks/asana/\(Self.path)", ["X-Hook-Secret": String(repeating: "a", count: 300)])
            #expect(long.status == 400)
        }
    }

    @Test("An unsigned delivery is refused, and only the beginning of it is kept")
    func unsigned() async throws {
        try await Served.run { server in
            try await pending(server)
            let body = String(repeating: "x", count: 9_000)
            let answer = try await server.answer(.post, "/hooks/asana/\(Self.path)", body: body)
            #expect(answer.status == 403)
            let kept = try await server.database.read {
                try $0.first("SELECT length(body) AS n FROM signal")?.integer("n")
            }
            #expect(kept == 4_096)
        }
    }

    /// Changes of the names of 100 tasks, in turn.
    private static func events(_ count: Int, second: String) -> String {
        let who = #""user": {"gid": "11", "resource_type": "user"}, "created_at": "2026-11-20T09:00:\#(second).000Z""#
        let what = #""action": "changed", "parent": null, "change": {"field": "name", "action": "changed"}"#
        let events = (0..<count).map { number in
            #"{\#(who), \#(what), "resource": {"gid": "\#(500 + number % 100)", "resource_type": "task"}}"#
        }
        return #"{"events": [\#(events.joined(separator: ","))]}"#
    }

    @Test("1,000 events are answered before anything is asked of Asana, and while Asana answers nothing")
    func burst() async throws {
        let asana = HeldAsana()
        let client = AsanaClient(transport: asana, baseURL: "http://asana.test", token: Secret("test"))
        try await Served.run(connections: Connections(asana: client)) { server in
            let secret = "test-handshake-" + String(repeating: "1", count: 49)
            func deliver(_ second: String) async throws -> Int {
                let body = Self.events(1_000, second: second)
                let headers = ["X-Hook-Signature": Served.sign(body, with: secret)]
                return try await server.answer(.post, "/hooks/asana/\(Self.path)", headers, body: body).status
            }
            try await pending(server)
            let shaken = try await server.answer(.post, "/hooks/asana/\(Self.path)", ["X-Hook-Secret": secret])
            #expect(shaken.status == 200)
            #expect(try await deliver("01") == 200)
            #expect(asana.asked == 0, "what is answered is on disk, and the tasks come later")

            _ = try await server.database.write { try $0.execute("UPDATE asana_hint SET due_at = 0", []) }
            let looker = AsanaLooker(parts: server.parts, signal: WakeSignal(doors: .system), wake: {})
            // It is held while the next delivery comes, and awaited below.
            let looking = Task { try await looker.lookAtDue() }
            defer { asana.release() }
            let asked = try await eventually("Asana is asked for tasks") { asana.asked == 4 ? asana.asked : nil }
            #expect(try await deliver("02") == 200)
            #expect(asana.asked == asked, "no answer of ours waits for one of Asana's")
            asana.release()
            #expect(try await looking.value == 100)
            #expect(asana.asked == 100, "one look at a task, however many events")
            #expect(try await server.signals().count == 2)
        }
    }
}
