import BureauDomain
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Commands typed in Slack")
struct SlackCommandDeskTests {
    private static func bench() async throws -> (Bench, SlackCommandDesk) {
        let agent = Agents.make().replacingOccurrences(
            of: #""manual_cli": {"enabled": true}"#,
            with: #""slack_command": {"enabled": true, "allowed_users": ["U0JAKE"]}, "manual_cli": {"enabled": true}"#)
        let bench = try await Bench(agents: ["sentinel.json": agent])
        let records = [
            #"{"client_id": "shamrock", "client_name": "Shamrock <!channel>"}"#,
            #"{"client_id": "shamrock-two", "client_name": "Shamrock Two"}"#,
        ]
        for text in records {
            let client = try #require(ClientRecord.load(Array(text.utf8), fileName: "client").client)
            try await bench.database.write { try ClientStore(db: $0).save(client, now: 1) }
        }
        let desk = SlackCommandDesk(parts: try bench.parts { $0.slackCommandUsers = ["U0ANA"] }, wake: {})
        return (bench, desk)
    }

    private static func request(_ text: String, by user: String = "U0JAKE", trigger: String = UUID().uuidString)
        throws -> SlackCommandRequest
    {
        let fields = ["command": "/bureau", "text": text, "user_id": user, "user_name": "jake", "trigger_id": trigger]
        return try #require(
            SlackCommandRequest({ fields[$0] }, body: Data("text=\(text)".utf8), remoteAddress: "127.0.0.1"))
    }

    private func verdicts(_ bench: Bench) async throws -> [String] {
        try await SignalDesk(database: bench.database).list().map(\.verdict).sorted()
    }

    @Test("The same request twice is one run; both are on record with Slack as their source")
    func replay() async throws {
        let (bench, desk) = try await Self.bench()
        let first = try await desk.carryOut(try Self.request("run sentinel shamrock", trigger: "1.2.3"))
        let second = try await desk.carryOut(try Self.request("run sentinel shamrock", trigger: "1.2.3"))
        #expect(first == second && first.contains("on its way") && !first.contains("<!channel>"), "\(first)")
        let runs = try await bench.database.read { try RunStore(db: $0).list(RunFilter()) }
        #expect(runs.map(\.requestedBy) == ["slack U0JAKE"] && runs.map(\.triggerSource) == ["slack"])
        #expect(try await verdicts(bench) == ["duplicate", "run"])
        let sources = try await bench.database.engine.query("SELECT DISTINCT source FROM signal").map {
            try $0.text("source")
        }
        #expect(sources == ["slack"])
    }

    private static let refusals: [(String, String, String)] = [
        ("run sentinel shamrock", "U0STRANGER", "<@U0ANA>, <@U0JAKE>"), ("status", "U0STRANGER", "<@U0ANA>"),
        ("approvals", "U0STRANGER", "<@U0ANA>"), ("stop 01KA3F8Q7Q", "U0STRANGER", "<@U0ANA>"),
    ]

    @Test("A stranger is told whom to ask, nothing starts, and it is kept", arguments: refusals)
    func strangers(text: String, user: String, hint: String) async throws {
        let (bench, desk) = try await Self.bench()
        let answer = try await desk.carryOut(try Self.request(text, by: user))
        #expect(answer.contains("may not") && answer.contains(hint), "\(answer)")
        #expect(try await bench.database.read { try RunStore(db: $0).list(RunFilter()) }.isEmpty)
        #expect(try await verdicts(bench) == ["refused"])
    }

    private static let questions: [(String, String)] = [
        ("run sentinel sham", "may be several clients: `shamrock`, `shamrock-two`"),
        ("run sentinel nobody", "There is no client"), ("run sentinal shamrock", "Did you mean `sentinel`?"),
        ("status", "Nothing is running."), ("approvals", "Nothing waits"), ("help", "/sentinel audit CLIENT"),
        ("stop 01KA3F8Q7Q", "there is no run"),
    ]

    @Test("What is unclear is asked back, and nothing starts", arguments: questions)
    func unclear(text: String, hint: String) async throws {
        let (bench, desk) = try await Self.bench()
        let answer = try await desk.carryOut(try Self.request(text))
        #expect(answer.contains(hint), "\(answer)")
        #expect(try await bench.database.read { try RunStore(db: $0).list(RunFilter()) }.isEmpty)
    }

    private static let behind: [(String, String)] = [
        ("shamrock-two", "on its way for Shamrock Two"), ("shamrock TWO", "on its way for Shamrock Two"),
        ("shamrock t", "on its way for Shamrock Two"), ("sham", "may be several clients: `shamrock`, `shamrock-two`"),
        ("rock two", "Did you mean `shamrock-two`?"), ("nobody", "There are, for example: `a0001`"),
    ]

    @Test("A client is found behind a thousand others, here and where a task names it")
    func manyClients() async throws {
        let (bench, desk) = try await Self.bench()
        _ = try await bench.database.engine.write {
            try $0.execute(
                """
                WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1001)
                INSERT INTO client (slug, name, record, created_at, updated_at)
                SELECT printf('a%04d', n), 'Another', '{"slug":"' || printf('a%04d', n) || '","name":"Another"}', 1, 1
                FROM number
                """, [])
        }
        for (text, hint) in Self.behind {
            let answer = try await desk.carryOut(try Self.request("run sentinel \(text)"))
            #expect(answer.contains(hint), "\(text): \(answer)")
        }
        let named = try await bench.database.read { db in
            try ["shamrock-two", "SHAMROCK  two", "Shamrock-Two", "another"].map { said in
                try ClientStore(db: db).named(said)?.slug
            }
        }
        #expect(named == ["shamrock-two", "shamrock-two", nil, "a0001"])
    }

    @Test("Whoever the setting names may start, see and stop; a stopped run says so")
    func agency() async throws {
        let (bench, desk) = try await Self.bench()
        _ = try await desk.carryOut(try Self.request("run sentinel shamrock", by: "U0ANA"))
        let run = try #require(try await bench.database.read { try RunStore(db: $0).list(RunFilter()) }.first)
        #expect(try await desk.carryOut(try Self.request("status", by: "U0ANA")).contains(run.id))
        #expect(try await desk.carryOut(try Self.request("stop \(run.id)", by: "U0ANA")).contains("is stopped"))
        #expect(try await bench.find(run.id).state == .stopped)
    }

    @Test("A run that delivers is not said to be stopping: it finishes")
    func delivering() async throws {
        let (bench, desk) = try await Self.bench()
        let run = try await bench.run(Bench.toRunning + [.turnEnded, .filesCollected(problem: nil)])
        let answer = try await desk.carryOut(try Self.request("stop \(run.id)"))
        #expect(answer.contains("cannot be stopped") && answer.contains("finishes"), "\(answer)")
        #expect(try await bench.find(run.id).state == .delivering)
    }

    @Test("However many runs there are, the status lists the newest and counts the others")
    func manyRuns() async throws {
        let (bench, desk) = try await Self.bench()
        for _ in 0..<SlackCommandDesk.listedMax + 201 { _ = try await bench.run() }
        _ = try await bench.run([.foundIneligible(RunCause(.notEligible, "It is over."))])
        let answer = try await desk.carryOut(try Self.request("status"))
        #expect(answer.hasSuffix("… and 201 more"), "\(answer.suffix(200))")
        #expect(answer.split(separator: "\n").count == SlackCommandDesk.listedMax + 1)
    }

    /// Questions of one run, each of which expires a second before the one asked before it.
    private func ask(_ bench: Bench, _ run: RunRecord, count: Int) async throws -> [String] {
        let now = bench.clock.now, ids = (0..<count).map { StepMark.approval(run: run.id, eventID: "e\($0)") }
        try await bench.database.write { db in
            for (index, id) in ids.enumerated() {
                let new = NewApproval(
                    eventID: "e\(index)", tool: "publish", input: "{}", inputHash: "x", effect: "It publishes.")
                let end = now + 3_600_000 - Int64(index) * 1_000
                _ = try ApprovalStore(db: db).ask(new, run: run.id, id: id, now: now, expiresAt: end)
            }
        }
        return ids
    }

    @Test("However many questions others have, one's own are listed, the soonest to expire first, and the rest counted")
    func manyQuestions() async throws {
        let (bench, desk) = try await Self.bench()
        let own = try await ask(bench, try await bench.run(), count: SlackCommandDesk.listedMax + 2)
        bench.clock.advance(milliseconds: 1_000)
        let foreign = try await bench.run()
        try await bench.database.write {
            _ = try $0.execute("UPDATE run SET agent = 'lighthouse' WHERE id = ?", [foreign.id])
        }
        _ = try await ask(bench, foreign, count: 201)
        let answer = try await desk.carryOut(try Self.request("approvals"))
        let lines = answer.split(separator: "\n").filter { $0.contains("approval `") }.map(String.init)
        #expect(lines.count == SlackCommandDesk.listedMax && answer.hasSuffix("… and 2 more"), "\(answer)")
        let soonest = own.reversed().prefix(SlackCommandDesk.listedMax)
        for (line, id) in zip(lines, soonest) { #expect(line.contains(id)) }
    }
}
