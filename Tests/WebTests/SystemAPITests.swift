import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

/// Lists about the server itself, and files, as programs get them.
@Suite("Alerts, queue, signals and files over the API")
struct SystemAPITests {
    private static func ids(_ document: BureauDomain.JSONValue) -> [String] {
        (document["items"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    /// An alert about each of two clients' runs, one about none, and one that is resolved.
    private static func alerts(_ server: Served) async throws -> [String] {
        for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
        let own = try await server.addRun(client: "acme").id, other = try await server.addRun(client: "plunkett").id
        let rows: [(String?, String)] = [(own, "open"), (other, "open"), (nil, "open"), (nil, "resolved")]
        var ids: [String] = []
        for (index, (run, state)) in rows.enumerated() {
            let id = ULID.make(milliseconds: 1_000 + Int64(index), randomness: (0, 0))
            try await server.database.write {
                _ = try $0.execute(
                    """
                    INSERT INTO alert (id, cause, subject, sentence, run_id, state, opened_at, last_at)
                    VALUES (?, 'delivery_failed', ?, 'A sentence.', ?, ?, 1, 1)
                    """, [id, "subject \(index)", run, state])
            }
            ids.append(id)
        }
        return ids
    }

    @Test("Alerts are listed newest first to those who see them, and each is closed once")
    func alerts() async throws {
        try await Served.run { server in
            let ids = try await Self.alerts(server)
            let all = try await Program.of(server, "erin", .engineer)
            let ana = try await Program.of(server, "ana", .engineer, clients: ["acme"])
            #expect(Self.ids(try await all.json("/api/v1/alerts")) == [ids[2], ids[1], ids[0]])
            #expect(Self.ids(try await all.json("/api/v1/alerts?all=true")) == ids.reversed())
            #expect(Self.ids(try await ana.json("/api/v1/alerts")) == [ids[2], ids[0]])
            let first = try await all.json("/api/v1/alerts?limit=2"), next = try #require(first["next"]?.string)
            #expect(Self.ids(try await all.json("/api/v1/alerts?limit=2&cursor=\(next)")) == [ids[0]])
            #expect(try await ana.send(.post, "/api/v1/alerts/\(ids[1])/resolve", "{}").status == 404)
            #expect(Self.ids(try await all.json("/api/v1/alerts")).contains(ids[1]))
            let closed = try await ana.send(.post, "/api/v1/alerts/\(ids[0])/resolve", "{}")
            #expect(closed.status == 200 && closed.document["status"]?.string == "resolved")
            #expect(try await ana.send(.post, "/api/v1/alerts/\(ids[0])/resolve", "{}").status == 200)
            #expect(Self.ids(try await all.json("/api/v1/alerts")) == [ids[2], ids[1]])
            #expect(try await server.house.audit.list(subject: "alert \(ids[0])").first?.actor.name == "ana")
        }
    }

    @Test("The pages show the same alerts, queue and webhooks to the same people")
    func pages() async throws {
        try await Served.run { server in
            let ids = try await Self.alerts(server)
            let ana = try await Browser.signedIn(server, "ana", .engineer, clients: ["acme"])
            let text = try await ana.get("/system/alerts/").text
            #expect(text.contains(ids[0]) && text.contains(ids[2]) && !text.contains(ids[1]))
            #expect(text.contains("acme · sentinel · delivery failed · since") && text.contains("seen once"))
            #expect(try await ana.post("/system/alerts/\(ids[1])/resolve").status == 404)
            #expect(try await ana.post("/system/alerts/\(ids[0])/resolve").status == 303)
            let queue = try await ana.get("/system/queue/").text
            #expect(queue.contains("acme") && !queue.contains("plunkett"))
        }
    }

    @Test("The queue tells what waits for each client and agent, to those who see them")
    func queue() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            for client in ["acme", "acme", "plunkett"] { _ = try await server.addRun(client: client) }
            let all = try await Program.of(server, "erin", .engineer)
            let ana = try await Program.of(server, "ana", .engineer, clients: ["acme"])
            func waiting(_ program: Program) async throws -> [String: Int] {
                let lines = try await program.json("/api/v1/queue")["lines"]?.array ?? []
                return Dictionary(
                    uniqueKeysWithValues: lines.map {
                        ($0["client"]?.string ?? "", Int($0["waiting"]?.compact ?? "") ?? -1)
                    })
            }
            #expect(try await waiting(all) == ["acme": 2, "plunkett": 1])
            #expect(try await waiting(ana) == ["acme": 2])
        }
    }

    @Test("Others' work takes no place in the queue of somebody who sees one client, and what is cut says so")
    func cut() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            for _ in 0..<QueuePages.listedMax { _ = try await server.addRun(client: "plunkett") }
            let last = try await server.addRun(client: "acme")
            let all = try await Browser.signedIn(server, "erin", .engineer).get("/system/queue/").text
            #expect(all.contains("The first 100; there are more.") && !all.contains("/runs/\(last.id)/"))
            let ana = try await Browser.signedIn(server, "ana", .engineer, clients: ["acme"])
            let own = try await ana.get("/system/queue/").text
            #expect(own.contains("/runs/\(last.id)/") && !own.contains("there are more"))
        }
    }

    @Test("What was set aside goes on page by page, over the API and on the page, with nothing left out")
    func parked() async throws {
        try await Served.run { server in
            let ids = (10..<70).map { "01KARVN00000000000000000\($0)" }
            for (index, id) in ids.enumerated() {
                try await ReportSeed(
                    id: "01KAREP00000000000000000\(index + 10)", run: id, runState: "failed", files: []
                ).put(into: server)
            }
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET cause = 'internal_error', ended_at = 1000 + ended_at % 7", [])
            }
            let program = try await Program.of(server, "erin", .engineer)
            var seen: [String] = [], address: String? = "/api/v1/queue?limit=25"
            while let here = address, seen.count < 200 {
                let page = try await program.json(here)
                seen += page["parked"]?.array?.compactMap { $0["id"]?.string } ?? []
                address = page["next"]?.string.map { "/api/v1/queue?limit=25&cursor=\($0)" }
            }
            #expect(seen.count == ids.count && Set(seen) == Set(ids))
        }
    }

    @Test("Every webhook that came in is listed with what was made of it, and narrowed by verdict")
    func signals() async throws {
        try await Served.run { server in
            let body = #"{"event":"taskUpdated","task_id":"86a"}"#
            for signature in [Served.sign(body), "wrong"] {
                _ = try await server.send(.post, "/webhook/sentinel", ["X-Signature": signature], body: body)
            }
            let program = try await Program.of(server, "erin", .engineer)
            let found = try await program.json("/api/v1/signals")["items"]?.array ?? []
            let stored = try await server.signals()
            #expect(found.count == stored.count && !found.isEmpty)
            for verdict in Set(stored.map(\.verdict)) {
                let some = try await program.json("/api/v1/signals?verdict=\(verdict)")["items"]?.array ?? []
                #expect(some.count == stored.count { $0.verdict == verdict }, "\(verdict)")
            }
            #expect(try await program.json("/api/v1/signals?agent=nobody")["items"]?.array?.isEmpty == true)
        }
    }

    private static let files: [(String, Int)] = [
        ("report.md", 200), ("nothing.md", 404), ("..%2Freport.md", 404), ("%00", 404), ("REPORT.MD", 404),
    ]

    @Test("A file of a result is a download that no browser runs, for those who see its client", arguments: files)
    func file(name: String, status: Int) async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let seed = ReportSeed(files: [("report.md", "text/html", "<script>alert(1)</script>")])
            try await seed.put(into: server)
            let path = "/api/v1/artifacts/\(seed.id)/files/\(name)"
            let ana = try await Program.of(server, "ana", .viewer, clients: ["acme"])
            let answer = try await ana.send(.get, path)
            #expect(answer.status == status)
            if status == 200 {
                #expect(answer.text == "<script>alert(1)</script>")
                #expect(answer.headers["content-disposition"]?.hasPrefix("attachment") == true)
                #expect(answer.headers["content-security-policy"]?.hasPrefix("sandbox") == true)
            }
            let ben = try await Program.of(server, "ben", .viewer, clients: ["plunkett"])
            #expect(try await ben.send(.get, path).status == 404)
        }
    }
}
