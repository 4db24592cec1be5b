import BureauDomain
import BureauSandbox
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("Whom a notice calls")
struct NoticeTagsTests {
    private static let known = """
        [{"name":"A","slack":"U0CON1"},{"name":"A again","slack":"U0CON1"},{"name":"B","slack":"@ana"},{"name":"C"},
        {"name":"D","slack":"U0CON2"},{"name":"E","slack":"U0CON3"},{"name":"F","slack":"U0CON4"},
        {"name":"G","slack":"U0CON5"}]
        """

    private static func keepClient(_ bench: Bench, account: String?) async throws {
        let credentials = account.map { ",\"credentials\":\"\($0)\"" } ?? "", now = bench.clock.now
        let record = """
            {"slug":"shamrock","name":"Shamrock & Sons","fields":{},"contacts":\(known)\(credentials)}
            """
        try await bench.database.write { db in
            _ = try db.execute(
                "INSERT INTO client (slug, name, record, created_at, updated_at) VALUES ('shamrock', 'S', ?, ?, ?)",
                [record, now, now])
        }
    }

    private static let accounts: [(agent: String?, client: String?, isCalled: Bool)] = [
        (nil, nil, true), ("north", "north", true), ("north", nil, false),
    ]

    @Test(
        "A client's contacts are called when a run fails, five at most, each once, and in the client's own account",
        arguments: accounts)
    func contacts(agent: String?, client: String?, isCalled: Bool) async throws {
        try await withStandIns { here in
            let extra = agent.map { ", \"credentials\": \"\($0)\"" } ?? ""
            let bench = try await Bench(agents: ["sentinel.json": Agents.make(extra: extra)])
            try await Self.keepClient(bench, account: client)
            let north = CredentialSet(name: "north", connections: here.connections, variables: [:])
            let parts = try bench.parts(here.connections, sets: ["north": north]) {
                $0.slackPeople = ["ana": "U0ANA01"]
            }
            _ = try await bench.run([.broke(RunCause(.noFiles, "Nothing was delivered."))])
            _ = try await bench.run([.foundIncomplete(RunCause(.missingFields, "gbp_url is empty."))])
            let worker = NoticeWorker(parts: parts, owner: "w", wake: WakeSignal(doors: bench.clock.doors))
            for _ in 0..<5 where try await worker.sendDue() == 0 { break }
            let texts = (await here.state("slack")["messages"]?.array ?? []).compactMap { $0["text"]?.string }
            let failed = try #require(texts.first { $0.contains("Nothing was delivered.") })
            let asks = try #require(texts.first { $0.contains("gbp_url is empty.") })
            #expect(!asks.contains("<@"), "what is missing is asked of the agency")
            for id in ["U0CON1", "U0CON2", "U0CON3", "U0CON4"] {
                #expect(failed.ranges(of: "<@\(id)>").count == (isCalled ? 1 : 0), "\(id): \(failed)")
            }
            #expect(!failed.contains("U0CON5"), "\(failed)")
            #expect(failed.contains("<@U0ANA01>") == (agent == nil), "a name is somebody of the agency's own Slack")
        }
    }
}
