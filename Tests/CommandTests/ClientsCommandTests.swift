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
            let ana = ["acme", "Ana Smith"]
            let added = try await here.run(["clients", "contact", "add"] + ana + ["--email", "ana@acme.example"])
            #expect(added.lines == ["acme: Ana Smith added"], "\(added)")
            #expect(try await here.run("clients", "show", "acme").output.contains("Ana Smith, ana@acme.example"))
            #expect(try await here.run(["clients", "contact", "remove"] + ana).lines == ["acme: Ana Smith removed"])
            let list = try await here.run("clients", "list")
            #expect(
                list.rows == [
                    ["CLIENT", "NAME", "FIELDS", "CONTACTS"], ["acme", "Acme Two", "5", ""], ["beta", "Beta", "1", ""],
                ])
            #expect(try await here.run("clients", "list", "--json").objects().count == 2)
            #expect(try await here.run("clients", "verify", "acme", "website_url").status == 0)
            let empty = try await here.run("clients", "verify", "acme", "gbp_url")
            #expect(empty.status == 1 && empty.errors.contains("nothing to verify yet"), "\(empty)")
            #expect(try await here.run("users", "add", "ana").status == 0)
            let staff = try await here.run("clients", "staff", "acme", "ana", "account_manager")
            #expect(staff.rows.last.map { Array($0.prefix(3)) } == ["ana", "ana", "account_manager"], "\(staff)")
            #expect(try await here.run("clients", "staff", "acme", "--json").objects().count == 1)
            #expect(try await here.run("clients", "staff", "acme", "ana", "none", "--json").objects().isEmpty)
            #expect(try await here.run("clients", "staff", "acme", "nobody", "owner").status == 1)
        }
    }

    static let wrong: [([String], Int32, String)] = [
        (["set", "acme", "website_url"], 64, "is not field=value"),
        (["set", "acme", "competitors=[\"q\""], 64, "begins like JSON"),
        (["set", "acmee", "a=b"], 1, "did you mean acme?"),
        (["add", "acme", "--name", "Acme"], 1, "nothing was changed"),
        (["add", "A B", "--name", "Acme"], 64, "slug"),
        (["import", "bad.json", "acme.json"], 64, "bad.json:1:"),
        (["contact", "add", "acme", "Ana", "--email", "nowhere"], 64, "an e-mail address"),
        (["contact", "remove", "acme", "Nobody"], 1, "has no contact"),
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

    @Test("What a client's record names is asked with its account, and what nobody can ask is not said to be well")
    func check() async throws {
        try await Stage.play(more: ["ENDPOINT_ALLOWED_ADDRESSES": "127.0.0.1/32"]) { stage in
            let here = stage.installation
            func add(_ slug: String, _ fields: String...) async throws {
                let made = try await here.run(["clients", "add", slug, "--name", slug] + fields)
                #expect(made.status == 0, "\(made)")
            }
            try await add(
                "acme", "asana_project=1208000000000100", "clickup_list=901100000001", "website_url=\(stage.base)/",
                "ga4_property=properties/1")
            let well = try await here.run("clients", "check", "acme")
            #expect(well.status == 0, "\(well)")
            for (name, words) in [
                ("Asana project", "reachable: Jessie Intake, "), ("ClickUp list", " open task"),
                ("Web site", "reachable: it answers 200"),
            ] {
                #expect(well.rows.contains { $0[0] == "ok" && $0[1] == name && $0[2].contains(words) }, "\(well)")
            }
            #expect(well.rows.contains { $0[0] == "skip" && $0[1] == "GA4 property" }, "\(well)")
            try await add("beta", "asana_project=1", "clickup_list=1", "website_url=http://10.0.0.1/")
            let ill = try await here.run("clients", "check", "beta")
            #expect(ill.status == 1, "\(ill)")
            for name in ["Asana project", "ClickUp list", "Web site"] {
                #expect(ill.rows.contains { $0[0] == "FAIL" && $0[1] == name }, "\(ill)")
            }
            try await add("gamma")
            #expect(try await here.run("clients", "set", "gamma", "credentials=nowhere").status == 0)
            #expect(try await here.run("clients", "check", "gamma").status == 78)
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
