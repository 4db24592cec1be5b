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

    private func pending(_ house: AsanaHouse, _ path: String, project: String = "100", minutes: Int64 = 2) async throws
    {
        let now = house.bench.clock.now
        try await house.parts.database.write {
            try AsanaHookStore(db: $0).insertPending(
                path, account: "", project: project, target: "https://x/hooks/asana/\(path)",
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

    @Test("While a webhook cannot be made again it is tried ever less often, and the project is read whole once")
    func unreachable() async throws {
        let house = try await AsanaHouse()
        _ = try await house.register()
        try await house.sweep()
        house.asana.state.withLock { $0.hooks = [:] }
        house.asana.shake.withLock { $0 = { _, _ in false } }
        let care = AsanaHookCare(parts: house.parts, key: { AsanaHouse.key }, notice: {})
        house.bench.clock.advance(milliseconds: 3_600_000)
        var triedAt: [Int] = []
        for round in 0..<60 {
            let before = house.asana.state.withLock { $0.hooksMade }
            try await care.check()
            try await house.sweep()
            if house.asana.state.withLock({ $0.hooksMade }) > before { triedAt.append(round * 2) }
            house.bench.clock.advance(milliseconds: 120_000)
        }
        #expect(triedAt == [0, 4, 12, 28, 58, 88, 118], "in minutes")
        let crawls = house.asana.state.withLock { $0.listings }
        #expect(crawls <= 1 + 1 + 2, "at the start, for what was missed, and each hour")
        let alert = try await house.bench.alerts().first?.sentence ?? ""
        #expect(alert.contains("It could not be made again"), "\(alert)")
    }

    @Test("What failed to become a webhook is forgotten after a day, one that was heard with its deliveries")
    func forgotten() async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        _ = await house.send([String](), hook)
        house.asana.shake.withLock { $0 = { _, _ in false } }
        await #expect(throws: AsanaHookDesk.Refused.self) {
            try await house.desk.register(project: "100", base: "https://other.example.com")
        }
        try await house.parts.database.write { try AsanaHookStore(db: $0).retire(hook.hook.path) }
        func kept(afterDays days: Int64) async throws -> Int64 {
            let now = house.bench.clock.now + days * 86_400_000
            return try await house.parts.database.write { db in
                try AsanaHookStore(db: db).forget(before: now - 90 * 86_400_000, now: now)
                return try db.first("SELECT count(*) AS n FROM asana_hook", [])?.integer("n") ?? -1
            }
        }
        #expect(try await kept(afterDays: 0) == 2)
        #expect(try await kept(afterDays: 2) == 1)
        #expect(try await kept(afterDays: 89) == 1)
        #expect(try await kept(afterDays: 91) == 0)
    }

    @Test("A creation that cannot be cleared away keeps nobody from looking after the other webhooks")
    func stuck() async throws {
        let house = try await AsanaHouse()
        _ = try await house.register()
        house.asana.state.withLock { $0.goneProjects = ["55"] }
        try await pending(house, String(repeating: "c", count: 40), project: "55")
        house.asana.state.withLock { $0.hooks = [:] }
        house.bench.clock.advance(milliseconds: 3_600_000)
        try await AsanaHookCare(parts: house.parts, key: { AsanaHouse.key }, notice: {}).check()
        let hooks = try await house.parts.database.read { try AsanaHookStore(db: $0).all() }
        #expect(hooks.map(\.webhookID) == ["92"], "the other was made again, and this one is let go")
    }

    @Test("What alerts say of a webhook does not show its path")
    func alertsHidePaths() async throws {
        let house = try await AsanaHouse(), (hook, _) = try await house.register()
        house.bench.clock.advance(milliseconds: 10 * 3_600_000)
        try await AsanaHookCare(parts: house.parts, key: { AsanaHouse.key }, notice: {}).check()
        let sentence = try #require(try await house.bench.alerts().first?.sentence)
        #expect(sentence.contains("https://bureau.example.com/hooks/asana/\(hook.path.prefix(6))…"), "\(sentence)")
        #expect(!sentence.contains(hook.path))
    }

    @Test("A creation that a dead process left behind is cleared away, at Asana too, however many webhooks there are")
    func cutOff() async throws {
        let house = try await AsanaHouse(), path = String(repeating: "c", count: 40)
        try await pending(house, path)
        house.asana.state.withLock { state in
            for number in 0..<250 { state.hooks["1\(1_000 + number)"] = "https://x/hooks/asana/\(number)" }
            state.hooks["77"] = "https://x/hooks/asana/\(path)"
        }
        house.bench.clock.advance(milliseconds: 3 * 60_000)
        try await AsanaHookCare(parts: house.parts, key: { AsanaHouse.key }, notice: {}).check()
        #expect(house.asana.state.withLock { $0.deletedHooks } == ["77"])
        #expect(try await house.parts.database.read { try AsanaHookStore(db: $0).all() }.isEmpty)
    }
}
