import BureauDomain
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("Which account a run works with")
struct RunCredentialsTests {
    private static let rows: [(String?, String?, Bool, RunCredentials)] = [
        (nil, nil, true, RunCredentials()),
        (nil, "agents", true, RunCredentials(name: "agents", tasks: "agents")),
        ("clients", nil, true, RunCredentials(name: "clients", tasks: nil)),
        ("clients", "agents", true, RunCredentials(name: "clients", tasks: "agents")),
        ("clients", "agents", false, RunCredentials(name: "clients", tasks: "clients")),
        ("clients", nil, false, RunCredentials(name: "clients", tasks: "clients")),
    ]

    @Test(
        "The client's account comes before the agent's, and a task stays in the account whose list it came by",
        arguments: rows)
    func choice(client: String?, agent: String?, isFromAgentsList: Bool, expected: RunCredentials) {
        #expect(RunCredentials.choose(client: client, agent: agent, isFromAgentsList: isFromAgentsList) == expected)
    }

    @Test("What a run began with stays its own when its client is given another account; what has not begun follows")
    func pinned() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), agent = try bench.agent
            let north = CredentialSet(name: "north", connections: here.connections, variables: [:])
            let parts = try bench.parts(here.connections, sets: ["north": north])
            let tester = Actor(name: "test", surface: "test")
            _ = try await ClientDesk(database: bench.database, doors: bench.clock.doors)
                .create("shamrock", name: "Shamrock & Sons", by: tester)
            let payload = #"{"client_id":"shamrock","client_name":"Shamrock & Sons"}"#
            let begun = try await bench.assess(try await bench.run(payload: payload).id, with: parts)
            #expect(begun.state == .starting && begun.clientSlug == "shamrock", "\(begun.cause?.sentence ?? "")")
            _ = try await bench.database.write {
                try $0.execute(
                    "UPDATE client SET record = json_set(record, '$.credentials', 'north') WHERE slug = 'shamrock'", [])
            }
            #expect(try await parts.using(run: begun, agent: agent).settings.credentialSet == nil)
            let isSeen = try await bench.database.read {
                try AccountWall(credentials: "north").isOpen(to: begun, agent.config, $0)
            }
            #expect(!isSeen, "it is the agency's, whoever the client belongs to now")
            let next = try await bench.assess(try await bench.run(payload: payload).id, with: parts)
            #expect(try await parts.using(run: next, agent: agent).settings.credentialSet == "north")
        }
    }

    @Test("A run of an account that is configured no more stops rather than go on with another")
    func unconfigured() async throws {
        let bench = try await Bench(), run = try await bench.run(Bench.toRunning), agent = try bench.agent
        let parts = try bench.parts()
        #expect(try await parts.using(run: run, agent: agent).settings.credentialSet == nil)
        try await bench.database.write { try RunCredentialStore(db: $0).pin(run.id, RunCredentials(name: "north")) }
        await #expect(throws: UnknownCredentials.self) { try await parts.using(run: run, agent: agent) }
    }

    @Test("Who we are on a task is asked of the account that has the task", arguments: [nil, "north"])
    func ownUser(tasks: String?) async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let north = CredentialSet(name: "north", connections: here.connections, variables: [:])
            let parts = try bench.parts(here.connections, sets: ["north": north])
            try await bench.database.write { db in
                try SettingStore(db: db).put(EchoCheck.settingName(nil), "1", now: 1)
                try SettingStore(db: db).put(EchoCheck.settingName("north"), "2", now: 1)
            }
            let own = try parts.using(RunCredentials(name: "north", tasks: tasks))
            let tool = try own.workTool(.clickUp, for: "sentinel")
            #expect(try await OwnComments(parts: own).ownUser(tool) == (tasks == nil ? "1" : "2"))
        }
    }
}
