import BureauDomain
import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("Lists as spreadsheets")
struct ListDownloadTests {
    private static let run = "01KARVN0000000000000000001", failed = "01KARVN0000000000000000004"

    /// Something of two clients on every list.
    private static func seed(_ server: Served) async throws {
        for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
        try await ReportSeed().put(into: server)
        try await ReportSeed(
            id: "01KAREP0000000000000000002", run: Self.failed, client: "plunkett", runState: "failed", files: []
        ).put(into: server)
        _ = try await server.addRun(client: "acme")
        _ = try await server.database.write { db in
            try db.execute(
                "UPDATE run SET cause = 'retries_exhausted', session_id = NULL WHERE id = ?", [Self.failed])
            return try db.execute(
                """
                INSERT INTO alert (id, cause, subject, sentence, run_id, state, opened_at, last_at)
                VALUES ('01KAALERT00000000000000001', 'delivery_failed', 's', '=1+1', ?, 'open', 1, 1)
                """, [Self.run])
        }
        let endpoint = NewEndpoint(
            url: "https://tools.example.com/", label: "-label", tellsRuns: true, tellsApprovals: false, client: "acme")
        _ = try await server.house.endpoints.add(endpoint, by: Browser.tester)
        try await server.house.clients.archive("acme", true, reason: nil, by: Browser.tester)
    }

    /// An address, what it tells whoever sees all, and what of that somebody does not see who sees the other client alone.
    private static let lists: [(path: String, says: [String], hidden: String?)] = [
        ("/agents.csv", ["sentinel,", ",yes,"], nil),
        ("/inbox.csv", ["reviews,", "failures,", run, failed], run),
        ("/inbox.csv?kind=failures", ["failures,", failed], run),
        ("/clients/acme/activity.csv", ["client archived"], "client archived"),
        ("/system/queue.csv", ["acme,sentinel,1,0,0,"], "acme,"),
        ("/system/queue/set-aside.csv", ["run,\(failed)", ",plunkett,"], nil),
        ("/system/alerts.csv", ["open,delivery_failed,'=1+1,"], "1+1"),
        ("/system/endpoints.csv", ["https://tools.example.com/,'-label,"], "tools.example.com"),
    ]

    @Test("Each has what its reader may see, and no formula for the spreadsheet")
    func told() async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.seed(server)
            let boss = try await Browser.signedIn(server, "boss", .admin)
            let nina = try await Browser.signedIn(server, "nina", .admin, clients: ["plunkett"])
            for (path, says, hidden) in Self.lists {
                let whole = try await boss.get(path)
                #expect(whole.status == 200 && whole.headers["content-type"] == "text/csv; charset=utf-8", "\(path)")
                for words in says { #expect(whole.text.contains(words), "\(path): \(whole.text)") }
                let narrow = try await nina.get(path).text
                #expect(hidden.map { !narrow.contains($0) } ?? true, "\(path): \(narrow)")
            }
        }
    }

    private static let pages = [
        ("/agents/", "/agents.csv"), ("/inbox/", "/inbox.csv"), ("/inbox/?mine=yes", "/inbox.csv?mine=yes"),
        ("/clients/acme/activity/", "/clients/acme/activity.csv"), ("/system/queue/", "/system/queue.csv"),
        ("/system/queue/", "/runs.csv?status=queued"), ("/system/queue/", "/system/queue/set-aside.csv"),
        ("/system/alerts/?all=yes", "/system/alerts.csv?all=yes"), ("/system/endpoints/", "/system/endpoints.csv"),
    ]

    @Test("Beside each list is the way to it, under the page's own filters")
    func links() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let boss = try await Browser.signedIn(server, "boss", .admin)
            for (page, csv) in Self.pages {
                #expect(try await boss.get(page).text.contains("href=\"\(csv)\""), "\(page)")
            }
        }
    }

    @Test("The inbox is told whole, over more than one page of each kind")
    func inbox() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let all = Inbox.listedMax + 30
            try await ReportSeed.inReview(all, of: "acme", on: server)
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            let lines = try await ana.get("/inbox.csv").text.split(separator: "\r\n").dropFirst()
            #expect(lines.count == all && Set(lines).count == all)
        }
    }
}
