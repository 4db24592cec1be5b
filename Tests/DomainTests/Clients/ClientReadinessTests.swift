import Testing

@testable import BureauDomain

@Suite("Readiness of clients")
struct ClientReadinessTests {
    private static func sentinel() throws -> AgentConfig {
        try #require(
            AgentConfig.load(try RepositoryFile.bytes("agents/sentinel.json"), fileName: "a", environment: nil).config)
    }

    private static func client(_ fields: [String: JSONValue]) -> ClientRecord {
        ClientRecord(
            slug: "acme", name: "Acme",
            fields: JSONObject(fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }),
            contacts: [])
    }

    @Test("Each missing line names the agents that cannot begin without it")
    func missing() throws {
        let readiness = ClientReadiness(Self.client([:]), isArchived: false, agents: [try Self.sentinel()])
        let missing = readiness.lines.filter(\.isMissing)
        #expect(
            Set(missing.map(\.fact.field)) == [
                "business_address", "gbp_url", "website_url", "service_area_cities", "seed_keywords", "competitors",
            ])
        #expect(missing.allSatisfy { $0.neededBy == ["SEO Sentinel"] })
        #expect(readiness.needed - readiness.known == missing.count && readiness.readyAgents == 0)
    }

    private static let empty: [JSONValue] = [.null, .string(""), .string(" \n"), .array([]), .array([.string(" ")])]

    @Test("A value that says nothing is missing, as it is when a run begins", arguments: empty)
    func nothing(value: JSONValue) throws {
        let client = Self.client(["competitors": value]), agent = try Self.sentinel()
        let readiness = ClientReadiness(client, isArchived: false, agents: [agent])
        #expect(readiness.lines.first { $0.fact.field == "competitors" }?.isMissing == true)
        let payload = client.payload()
        let run = AgentReadiness.judge(agent.payloadSource, client: client, isArchived: false) { payload[$0] }
        #expect(run.missing == readiness.agents.first?.readiness.missing)
    }

    @Test("A complete client is ready, and archived is ready for nobody")
    func complete() throws {
        let client = try #require(
            ClientRecord.load(try RepositoryFile.bytes("fixtures/synthetic-client.json"), fileName: "f").client)
        let agent = try Self.sentinel()
        #expect(ClientReadiness(client, isArchived: false, agents: [agent]).isReady)
        let archived = ClientReadiness(client, isArchived: true, agents: [agent])
        #expect(!archived.isReady && archived.lines.allSatisfy { !$0.isMissing })
        #expect(archived.agents.first?.readiness.blockers.first?.contains(client.name) == true)
    }

    @Test("What a task brings fills a gap of the record, for that run")
    func task() throws {
        let agent = try Self.sentinel(), client = Self.client([:])
        let judged = AgentReadiness.judge(agent.payloadSource, client: client, isArchived: false) { name in
            name.hasSuffix("_url") ? .string("https://a.example") : .string(name)
        }
        #expect(judged.isReady)
    }

    @Test("Every fact has a name of its own and a field agents could ask for")
    func facts() {
        #expect(Set(ClientFact.known.map(\.field)).count == ClientFact.known.count)
        #expect(Set(ClientFact.known.map(\.label)).count == ClientFact.known.count)
        #expect(ClientFact.named("ad_budget_usd").label == "Ad budget usd")
    }
}
