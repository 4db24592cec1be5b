import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("A search that jumps")
struct SearchJumpTests {
    private static let run = "01KARVN0000000000000000001", report = "01KAREP0000000000000000001"
    private static let base = "http://bureau.example.com"

    /// What is written, and where it leads; nil stays on the page of the search.
    private static let jumps: [(String, String?)] = [
        ("\(base)/runs/\(run)/?show=raw&event=s1#s1", "/runs/\(run)/?show=raw&event=s1#s1"),
        ("\(base)/runs/\(run)", "/runs/\(run)/"),
        ("/runs/\(run)/files/a.md/download", "/runs/\(run)/files/a.md/download"),
        ("\(base)/reports/\(report)/files/report.md/", "/reports/\(report)/files/report.md/"),
        ("\(base)/reports/\(report)/#evidence", "/reports/\(report)/#evidence"),
        ("HTTP://Bureau.example.com/clients/acme/sources/", "/clients/acme/sources/"),
        ("\(base)/agents/sentinel/?from=seed", "/agents/sentinel/?from=seed"),
        ("\(base)/runs/?status=failed&client=acme", "/runs/?status=failed&client=acme"),
        ("\(base)/costs", "/costs/"), ("\(base)/runs/new", "/runs/new/"), ("\(base)/runs.csv", nil),
        ("https://elsewhere.example/agents/\(run)", "/runs/\(run)/"), ("\(base)/search?q=acme", nil),
        (" \(run.lowercased()) ", "/runs/\(run)/"), (report, "/reports/\(report)/"),
        ("sesn_\(run)", "/runs/\(run)/"),
        ("https://platform.claude.com/workspaces/default/sessions/sesn_\(run)", "/runs/\(run)/"),
        ("Acme Dental", "/clients/acme/"), ("acme", "/clients/acme/"), ("acme dent", nil),
        ("86cjump01", "/runs/\(run)/"), ("https://app.clickup.com/t/86cjump01?comment=90", "/runs/\(run)/"),
        ("https://app.asana.com/0/1208/86cjump01/f?focus=true", "/runs/\(run)/"),
        ("\(base)/clients/nobody/", nil), ("//elsewhere.example/runs", nil), ("\(base)/runs/\(run)/\r\nX: y", nil),
    ]

    private static func furnish(_ server: Served) async throws {
        try await server.openClient("plunkett")
        _ = try await server.house.clients.create("acme", name: "Acme Dental", by: Browser.tester)
        try await ReportSeed().put(into: server)
        try await server.database.write {
            _ = try $0.execute("UPDATE run SET task_id = '86cjump01' WHERE id = ?", [Self.run])
        }
    }

    @Test("What stands for one thing leads to it; addresses of ours keep all they say")
    func jump() async throws {
        try await Served.run(site: .init(publicURL: Self.base, version: "1")) { server in
            try await Self.furnish(server)
            let asked = try await server.ask(Self.run)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let narrow = try await Browser.signedIn(server, "nora", .viewer, clients: ["plunkett"])
            let approvals: [(String, String?)] = [
                (asked, "/approvals/\(asked)/"), ("\(Self.base)/approvals/\(asked)/", "/approvals/\(asked)/"),
            ]
            for (text, place) in Self.jumps + approvals {
                let path = "/search?q=\(WebRequest.escaped(text))"
                let answer = try await browser.get(path)
                #expect(answer.headers["location"] == place && answer.status == (place == nil ? 200 : 303), "\(text)")
                guard place != nil, text.contains(Self.run) || text.contains(Self.report) || text.contains(asked) else {
                    continue
                }
                let hidden = try await narrow.get(path)
                #expect(hidden.status == 200, "what is of another client is not found: \(text)")
            }
            _ = try await server.house.clients.create("zz-9", name: "Öst & Söhne", by: Browser.tester)
            for text in ["ZZ-", "SÖHNE"] {
                let found = try await browser.get("/search?q=\(WebRequest.escaped(text))")
                #expect(found.status == 200 && found.text.contains("\"/clients/zz-9/\""), "\(text)")
            }
            let titled = "/search?q=local+seo", link = "\"/reports/\(Self.report)/\""
            #expect(try await browser.get(titled).text.contains(link))
            #expect(try await !narrow.get(titled).text.contains(link), "another client's")
            for text in ["Acme Dental", "86cjump01", "\(Self.base)/clients/acme/"] {
                #expect(try await narrow.get("/search?q=\(WebRequest.escaped(text))").status == 200, "\(text)")
            }
        }
    }
}
