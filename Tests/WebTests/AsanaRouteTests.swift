import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

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
}
