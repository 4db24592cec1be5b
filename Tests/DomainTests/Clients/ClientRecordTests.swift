import BureauDomain
import Testing

@Suite("Client records")
struct ClientRecordTests {
    @Test("The synthetic client loads as a payload and says that it is fictional")
    func synthetic() throws {
        let result = ClientRecord.load(try RepositoryFile.bytes("fixtures/synthetic-client.json"), fileName: "f")
        let client = try #require(result.client, "\(result.problems)")
        #expect(client.slug == "northlake-detailing-test")
        #expect(client.name.contains("fictional"))
        #expect(client.fields["_about"] == nil)
        let sentinel = AgentConfig.load(
            try RepositoryFile.bytes("agents/sentinel.json"), fileName: "a", environment: nil)
        let source = try #require(sentinel.config).payloadSource
        let names = source.requiredFields + source.optionalFields
        #expect(client.payload().keys == names)
        let payload = client.payload()
        let assembly = PayloadAssembly.assemble(
            required: source.requiredFields, optional: source.optionalFields, lookup: { payload[$0] })
        #expect(assembly == .complete(payload))
    }

    @Test("A record survives being written and read")
    func roundTrip() throws {
        let text = #"""
            { // a comment
              "slug": "acme", "name": "Acme",
              "fields": { "website_url": "https://acme.example.com/", "founded": 1999, "seed_keywords": ["a", "b"] },
              "contacts": [ { "name": "Ana", "email": "ana@acme.example.com", "slack": "@ana" }, { "name": "Jo" } ]
            }
            """#
        let client = try #require(ClientRecord.load(Array(text.utf8), fileName: "acme.json").client)
        #expect(
            client.contacts == [.init(name: "Ana", email: "ana@acme.example.com", slack: "@ana"), .init(name: "Jo")])
        #expect(client.payload().keys == ["client_id", "client_name", "website_url", "founded", "seed_keywords"])
        #expect(ClientRecord.load(Array(client.json.pretty.utf8), fileName: "x").client == client)
    }

    private static let refused: [(String, String)] = [
        (#"{"slug":"Acme","name":"A"}"#, #"slug: expected lower-case letters"#),
        (#"{"name":"A"}"#, "slug: required, but missing"),
        (#"{"slug":"a","name":"A","feilds":{}}"#, #"feilds: unknown key; did you mean "fields"?"#),
        (#"{"slug":"a","name":"A\nB"}"#, "name: expected one line"),
        (#"{"slug":"a","name":"A","fields":{"client_id":"b"}}"#, "fields.client_id: this is the record's slug"),
        (#"{"slug":"a","name":"A","fields":{"Big Name":"b"}}"#, "fields.Big Name: expected a field name of lower-case"),
        (#"{"slug":"a","name":"A","fields":{"gbp_url":"acme.com/x"}}"#, #"did you mean "https://acme.com/x"?"#),
        (
            #"{"slug":"a","name":"A","fields":{"gbp_url":"javascript:alert(1)"}}"#,
            "fields.gbp_url: expected a web address"
        ),
        (
            #"{"slug":"a","name":"A","fields":{"gbp_url":"https://user@acme.com"}}"#,
            "fields.gbp_url: expected a web address"
        ),
        (
            #"{"slug":"a","name":"A","fields":{"x":{"y":1}}}"#,
            "fields.x: expected a text, a number or a list of those, found an object"
        ),
        (
            #"{"slug":"a","name":"A","fields":{"x":[["y"]]}}"#,
            "fields.x[0]: expected a text, a number or a list of those, found a list"
        ),
        (#"{"slug":"a","name":"A","fields":{"x":"\u0000"}}"#, "fields.x: expected a text without control characters"),
        (
            #"{"slug":"a","name":"A","contacts":[{"name":"Ana","email":"ana"}]}"#,
            "contacts[0].email: expected an e-mail address"
        ),
        (#"{"slug":"a","name":"A","contacts":[{"email":"a@b.example"}]}"#, "contacts[0].name: required, but missing"),
        (
            #"{"slug":"a","name":"A","contacts":{}}"#,
            "contacts: expected a list of at most 50 contacts, found an object"
        ),
        (#"{"client_id":"a","client_name":"A","website_url":7,"x y":1}"#, "x y: expected a field name"),
        ("[]", "expected an object in braces"),
        ("{", "expected a key in double quotes"),
    ]

    @Test("What is wrong in a record is told by path", arguments: refused)
    func refusal(text: String, says: String) {
        let result = ClientRecord.load(Array(text.utf8), fileName: "c.json")
        #expect(result.client == nil)
        #expect(result.problems.contains { $0.description.contains(says) }, "\(result.problems.map(\.description))")
    }

    @Test("Setting a field is checked like a file")
    func setting() throws {
        let text = #"{"slug":"acme","name":"Acme","fields":{"a":"1"},"contacts":[{"name":"Jo"}]}"#
        let client = try #require(ClientRecord.load(Array(text.utf8), fileName: "x").client)
        #expect(
            client.setting("website_url", to: "https://acme.example.com").client?.fields.keys == ["a", "website_url"])
        #expect(client.setting("a", to: nil).client?.fields.isEmpty == true)
        #expect(client.setting("name", to: "Acme Ltd").client?.name == "Acme Ltd")
        #expect(client.setting("name", to: nil).client == nil)
        #expect(client.setting("a", to: "2").client?.contacts == client.contacts)
        let refused = client.setting("website_url", to: "nowhere")
        #expect(refused.client == nil)
        #expect(refused.problems.first?.description.hasPrefix("client acme:1:") == true)
    }
}
