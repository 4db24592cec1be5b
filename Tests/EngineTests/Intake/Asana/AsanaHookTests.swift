import BureauDomain
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Webhooks at Asana")
struct AsanaHookTests {
    private func shake(_ house: AsanaHouse, _ path: String, _ secret: String) async -> AsanaIntake.Answer {
        await house.intake.accept(
            AsanaIntake.Request(path: path, secret: secret, signature: nil, body: Data(), remoteAddress: "203.0.113.9"))
    }

    private func pending(_ house: AsanaHouse, _ path: String, minutes: Int64 = 2) async throws {
        let now = house.bench.clock.now
        try await house.parts.database.write {
            try AsanaHookStore(db: $0).insertPending(
                path, account: "", project: "100", target: "https://x/hooks/asana/\(path)",
                until: now + minutes * 60_000,
                now: now)
        }
    }

    @Test("A handshake counts once, while it is waited for, and nobody overwrites it")
    func handshake() async throws {
        let house = try await AsanaHouse(), path = String(repeating: "a", count: 40)
        #expect(await shake(house, path, "stranger") == .refused(404, "there is no such webhook"))
        try await pending(house, path)
        #expect(await shake(house, path, "first-test-secret") == .shake)
        #expect(await shake(house, path, "first-test-secret") == .shake, "Asana may ask again")
        #expect(await shake(house, path, "second-test-secret") == .refused(403, "no handshake is expected here"))
        let late = String(repeating: "b", count: 40)
        try await pending(house, late, minutes: -1)
        #expect(await shake(house, late, "late-test-secret") == .refused(403, "no handshake is expected here"))
        let sealed = try await house.parts.database.read { try AsanaHookStore(db: $0).secret(path) }
        #expect(sealed.map { String(decoding: $0, as: UTF8.self).contains("first-test-secret") } == false)
    }

    @Test("Registering answers its own handshake while its own call is open, once for a project")
    func register() async throws {
        let house = try await AsanaHouse()
        let (hook, _) = try await house.register()
        #expect(hook.state == .active && hook.webhookID == "91" && hook.hasSecret)
        #expect(hook.path.count == 40)
        let (again, same) = try await house.desk.register(project: "100", base: AsanaHouse.base)
        #expect(again == .adopted && same.path == hook.path)
        #expect(house.asana.state.withLock { $0.hooksMade } == 1)
        #expect(await shake(house, hook.path, "stranger-test") == .refused(403, "no handshake is expected here"))
    }

    @Test("A webhook whose answer names another secret than its handshake is deleted and made anew")
    func otherSecret() async throws {
        let house = try await AsanaHouse()
        house.asana.state.withLock { $0.otherSecrets = 1 }
        let (hook, _) = try await house.register()
        #expect(hook.webhookID == "92")
        #expect(house.asana.state.withLock { $0.deletedHooks } == ["91"])
        #expect(try await house.parts.database.read { try AsanaHookStore(db: $0).all() }.count == 1)
    }

    @Test("A webhook that never shakes hands is not kept, and the command says why", arguments: [true, false])
    func noHandshake(isAsked: Bool) async throws {
        let house = try await AsanaHouse()
        house.asana.state.withLock { $0.isHandshakeSent = isAsked }
        if isAsked { house.asana.shake.withLock { $0 = { _, _ in false } } }
        await #expect(throws: AsanaHookDesk.Refused.self) { try await house.register() }
        #expect(house.asana.state.withLock { $0.hooks.isEmpty })
        #expect(try await house.parts.database.read { try AsanaHookStore(db: $0).all() }.isEmpty)
    }

    @Test("Only what is signed with the webhook's own secret is believed")
    func signatures() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        let body = AsanaProject.body([])
        #expect(await house.send(body, hook) == .ok)
        for wrong in ["", "00", String(repeating: "0", count: 64), AsanaProject.signature(body, "other")] {
            #expect(
                await house.send(body, hook, signature: wrong) == .refused(403, "the signature is missing or wrong"))
        }
        #expect(
            try await house.signals().map(\.verdict).sorted() == ["ignored"] + Array(repeating: "refused", count: 4))
    }

    @Test("A heartbeat is written down; one that stays away is told of after nine hours")
    func heartbeats() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        let care = AsanaHookCare(parts: house.parts, key: { AsanaHouse.key }, notice: {})
        #expect(await house.send(Data("{}".utf8), hook) == .ok)
        #expect(await house.send([String](), hook) == .ok)
        let heard = try await house.parts.database.read { try AsanaHookStore(db: $0).find(hook.hook.path)?.heardAt }
        #expect(heard == house.bench.clock.now)
        house.bench.clock.advance(milliseconds: 8 * 3_600_000)
        try await care.check()
        #expect(try await house.bench.alerts().isEmpty)
        house.bench.clock.advance(milliseconds: 2 * 3_600_000)
        try await care.check()
        #expect(try await house.bench.alerts().map(\.sentence).first?.contains("Nothing was heard") == true)
        #expect(await house.send([String](), hook) == .ok)
        house.bench.clock.advance(milliseconds: 3_600_000)
        try await care.check()
        #expect(try await house.bench.alerts().isEmpty)
    }

    @Test("A webhook that Asana has deleted is made again, and what was missed is read")
    func deleted() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        try await house.sweep()
        house.asana.state.withLock { state in
            state.hooks = [:]
            state.tasks["500"] = AsanaProject.Task()
        }
        house.bench.clock.advance(milliseconds: 3_600_000)
        try await AsanaHookCare(parts: house.parts, key: { AsanaHouse.key }, notice: {}).check()
        let hooks = try await house.parts.database.read { try AsanaHookStore(db: $0).all() }
        #expect(hooks.map(\.webhookID) == ["92"] && hooks.first?.path != hook.hook.path)
        #expect(try await house.bench.alerts().first?.sentence.contains("It was made again") == true)
        #expect(await house.send([String](), hook) == .refused(404, "there is no such webhook"))
        try await house.sweep()
        #expect(try await house.runs().map(\.taskID) == ["500"])
    }

    @Test("A creation that a dead process left behind is cleared away, at Asana too")
    func cutOff() async throws {
        let house = try await AsanaHouse(), path = String(repeating: "c", count: 40)
        try await pending(house, path)
        house.asana.state.withLock { $0.hooks["77"] = "https://x/hooks/asana/\(path)" }
        house.bench.clock.advance(milliseconds: 3 * 60_000)
        try await AsanaHookCare(parts: house.parts, key: { AsanaHouse.key }, notice: {}).check()
        #expect(house.asana.state.withLock { $0.deletedHooks } == ["77"])
        #expect(try await house.parts.database.read { try AsanaHookStore(db: $0).all() }.isEmpty)
    }
}
