import BureauDomain
import BureauEngine
import BureauVendors
import Foundation
import Testing

@testable import BureauWeb

@Suite("Agents that ask")
struct MCPTests {
    private static func request(_ method: String, _ parameters: String = "{}") -> String {
        #"{"jsonrpc": "2.0", "id": 7, "method": "\#(method)", "params": \#(parameters)}"#
    }

    private static func call(_ tool: String, _ arguments: String = "{}") -> String {
        request("tools/call", #"{"name": "\#(tool)", "arguments": \#(arguments)}"#)
    }

    private static func tools(_ program: Program) async throws -> [BureauDomain.JSONValue] {
        try await program.send(.post, "/mcp", request("tools/list")).document["result"]?["tools"]?.array ?? []
    }

    static let reading = [
        "list_runs", "get_run", "search_events", "list_artifacts", "get_artifact", "client_readiness",
    ]

    @Test("Tools only read and say so, until the setting gives those that change to a token that may write")
    func listed() async throws {
        for agentsMayWrite in [false, true] {
            var site = WebHouse.Site(version: "1.2.3")
            site.agentsMayWrite = agentsMayWrite
            try await Served.run(site: site) { server in
                let writer = try await Self.tools(try await Program.of(server, "ana", .operator))
                let reader = try await Self.tools(try await Program.of(server, "ben", .operator, scope: .read))
                let viewer = try await Self.tools(try await Program.of(server, "cleo", .viewer))
                let changing = agentsMayWrite ? ["start_run", "decide_approval"] : []
                #expect(writer.compactMap { $0["name"]?.string } == Self.reading + changing)
                #expect(reader.compactMap { $0["name"]?.string } == Self.reading)
                #expect(viewer.compactMap { $0["name"]?.string } == Self.reading)
                for tool in writer {
                    let isReading = Self.reading.contains(tool["name"]?.string ?? "")
                    #expect(tool["annotations"]?["readOnlyHint"]?.bool == isReading)
                    #expect(tool["annotations"]?["destructiveHint"]?.bool == !isReading)
                }
            }
        }
    }

    @Test("A tool that is not given cannot be called all the same")
    func notGiven() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .admin)
            let answer = try await program.send(.post, "/mcp", Self.call("start_run", #"{"agent": "sentinel"}"#))
            #expect(answer.document["error"]?["code"]?.int == -32_602)
            #expect(try await server.house.runs.list(RunListing(visible: nil)).isEmpty)
        }
    }

    @Test("Nothing of a client that its person does not see is told, by any tool")
    func visibility() async throws {
        try await Served.run { server in
            try await server.keepClient("acme")
            try await server.keepClient("other")
            let (own, foreign) = (try await server.addRun(client: "acme"), try await server.addRun(client: "other"))
            let program = try await Program.of(server, "ana", .viewer, scope: .read, clients: ["acme"])
            let list = try await program.send(.post, "/mcp", Self.call("list_runs"))
            #expect(list.text.contains(own.id) && !list.text.contains(foreign.id))
            for (tool, arguments) in [
                ("get_run", #"{"run": "\#(foreign.id)"}"#), ("search_events", #"{"run": "\#(foreign.id)"}"#),
                ("client_readiness", #"{"client": "other"}"#), ("get_artifact", #"{"artifact": "\#(foreign.id)"}"#),
            ] {
                let answer = try await program.send(.post, "/mcp", Self.call(tool, arguments))
                #expect(answer.document["result"]?["isError"]?.bool == true, "\(tool): \(answer.text)")
            }
            try await ReportSeed(client: "acme").put(into: server)
            for (text, count) in [("LOCAL acme", 1), ("local nothing", 0)] {
                let answer = try await program.send(
                    .post, "/mcp", Self.call("list_artifacts", #"{"text": "\#(text)"}"#))
                let found = answer.document["result"]?["structuredContent"]?["items"]?.array
                #expect(found?.count == count, "\(text): \(answer.text)")
            }
            let events = try await program.send(
                .post, "/mcp", Self.call("search_events", #"{"run": "\#(own.id)", "text": "ASKED for"}"#))
            #expect(events.document["result"]?["structuredContent"]?["items"]?.array?.count == 1, "\(events.text)")
        }
    }

    private static let messages: [(String, String, Int)] = [
        ("no JSON", "{", -32_700), ("a batch", "[]", -32_600),
        ("another version", #"{"id": 1, "method": "ping"}"#, -32_600),
        ("an unknown method", request("server/discover"), -32_601),
        ("an unknown tool", call("drop_tables"), -32_602),
    ]

    @Test("What is no request is answered with an error of JSON-RPC", arguments: messages)
    func errors(what: String, message: String, code: Int) async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .viewer)
            let answer = try await program.send(.post, "/mcp", message)
            #expect(answer.status == 200 && answer.document["error"]?["code"]?.int == code, "\(what): \(answer.text)")
        }
    }

    @Test("The handshake takes a version it speaks and offers its newest otherwise; notifications get no answer")
    func handshake() async throws {
        try await Served.run { server in
            let program = try await Program.of(server, "ana", .viewer)
            for (asked, spoken) in [("2025-06-18", "2025-06-18"), ("1999-01-01", MCPServer.protocols[0])] {
                let answer = try await program.send(
                    .post, "/mcp", Self.request("initialize", #"{"protocolVersion": "\#(asked)"}"#))
                #expect(answer.document["result"]?["protocolVersion"]?.string == spoken)
            }
            let note = try await program.send(
                .post, "/mcp", #"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#)
            #expect(note.status == 202 && note.body.isEmpty)
            #expect(try await program.send(.get, "/mcp").status == 405)
            let spoken = ["MCP-Protocol-Version": "1999-01-01"]
            #expect(try await program.send(.post, "/mcp", Self.request("ping"), spoken).status == 400)
            let elsewhere = ["Origin": "https://evil.example"]
            #expect(try await program.send(.post, "/mcp", Self.request("ping"), elsewhere).status == 403)
            #expect(try await server.answer(.post, "/mcp", body: Self.request("ping")).status == 401)
        }
    }
}
