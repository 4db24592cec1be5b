import BureauSandbox
import Foundation
import ProductHarness
import Subprocess
import Testing

@Suite("Programs and agents that ask the running product")
struct APIJourneyTests {
    /// The environment that scripts/setup makes where the system's Python lacks what the tests need.
    private static var python: String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let own = root.appending(path: ".cache/python/bin/python3").path
        return FileManager.default.isExecutableFile(atPath: own) ? own : "/usr/bin/python3"
    }

    private static func runPython(
        _ arguments: [String], in installation: Installation, seconds: Int
    ) async throws -> (isWell: Bool, text: String) {
        let environment = installation.environment.filter { !$0.value.isEmpty }
            .merging(["PATH": "/usr/bin:/bin", "HOME": installation.folder.path]) { own, _ in own }
        let result = try await Subprocess.run(
            .path("/usr/bin/timeout"), arguments: .init(["\(seconds)", python] + arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: .init(installation.folder.path), output: .string(limit: 4 << 20),
            error: .string(limit: 4 << 20))
        return (result.terminationStatus == .exited(0), result.standardOutput + result.standardError)
    }

    private static func token(_ installation: Installation) async throws -> String {
        #expect(try await installation.command("users", "add", "prober", "--role", "admin").status == 0)
        #expect(try await installation.command("users", "add", "guest").status == 0)
        let made = try await installation.command(
            "users", "token", "prober", "--label", "test", "--scope", "write", "--json")
        return try #require((try? JSON(parsing: Data(made.text.utf8)))?["token"]?.string, "\(made.text)")
    }

    /// Ids that are there, so that more than the doors is tried.
    private static func things(_ run: String, _ endpoint: String) -> String {
        func operation(_ path: String, _ name: String, _ value: String) -> String {
            "[[operations]]\ninclude-path-regex = \"\(path)\"\nparameters = { \"path.\(name)\" = \"\(value)\" }\n"
        }
        // Nobody else's account is changed: without its own nothing more would be answered.
        return operation("^/api/v1/runs/", "id", run) + operation("^/api/v1/endpoints/", "id", endpoint)
            + operation("^/api/v1/users/", "name", "guest")
            // Each of these asks every vendor, and may take seconds.
            + "[[operations]]\ninclude-path-regex = \"^/api/v1/connections/test\"\nenabled = false\n"
    }

    @Test("No request that schemathesis can make is answered with a server's fault, or otherwise than declared")
    func schemathesis() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let headers = ["Authorization": "Bearer \(try await Self.token(installation))"]
            let begun = try await Web.send(
                "POST", server.url + "/api/v1/runs", headers: headers,
                body: Data(#"{"agent": "sentinel", "task": "86demoshm1"}"#.utf8))
            let added = try await Web.send(
                "POST", server.url + "/api/v1/endpoints", headers: headers,
                body: Data(#"{"url": "https://tools.example.com/", "topics": ["runs"], "client": null}"#.utf8))
            #expect(added.status == 400, "null is no client")
            let endpoint = try await Web.send(
                "POST", server.url + "/api/v1/endpoints", headers: headers,
                body: Data(#"{"url": "https://tools.example.com/", "topics": ["approvals"]}"#.utf8))
            let (run, id) = (begun.json["id"]?.string ?? "", endpoint.json["id"]?.string ?? "")
            #expect(begun.status == 201 && endpoint.status == 201, "\(begun.text) \(endpoint.text)")
            let config = installation.folder.appending(path: "schemathesis.toml")
            try Data(Self.things(run, id).utf8).write(to: config)
            let (isWell, text) = try await Self.runPython(
                [
                    "-m", "schemathesis.cli", "--config-file", config.path, "run", server.url + "/api/v1/openapi.json",
                    "--header", "Authorization: \(headers["Authorization"] ?? "")", "--checks",
                    "not_a_server_error,status_code_conformance,content_type_conformance,"
                        + "response_headers_conformance,response_schema_conformance,negative_data_rejection",
                    "--phases", "coverage,fuzzing", "--max-examples", "5", "--seed", "20261121", "--no-color",
                    "--request-timeout", "120", "--suppress-health-check", "too_slow",
                ], in: installation, seconds: 900)
            #expect(isWell && text.contains("Tested: "), "\(text.suffix(6_000))")
        }
    }

    private static let client = """
        import asyncio, json, os, sys
        from mcp import Client, StdioServerParameters, stdio_client

        async def ask():
            server = StdioServerParameters(command=sys.argv[1], args=sys.argv[2:], env=dict(os.environ))
            async with Client(stdio_client(server)) as client:
                tools = (await client.list_tools()).tools
                found = {"tools": [tool.name for tool in tools],
                         "read_only": all(tool.annotations.read_only_hint for tool in tools)}
                runs = await client.call_tool("list_runs", {"limit": 5})
                found["runs"] = runs.structured_content["items"]
                run = {"run": found["runs"][0]["id"]}
                found["run"] = (await client.call_tool("get_run", run)).structured_content
                found["events"] = (await client.call_tool("search_events", {**run, "limit": 100})).structured_content["items"]
                artifacts = await client.call_tool("list_artifacts", {})
                found["artifacts"] = artifacts.structured_content["items"]
                one = await client.call_tool("get_artifact", {"artifact": found["artifacts"][0]["id"]})
                found["artifact"] = one.structured_content
                found["refused"] = (await client.call_tool("list_runs", {"limit": 5000})).is_error
                print(json.dumps(found))

        asyncio.run(ask())
        """

    @Test("The protocol's own client finds the tools and reads a run and its result through them")
    func protocolClient() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.board.move("86demoshm1", to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let script = installation.folder.appending(path: "client.py")
            try Data(Self.client.utf8).write(to: script)
            let binary = try ProductBinary.url().path
            let (isWell, text) = try await Self.runPython(
                [script.path, binary, "mcp", "--data", installation.data.path], in: installation, seconds: 300)
            #expect(isWell, "\(text.suffix(4_000))")
            let last = text.split(separator: "\n").last { $0.hasPrefix("{\"tools\"") } ?? ""
            let found = try JSON(parsing: Data(last.utf8))
            let run = try #require(try await installation.records().runs.first)
            #expect(found["tools"]?.array?.count == 6 && found["read_only"]?.bool == true)
            #expect(found["run"]?["id"]?.string == run.id && found["run"]?["status"]?.string == "done")
            #expect((found["events"]?.array?.count ?? 0) > 5)
            #expect(found["artifact"]?["run"]?.string == run.id)
            #expect(found["refused"]?.bool == true)
        }
    }
}
