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
}
