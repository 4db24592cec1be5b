import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("What tools have sent, and what was set aside")
struct SignalPageTests {
    /// A card that moved into the status which starts the example agent.
    private static let moved = """
        {"event":"taskStatusUpdated","webhook_id":"w-1","task_id":"86a1","history_items":[{"id":"h-1","date":"1790000000000",
        "field":"status","parent_id":"901100000001","user":{"id":8001},"before":{"status":"open"},
        "after":{"status":"ready (automate)"}}]}
        """

    private static func arrive(_ server: Served, _ body: String) async throws -> SignalRecord {
        _ = try await server.send(.post, "/webhook/sentinel", ["X-Signature": Served.sign(body)], body: body)
        return try #require(try await server.signals().first)
    }

    @Test("A delivery is shown with what it is known again by, and taken in once more it makes no second run")
    func replay() async throws {
        try await Served.run(hasAgents: true) { server in
            let signal = try await Self.arrive(server, Self.moved)
            #expect(signal.verdict == "run", "\(signal.reason)")
            let browser = try await Browser.signedIn(server, "enno", .engineer)
            let list = try await browser.get("/system/webhooks/?verdict=run").text
            #expect(list.contains("href=\"/system/webhooks/\(signal.id)/\"") && list.contains("ClickUp"))
            #expect(list.contains("href=\"/system/webhooks/\(signal.id)/replay\""))
            let page = try await browser.get("/system/webhooks/\(signal.id)/").text
            let key = try #require(signal.deliveryKey)
            #expect(
                list.contains(SignalPages.end(key)) && SignalPages.end(String(repeating: "k", count: 90)).count == 17)
            #expect(try await browser.get("/system/webhooks.csv").text.contains(key))
            #expect(page.contains(key) && page.contains("&quot;task_id&quot;: &quot;86a1&quot;"))
            let place = "/system/webhooks/\(signal.id)/replay"
            #expect(try await browser.post(place).headers["location"] == place)
            #expect(try await browser.get(place).text.contains("makes no second one"))
            #expect(try await server.signals().first?.verdict == "run", "asking does nothing")
            let answer = try await browser.post(place, "confirmed=yes&reason=It+was+lost")
            let run = try #require(signal.runID)
            #expect(answer.status == 303 && answer.headers["location"] == "/runs/\(run)/")
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 1)
            #expect(try await server.signals().first?.verdict == "duplicate")
            let noted = try await server.house.audit.list(subject: "signal \(signal.id)")
            #expect(noted.map(\.action) == ["webhook replayed"])
            #expect(noted.first?.after?.contains("It was lost") == true)
        }
    }

    @Test("A refused one has no button, and is not taken in by hand either")
    func refused() async throws {
        try await Served.run { server in
            _ = try await server.send(.post, "/webhook/sentinel", body: Self.moved)
            let signal = try #require(try await server.signals().first)
            let browser = try await Browser.signedIn(server, "enno", .engineer)
            let page = try await browser.get("/system/webhooks/\(signal.id)/").text
            #expect(try await !browser.get("/system/webhooks/").text.contains("/replay"))
            #expect(page.contains("nobody knows who sent it") && !page.contains("/replay") && !page.contains("86a1"))
            #expect(try await browser.post("/system/webhooks/\(signal.id)/replay", "confirmed=yes").status == 422)
            #expect(try await browser.get("/system/webhooks/\(signal.id)/replay").status == 422)
            #expect(try await server.signals().count == 1)
        }
    }

    @Test("A delivery to a project's webhook names the project, and no agent by the webhook's name")
    func project() async throws {
        try await Served.run { server in
            let id = "01KAS1G0000000000000000009"
            try await server.database.write {
                _ = try $0.execute(
                    """
                    INSERT INTO signal (id, received_at, source, agent, remote_address, body, body_bytes, body_sha256,
                        verdict, reason)
                    VALUES (?, 1, 'asana', 'asana-1208000000000100', '203.0.113.9', ?, 2, ?, 'ignored', 'nothing new')
                    """, [id, Data("{}".utf8), Hex.sha256(Array("{}".utf8))])
            }
            let browser = try await Browser.signedIn(server, "enno", .engineer)
            for path in ["", id + "/"] {
                let text = try await browser.get("/system/webhooks/" + path).text
                #expect(text.contains("1208000000000100") && !text.contains("asana-1208"), "\(path)")
            }
        }
    }

    @Test("One about another client's run is not found")
    func foreign() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let signal = try await Self.arrive(server, Self.moved), run = try #require(signal.runID)
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET client_slug = 'plunkett' WHERE id = ?", [run])
            }
            let browser = try await Browser.signedIn(server, "enno", .engineer, clients: ["acme"])
            #expect(try await browser.get("/system/webhooks/\(signal.id)/").status == 404)
            #expect(try await browser.get("/system/webhooks/\(signal.id)/replay").status == 404)
            #expect(try await browser.post("/system/webhooks/\(signal.id)/replay", "confirmed=yes").status == 404)
        }
    }

    private static let deeds: [(String, String, RunState, Int, says: [String])] = [
        (
            "redrive", "1 tried again.", .queued, 0,
            ["Run (1): it goes on where it failed", "at most $2.25 together", "to the same places", "can be stopped"]
        ),
        (
            "drop", "1 dismissed.", .failed, 0,
            ["stays as it is", "Nothing: no session is opened", "off the list for all", "do not come back"]
        ),
    ]

    @Test("Dead letters are tried again or dismissed from the page, and noted", arguments: deeds)
    func letters(deed: String, notice: String, state: RunState, left: Int, says: [String]) async throws {
        try await Served.run(hasAgents: true) { server in
            let run = "01KARVN0000000000000000003"
            try await ReportSeed(run: run, runState: "failed").put(into: server)
            _ = try await server.database.write {
                try $0.execute(
                    """
                    UPDATE run SET cause = 'retries_exhausted', session_id = NULL, cost_max_micro_usd = 3500000,
                        spent_micro_usd = 1250000
                    WHERE id = ?
                    """, [run])
            }
            let browser = try await Browser.signedIn(server, "enno", .engineer)
            #expect(try await browser.get("/system/queue/").text.contains("name=\"pick.\(run)\""))
            let page = try await browser.get("/system/queue/together?do=\(deed)&pick.\(run)=yes").text
            #expect(page.contains("type=\"hidden\" name=\"pick.\(run)\""))
            let facts = ["What happens", "What it costs", "Who sees it", "Taking it back", "name=\"reason\""]
            for words in says + facts { #expect(page.contains(words), "\(words)") }
            let form = "do=\(deed)&reason=because&pick.\(run)=yes"
            #expect(try await browser.post("/system/queue/together", form).status == 303)
            let text = try await browser.get("/system/queue/").text
            #expect(text.contains(notice), "\(text)")
            #expect(try await server.house.queue.parked(QueueFilter()).count == left)
            let found = try await server.house.runs.find(run).state
            #expect(deed == "drop" ? found == state : found != .failed)
            let noted = try await server.house.audit.list(subject: "queue \(run)")
            #expect(noted.map(\.after) == [#"{"reason":"because"}"#])
        }
    }

    @Test("What parked deliveries may cost is told by the limits of their agents")
    func limits() async throws {
        try await Served.run(hasAgents: true) { server in
            let ids = ["01KAS1G0000000000000000007", "01KAS1G0000000000000000008"]
            try await server.database.write { db in
                for (id, agent) in zip(ids, ["sentinel", "asana-1208000000000100"]) {
                    try db.execute(
                        """
                        INSERT INTO signal (id, received_at, source, agent, remote_address, body, body_bytes,
                            body_sha256, verdict, reason)
                        VALUES (?, 1, 'clickup', ?, '203.0.113.9', ?, 2, ?, 'parked', 'not kept whole')
                        """, [id, agent, Data("{}".utf8), Hex.sha256(Array("{}".utf8))])
                }
            }
            let limit = try #require(server.house.catalog.agent("sentinel")?.config.limits.sessionCostMax)
            let browser = try await Browser.signedIn(server, "enno", .engineer)
            let boxes = ids.map { "pick.\($0)=yes" }.joined(separator: "&")
            let page = try await browser.get("/system/queue/together?do=redrive&\(boxes)").text
            for words in ["Signal (2): it is taken in once more", "at most \(limit) together", "for 1, the limit of"] {
                #expect(page.contains(words), "\(words)")
            }
        }
    }
}
