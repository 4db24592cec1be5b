import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("Who accepts a report in Bureau")
struct WhoAcceptsTests {
    private static let report = "01KAREP0000000000000000001"
    private static let people: [(String, Role, names: Bool, mayAccept: Bool)] = [
        ("a consultant, when nobody is named", .consultant, false, true),
        ("a consultant, when others are named", .consultant, true, false),
        ("an operator, when others are named", .operator, true, true), ("a viewer", .viewer, false, false),
    ]

    /// The example agent, whose results are judged by whom its config names.
    private static func furnish(_ server: Served, names: Bool) async throws {
        let agent = try #require(server.house.catalog.agent("sentinel"))
        var object = try JSONValue.parse(Array(agent.canonical.utf8)).object ?? JSONObject()
        object["review"] = .object(
            JSONObject([
                ("enabled", .bool(true)), ("accept_by", .array(names ? [.string("8001")] : [])),
            ]))
        if !names { object["review"] = .object(JSONObject([("enabled", .bool(true))])) }
        try JSONValue.object(object).pretty.write(
            to: URL(filePath: server.database.path).deletingLastPathComponent().appending(path: "sentinel.json"),
            atomically: true, encoding: .utf8)
        try await server.house.catalog.refresh()
        try await server.openClient("acme")
        try await ReportSeed().put(into: server)
    }

    @Test("On the pages and over the API it is the same people", arguments: people)
    func accept(who: String, role: Role, names: Bool, mayAccept: Bool) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.furnish(server, names: names)
            let browser = try await Browser.signedIn(server, "ana", role)
            let button = "action=\"/reports/\(Self.report)/accept\""
            #expect(try await browser.get("/reports/\(Self.report)/").text.contains(button) == mayAccept, "\(who)")
            #expect(try await browser.get("/inbox/").text.contains(button) == mayAccept, "\(who)")
            let token = try await server.house.people.makeToken(
                browser.person.id, label: "t", scope: .write, days: nil, by: Browser.tester)
            let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
            let answer = try await server.send(.post, "/api/v1/artifacts/\(Self.report)/accept", headers, body: "{}")
            #expect(answer.status == (mayAccept ? 200 : role == .viewer ? 403 : 409), "\(who): \(answer.text)")
            if !mayAccept { #expect(try await browser.post("/reports/\(Self.report)/accept").status >= 400) }
            let state = try await server.house.reports.find(Self.report).state
            #expect(state == (mayAccept ? .accepted : .reviewReady), "\(who)")
            let noted = try await server.house.audit.list(subject: "report \(Self.report)").map(\.action)
            #expect(noted == (mayAccept ? ["report accepted"] : []))
        }
    }

    private static let stands: [(String, Role, names: Bool, state: String, run: String, shown: String?)] = [
        ("reviewed by somebody who may", .consultant, false, "review_ready", "done", "Your decision"),
        ("reviewed by somebody who is not named", .consultant, true, "review_ready", "done", "Your decision"),
        ("accepted before", .consultant, true, "accepted", "done", "Take it back"),
        ("looked at", .viewer, true, "review_ready", "done", nil),
    ]

    @Test("Only what was accepted is taken back; who may not accept is told who may", arguments: stands)
    func refusal(what: String, role: Role, names: Bool, state: String, run: String, shown: String?) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.furnish(server, names: names)
            _ = try await server.database.write { db in
                try db.execute("UPDATE artifact SET state = ?", [state])
                try db.execute("UPDATE run SET state = ?, ended_at = 1", [run])
            }
            let browser = try await Browser.signedIn(server, "ana", role)
            let page = try await browser.get("/reports/\(Self.report)/").text
            for heading in ["Your decision", "Take it back"] {
                #expect(page.contains("<h2>\(heading)</h2>") == (heading == shown), "\(what): \(heading)")
            }
            let isRefused = names && shown == "Your decision"
            #expect(page.contains("here an operator or above can") == isRefused, "\(what)")
        }
    }

    private static let words: [(String, String, Int, ArtifactState)] = [
        ("changes", #"{"text": "Shorter, please."}"#, 200, .changesAsked),
        ("changes", #"{"text": "  "}"#, 422, .reviewReady), ("changes", "{}", 400, .reviewReady),
        ("dismiss", #"{"reason": "not needed"}"#, 200, .dismissed), ("dismiss", "{}", 200, .dismissed),
    ]

    @Test("Programs request changes and dismiss as people do", arguments: words)
    func others(verb: String, body: String, status: Int, state: ArtifactState) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.furnish(server, names: false)
            let ana = try await Browser.signedIn(server, "ana", .consultant)
            let token = try await server.house.people.makeToken(
                ana.person.id, label: "t", scope: .write, days: nil, by: Browser.tester)
            let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
            let answer = try await server.send(.post, "/api/v1/artifacts/\(Self.report)/\(verb)", headers, body: body)
            #expect(answer.status == status, "\(answer.text)")
            #expect(try await server.house.reports.find(Self.report).state == state)
        }
    }
}
