import BureauDomain
import BureauStorage
import BureauVendors
import Crypto
import Foundation
import Synchronization
import Testing

@testable import BureauEngine

@Suite("Webhook intake")
struct WebhookIntakeTests {
    private static let hookSecret = "webhook-secret"

    @Test("Twin events and any redelivery end as one run, and each answer names it")
    func twins() async throws {
        let bench = try await Bench(), woken = Wakes()
        let intake = intake(bench, woken)
        let first = await intake.accept(signed(Self.body(event: "taskStatusUpdated")))
        let run = try #require(try await runs(bench).first)
        #expect(first.status == 200)
        #expect(first.json.contains(#""verdict":"run","run":"\#(run.id)""#))
        for body in [Self.body(event: "taskUpdated"), Self.body(event: "taskStatusUpdated")] {
            let again = await intake.accept(signed(body))
            #expect(again.alreadyProcessed)
            #expect(again.json.contains(#""run":"\#(run.id)""#))
        }
        #expect(try await runs(bench).count == 1)
        #expect(try await verdicts(bench) == ["run", "duplicate", "duplicate"])
        #expect(woken.count == 1, "only a new run wakes the worker")
    }

    @Test("A duplicate names the session of the run it repeats")
    func duplicateSession() async throws {
        let bench = try await Bench(), intake = intake(bench)
        _ = await intake.accept(signed(Self.body()))
        let run = try #require(try await runs(bench).first)
        for event in Bench.toRunning { try await bench.move(run.id, event) }
        let again = await intake.accept(signed(Self.body()))
        #expect(again.json.contains(#""original_session":"sesn_1""#))
    }

    @Test("Two people who deliver the same change at once start one run")
    func race() async throws {
        let bench = try await Bench(), intake = intake(bench)
        let request = signed(Self.body())
        let answers = await withTaskGroup(of: WebhookAnswer.self) { group in
            for _ in 0..<20 { group.addTask { await intake.accept(request) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { !$0.alreadyProcessed }.count == 1)
        #expect(try await runs(bench).count == 1)
    }

    @Test("When the answer is there, another connection finds signal, run and raw bytes")
    func durable() async throws {
        let bench = try await Bench(), body = Self.body()
        let other = try SQLiteDatabase(path: bench.database.path)
        _ = await intake(bench).accept(signed(body))
        let row = try #require(try await other.query("SELECT body, run_id FROM signal").first)
        #expect(try row.bytes("body") == Data(body.utf8))
        #expect(try await other.query("SELECT id FROM run").first?.text("id") == row.text("run_id"))
    }

    private static let refusals: [(String, String?, Int)] = [
        ("no signature", nil, 403), ("an empty one", "", 403),
        ("one of other bytes", String(repeating: "0", count: 64), 403), ("one that is no hex", "zz", 403),
    ]

    @Test("A request that proves nothing is refused with 403 and kept with its reason", arguments: refusals)
    func forged(what: String, signature: String?, status: Int) async throws {
        let bench = try await Bench()
        let body = Data(Self.body().utf8) + Data(repeating: 32, count: 10_000)
        let answer = await intake(bench).accept(
            .init(agent: "sentinel", signature: signature, body: body, remoteAddress: "203.0.113.9"))
        #expect(answer.status == status)
        let row = try #require(try await bench.database.engine.query("SELECT * FROM signal").first)
        #expect(try row.text("verdict") == "refused")
        #expect(try row.text("remote_address") == "203.0.113.9")
        #expect(try row.bytes("body").count == 4_096, "of what anybody can send only the beginning is kept")
        #expect(try row.integer("body_bytes") == Int64(body.count))
        #expect(try await runs(bench).isEmpty)
    }

    @Test("Without a configured secret nothing is believed")
    func noSecret() async throws {
        let bench = try await Bench()
        let answer = await intake(bench, secret: nil).accept(signed(Self.body()))
        #expect(answer.status == 403)
        #expect(answer.json.contains("no webhook secret is configured"))
    }

    private static let strange: [(String, String, String, Int)] = [
        ("no JSON", "sentinel", "{", 400), ("no object", "sentinel", "[]", 400),
        ("an agent nobody knows", "catalyst", body(), 200), ("a name with quotes", #"a"b\"#, body(), 200),
        ("another status", "sentinel", body(status: "to do"), 200),
        ("another list", "sentinel", body(list: "5"), 200),
    ]

    @Test("Whatever was signed leaves one signal with one verdict, and an answer that is JSON", arguments: strange)
    func odd(what: String, agent: String, body: String, status: Int) async throws {
        let bench = try await Bench()
        let answer = await intake(bench).accept(signed(body, agent: agent))
        #expect(answer.status == status, "\(what)")
        #expect(try JSONSerialization.jsonObject(with: Data(answer.json.utf8)) is [String: Any])
        #expect(try await verdicts(bench) == [status == 400 ? "refused" : "ignored"])
        #expect(try await runs(bench).isEmpty)
    }

    @Test(
        "While its list is still the example's no task starts an agent, whatever list it is in", arguments: ["5", ""])
    func exampleList(list: String) async throws {
        let bench = try await Bench(agents: Agents.ofExampleList)
        let answer = await intake(bench).accept(signed(Self.body(list: list)))
        #expect(answer.status == 200 && answer.json.contains("list_id is still the example's"), "\(answer.json)")
        #expect(try await verdicts(bench) == ["ignored"])
        #expect(try await runs(bench).isEmpty)
    }

    @Test("A refused signal that was cut is not replayed; a whole one is, and ends as the duplicate it is")
    func replay() async throws {
        let bench = try await Bench(), intake = intake(bench)
        _ = await intake.accept(signed(Self.body()))
        let signals = try await SignalDesk(database: bench.database).list()
        let signal = try #require(signals.first)
        let replayed = try #require(try await intake.replay(signal.id))
        #expect(replayed.alreadyProcessed)
        #expect(try await intake.replay("01NOSUCHSIGNAL000000000000") == nil)
    }

    private static let ourOwn: [(String, Int64, String, Int64, Bool)] = [
        ("our user, our status, just now", 77, "Ready (Automate)", 0, true),
        ("our user, our status, another case", 77, "ready (automate)", 0, true),
        ("our user, but long ago", 77, "Ready (Automate)", -3_600_000, false),
        ("our user, a status we did not set", 77, "Review", 0, false),
        ("another user", 78, "Ready (Automate)", 0, false),
    ]

    @Test("The echo of our own change starts nothing; a person's change does", arguments: ourOwn)
    func echo(what: String, user: Int64, set: String, age: Int64, isEcho: Bool) async throws {
        let bench = try await Bench()
        let run = try await bench.run(task: "86a")
        let step = try await bench.step(run, .clickUp, "status", set)
        let now = bench.clock.now
        try await bench.database.write { db in
            try SettingStore(db: db).put("clickup_user_id", "77", now: now)
            try StepStore(db: db).markIntended(step.id, now: now + age)
        }
        let answer = await intake(bench).accept(signed(Self.body(user: user)))
        #expect(answer.json.contains("echo of our own") == isEcho, "\(what): \(answer.json)")
        #expect(try await runs(bench).count == (isEcho ? 1 : 2))
    }

    @Test("A task that we have blocked ourselves starts no agent that waits for blocked ones")
    func blockedByUs() async throws {
        let agent = Agents.sentinel.replacingOccurrences(of: "Ready (Automate)", with: "Blocked")
        let bench = try await Bench(agents: ["sentinel.json": agent])
        let run = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))], task: "86a"), now = bench.clock.now
        let step = try #require(try await bench.steps(run.id, .notice).first { $0.kind == "status" })
        let connections = Connections(
            clickUp: ClickUpClient(transport: Seen(), baseURL: "http://clickup", token: Secret("test")))
        let worker = NoticeWorker(
            parts: try bench.parts(connections), owner: "w", wake: WakeSignal(doors: bench.clock.doors))
        _ = try await worker.write(for: step)
        try await bench.database.write { db in
            try SettingStore(db: db).put("clickup_user_id", "77", now: now)
            try StepStore(db: db).markIntended(step.id, now: now)
        }
        let answer = await intake(bench).accept(signed(Self.body(status: "blocked", user: 77)))
        #expect(answer.json.contains("echo of our own"), "\(answer.json)")
    }

    @Test("What cannot be stored is answered 503, so that it is sent again, and nothing is half there")
    func fullDisk() async throws {
        let bench = try await Bench()
        try await bench.database.write { db in
            let pages = try db.first("PRAGMA page_count")?.integer("page_count") ?? 0
            _ = try db.query("PRAGMA max_page_count = \(pages)")
        }
        let padding = String(repeating: " ", count: 300_000)
        let answer = await intake(bench).accept(signed(Self.body() + padding))
        #expect(answer.status == 503)
        #expect(try await runs(bench).isEmpty)
        #expect(try await verdicts(bench).isEmpty)
    }

    @Test("Of requests nobody could read some of each minute leave a record, and every one is answered and counted")
    func turnedAway() async throws {
        let bench = try await Bench(), most = TurnedAwayRoom.perMinuteMax
        let intake = intake(bench)
        for number in 1...most + 3 {
            let answer = await intake.turnAway(from: "198.51.100.4", "no HTTP")
            #expect(answer.status == 400 && answer.json.contains("no HTTP"))
            #expect(answer.json.contains("signal") == (number <= most))
        }
        #expect(try await verdicts(bench) == Array(repeating: "refused", count: most))
        let kept = try await SignalDesk(database: bench.database).list()
        #expect(Set(kept.map(\.remoteAddress)) == ["198.51.100.4"])
        let counted = bench.counters.snapshot().first { $0.0 == .turnedAway }?.1
        #expect(counted?.first?.value == Int64(most + 3))
        bench.clock.advance(milliseconds: 60_000)
        _ = await intake.turnAway(from: "198.51.100.4", "no HTTP")
        #expect(try await verdicts(bench).count == most + 1)
    }

    // MARK: parts

    private final class Wakes: Sendable {
        private let value = Mutex(0)
        func add() { value.withLock { $0 += 1 } }
        var count: Int { value.withLock { $0 } }
    }

    private func intake(_ bench: Bench, _ woken: Wakes = Wakes(), secret: String? = Self.hookSecret) -> WebhookIntake {
        WebhookIntake(
            database: bench.database, catalog: bench.catalog, secret: secret.map { Secret($0) },
            doors: bench.clock.doors, logger: bench.logger, counters: bench.counters, wake: { woken.add() })
    }

    private func signed(_ body: String, agent: String = "sentinel") -> WebhookIntake.Request {
        let key = SymmetricKey(data: Data(Self.hookSecret.utf8))
        let mac = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: key)
        return .init(agent: agent, signature: Hex.text(mac), body: Data(body.utf8), remoteAddress: "198.51.100.4")
    }

    private func runs(_ bench: Bench) async throws -> [RunRecord] {
        try await RunDesk(database: bench.database, doors: bench.clock.doors).list(RunFilter())
    }

    private func verdicts(_ bench: Bench) async throws -> [String] {
        try await bench.database.engine.query("SELECT verdict FROM signal ORDER BY rowid").map {
            try $0.text("verdict")
        }
    }

    private static func body(
        event: String = "taskStatusUpdated", status: String = "ready (automate)", list: String = Agents.list,
        user: Int64 = 8_001
    ) -> String {
        #"{"event":"\#(event)","task_id":"86a","webhook_id":"w1","history_items":[{"id":"h1","field":"status","parent_id":"\#(list)","user":{"id":\#(user)},"after":{"status":"\#(status)"}}]}"#
    }
}
