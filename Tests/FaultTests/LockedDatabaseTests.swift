import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// Another process keeps the write lock for half a minute.
///
/// How long anything waits: one commit waits 10 s for the lock (SQLite's busy timeout), and a webhook that came while
/// another commit was waiting waits for that one first. So after at most about 20 s it is answered 503 and is not kept.
/// ClickUp gives up on an answer after 7 s and sends it again, five times in all: at the stand-in over 39 s, at the
/// vendor over longer. What even the last attempt missed is found by the sweep. Reading never waits for the lock.
/// A lease of 12 s may run out meanwhile: the run then goes on under another one, and that counts as one loss.
@Suite("A database locked by another process for 30 s costs nothing but time")
struct LockedDatabaseTests {
    static let seconds = 30

    @Test("Locked when webhooks come: they are answered 503 or not at all, and the run starts when it is over")
    func webhooks() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let lock = try DatabaseLock(installation.databasePath, seconds: Self.seconds)
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let post = ClickUpPost(ClickUpPost.statusChange(id: "1"))
            let answer = try await Web.send(
                "POST", server.url + "/webhook/sentinel", headers: ["x-signature": try #require(post.signature)],
                body: post.body)
            #expect(lock.isHeld)
            #expect(answer.status == 503, "\(answer.text)")
            #expect(await installation.look().acceptedSignals == 0, "a webhook was taken that could not be stored")
            #expect(try await Web.send("GET", server.url + "/health").status == 200)
            try await Self.end(lock, installation, server)
        }
    }

    @Test("Locked in the middle of a session: it is followed to its end when it is over")
    func running() async throws {
        try await Installation.open { installation in
            try await installation.steer(["hold_at": 77])
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            let session = try await eventually("the session stands at 77 events") {
                await installation.look().sessions.first { $0.events >= 77 }
            }
            let lock = try DatabaseLock(installation.databasePath, seconds: Self.seconds)
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            try await Self.end(lock, installation, server)
        }
    }

    private static func end(_ lock: DatabaseLock, _ installation: Installation, _ server: RunningServer) async throws {
        try lock.letGo()
        try await eventually("the lock is given up") { lock.isHeld ? nil : true }
        try await installation.waitForRest(at: server)
        let complaints = try await Proof(installation).complaints()
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        #expect(server.process.logLines.contains { $0.values.contains { $0.contains("kept the database locked") } })
    }
}
