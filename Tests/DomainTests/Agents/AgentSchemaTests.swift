import BureauDomain
import Foundation
import Subprocess
import Testing

/// `schemas/agent-1.schema.json` and `AgentConfig.load` must say yes and no to the same files. A second opinion comes
/// from Python's jsonschema; files whose names start with "meaning-" are wrong in ways no schema sees.
@Suite("The published schema and the reader agree")
struct AgentSchemaTests {
    private struct Case {
        let name: String
        let canonical: String
        let loads: Bool
    }

    @Test("On every good and bad file")
    func files() async throws {
        var cases: [Case] = []
        for kind in ["good", "bad"] {
            let folder = "Tests/DomainTests/Fixtures/agents/\(kind)"
            for name in RepositoryFile.names(in: folder) where !name.hasPrefix("syntax-") {
                let result = AgentConfig.load(
                    try RepositoryFile.bytes("\(folder)/\(name)"), fileName: name, environment: nil)
                let loads = result.config != nil || name.hasPrefix("meaning-")
                cases.append(Case(name: "\(kind)/\(name)", canonical: try #require(result.canonical), loads: loads))
            }
        }
        for path in ["agents/sentinel.json", "fixtures/catalyst.json", "fixtures/platform-build.json"] {
            let result = AgentConfig.load(try RepositoryFile.bytes(path), fileName: path, environment: nil)
            cases.append(Case(name: path, canonical: try #require(result.canonical), loads: true))
        }
        let starter = Array(try #require(AgentConfig.starter(name: "new-agent")).utf8)
        let started = AgentConfig.load(starter, fileName: "new-agent.json", environment: nil)
        cases.append(Case(name: "starter", canonical: try #require(started.canonical), loads: true))
        #expect(cases.count { $0.loads && $0.name.hasPrefix("good/") } >= 8)
        #expect(cases.count { !$0.loads } >= 30)
        try await judge(cases)
    }

    @Test(
        "On a full file with any one part removed, renamed or replaced",
        arguments: [("everything", 900), ("builder", 500)])
    func mutations(name: String, casesMin: Int) async throws {
        let file = try RepositoryFile.bytes("Tests/DomainTests/Fixtures/agents/good/\(name).json")
        let good = try PositionedJSON.parse(file).value
        let replacements: [JSONValue] = [
            .null, true, false, 0, -1, .number(try #require(JSONNumber(0.5))), "", " ", "x", "X", "#x", "@x", "9", [],
            ["x"],
            ["x", "x"], [1], [:], ["enabled": true], ["enabled": false],
        ]
        var cases: [Case] = []
        for path in Self.paths(good) {
            for value in replacements {
                add(Self.edit(good, path[...]) { _, _ in value }, "\(path) = \(value.compact)")
            }
            add(Self.edit(good, path[...]) { _, _ in nil }, "\(path) removed")
            add(Self.rename(good, path[...]), "\(path) renamed")
        }
        func add(_ value: JSONValue, _ name: String) {
            let result = AgentConfig.load(Array(value.compact.utf8), fileName: "x", environment: nil)
            let errors = result.problems.filter { $0.severity == .error }
            // What only the reader sees: one value against another, and what stands inside a template.
            let isStructural = !errors.contains {
                $0.message.contains("placeholder {") || $0.message.contains("would never warn")
                    || $0.message.contains("required already") || $0.message.contains("no person stands between")
                    || $0.message.contains("answers no questions")
                    || ($0.path == "triggers.cron.when" && !$0.message.hasPrefix("expected"))
            }
            guard isStructural else { return }
            cases.append(Case(name: name, canonical: value.canonical, loads: errors.isEmpty))
        }
        #expect(cases.count > casesMin)
        #expect(cases.contains { $0.loads })
        try await judge(cases)
    }

    private func judge(_ cases: [Case]) async throws {
        let schema = try RepositoryFile.text("schemas/agent-1.schema.json")
        let documents = cases.map(\.canonical).joined(separator: ",")
        let script = """
            import json, sys
            from jsonschema import Draft202012Validator
            given = json.load(sys.stdin)
            Draft202012Validator.check_schema(given["schema"])
            judge = Draft202012Validator(given["schema"])
            print("".join("1" if judge.is_valid(document) else "0" for document in given["documents"]))
            """
        let result = try await Subprocess.run(
            .name("sh"), arguments: ["-c", #"exec "$0" -c "$1""#, python, script],
            input: .string("{\"schema\":\(schema),\"documents\":[\(documents)]}"),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
        let verdicts = Array(result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines))
        try #require(
            verdicts.count == cases.count,
            "python3 with jsonschema must run here (scripts/setup installs it): \(result.standardError)")
        for (one, verdict) in zip(cases, verdicts) {
            #expect(one.loads == (verdict == "1"), "\(one.name): the schema says \(verdict == "1" ? "yes" : "no")")
        }
    }

    /// The environment that scripts/setup makes where the system's Python has no jsonschema.
    private var python: String {
        let own = RepositoryFile.root.appending(path: ".cache/python/bin/python3").path
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }

    private static func paths(_ value: JSONValue) -> [[String]] {
        guard let object = value.object else { return [] }
        return object.members.flatMap { member in [[member.key]] + paths(member.value).map { [member.key] + $0 } }
    }

    private static func edit(
        _ value: JSONValue, _ path: ArraySlice<String>, _ change: (JSONValue, String) -> JSONValue?
    ) -> JSONValue {
        guard let key = path.first, var object = value.object, let inner = object[key] else { return value }
        object[key] = path.count == 1 ? change(inner, key) : edit(inner, path.dropFirst(), change)
        return .object(object)
    }

    private static func rename(_ value: JSONValue, _ path: ArraySlice<String>) -> JSONValue {
        guard let key = path.first, let object = value.object else { return value }
        return .object(
            JSONObject(
                object.members.map { member in
                    guard member.key == key else { return (member.key, member.value) }
                    return path.count == 1 ? (key + "x", member.value) : (key, rename(member.value, path.dropFirst()))
                }))
    }
}
