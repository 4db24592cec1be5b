import Foundation
import Testing

@Suite("bureau clients")
struct ClientsCommandTests {
    @Test("A client is imported, shown, changed and listed")
    func life() async throws {
        try await Installation.inTemporaryFolder { here in
            try here.write(Stage.client, to: "acme.json")
            #expect(try await here.run("clients", "import", "acme.json").lines == ["acme added"])
            #expect(try await here.run("clients", "import", "acme.json").lines == ["acme unchanged"])
            let changed = try await here.run(
                "clients", "set", "acme", "name=Acme Two", "seed_keywords=[\"a\", \"b\"]", "gbp_url=")
            #expect(changed.status == 0, "\(changed)")
            let fields = try #require(
                try await here.run("clients", "show", "acme", "--json").object()["fields"] as? [String: Any])
            #expect(fields["seed_keywords"] as? [String] == ["a", "b"])
            #expect(fields["gbp_url"] == nil)
            #expect(
                try await here.run("clients", "add", "beta", "--name", "Beta", "website_url=https://beta.example")
                    .status == 0)
            let list = try await here.run("clients", "list")
            #expect(
                list.rows == [
                    ["CLIENT", "NAME", "FIELDS", "CONTACTS"], ["acme", "Acme Two", "5", ""], ["beta", "Beta", "1", ""],
                ])
            #expect(try await here.run("clients", "list", "--json").objects().count == 2)
        }
    }

    static let wrong: [([String], Int32, String)] = [
        (["set", "acme", "website_url"], 64, "is not field=value"),
        (["set", "acme", "competitors=[\"q\""], 64, "begins like JSON"),
        (["set", "acmee", "a=b"], 1, "did you mean acme?"),
        (["add", "acme", "--name", "Acme"], 1, "nothing was changed"),
        (["add", "A B", "--name", "Acme"], 64, "slug"),
        (["import", "bad.json", "acme.json"], 64, "bad.json:1:"),
        (["show", "acme", "--json-fields", "nme"], 64, "choose from: slug, name, fields, contacts"),
    ]
    @Test("What cannot be kept changes nothing and is explained", arguments: wrong)
    func refusals(arguments: [String], status: Int32, words: String) async throws {
        try await Installation.inTemporaryFolder { here in
            try here.write(Stage.client, to: "acme.json")
            try here.write("{\"slug\": \"x\"}", to: "bad.json")
            _ = try await here.run("clients", "import", "acme.json")
            let before = try await here.run("clients", "show", "acme", "--json").output
            let outcome = try await here.run(["clients"] + arguments)
            #expect(outcome.status == status)
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
            #expect(try await here.run("clients", "show", "acme", "--json").output == before)
        }
    }

    @Test("Control characters in a value do not reach the terminal")
    func hostileValues() async throws {
        try await Installation.inTemporaryFolder { here in
            _ = try await here.run("clients", "add", "acme", "--name", "Acme", "note=one\u{1B}[31mtwo\tthree")
            let shown = try await here.run("clients", "show", "acme")
            #expect(!shown.output.contains("\u{1B}"))
            #expect(!shown.output.contains("two\tthree"))
        }
    }
}
