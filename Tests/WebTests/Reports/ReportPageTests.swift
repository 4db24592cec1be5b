import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The Report Library")
struct ReportPageTests {
    private static let place = "/reports/01KAREP0000000000000000001"

    @Test("Another client's report is not listed, not exported, not shown, not downloaded and not decided")
    func visibility() async throws {
        try await Served.run { server in
            for (number, slug) in [(1, "acme"), (2, "plunkett")] {
                try await server.openClient(slug)
                try await ReportSeed(
                    id: "01KAREP000000000000000000\(number)", run: "01KARVN000000000000000000\(number)", client: slug,
                    title: "Audit of \(slug)"
                ).put(into: server)
            }
            let browser = try await Browser.signedIn(server, "ana", .admin, clients: ["acme"])
            let other = "/reports/01KAREP0000000000000000002"
            for path in [
                "/", "/data.json", "/files/report.md", "/files/report.md/content", "/files/report.md/download",
            ] {
                #expect(try await browser.get(other + path).status == 404, "\(path)")
                #expect(try await browser.get(Self.place + path).status == 200, "\(path)")
            }
            for verb in ["accept", "changes", "dismiss"] {
                #expect(try await browser.post("\(other)/\(verb)", "text=x").status == 404, "\(verb)")
            }
            for path in ["/reports/", "/reports.csv", "/reports.json", "/inbox/", "/reports/?client=plunkett"] {
                #expect(try await !browser.get(path).text.contains("Audit of plunkett"), "\(path)")
            }
            #expect(try await browser.get("/reports.csv").text.contains("Audit of acme"))
            #expect(try await server.house.reports.find("01KAREP0000000000000000002").state == .reviewReady)
        }
    }

    private static let unknown: [(String, Int)] = [
        ("/files/other.md", 404), ("/files/..%2F..%2Fetc%2Fpasswd", 404), ("/files/report.md%00", 404),
        ("/files/..%5C..%5Cwin.ini/content", 404), ("/files/%2e%2e/content", 404), ("/files/REPORT.MD/content", 404),
        ("/files/runs%2F01KARVN0000000000000000001%2F01KAREP0000000000000000001-0/download", 404),
    ]

    @Test("A file is found by its own name and by nothing that climbs", arguments: unknown)
    func paths(path: String, status: Int) async throws {
        try await Served.run { server in
            try await ReportSeed().put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            #expect(try await browser.get(Self.place + path).status == status)
        }
    }

    @Test("Accepting finishes the run once, however often the form is sent, under the person's name")
    func accepting() async throws {
        try await Served.run { server in
            try await ReportSeed().put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .consultant)
            let page = try await browser.get(Self.place + "/").text
            #expect(page.contains("Your decision") && page.contains("Request changes"))
            let form = "form_key=0123456789abcdef0123456789abcdef"
            for _ in 0..<3 {
                let answer = try await browser.post(Self.place + "/accept", form)
                #expect(answer.status == 303 && answer.headers["location"] == Self.place + "/")
            }
            let report = try await server.house.reports.find("01KAREP0000000000000000001")
            #expect(report.state == .accepted && report.decidedBy == "ana")
            #expect(try await server.house.runs.find(report.runID).state == .delivering)
            let entries = try await server.house.audit.list(subject: "report \(report.id)")
            #expect(entries.map(\.action) == ["report accepted"])
            let again = try await browser.post(Self.place + "/accept")
            #expect(again.status == 409 && !again.text.contains("bureau reports"))
        }
    }

    @Test("Requesting changes starts a round with exactly what was written; with nothing written it does not")
    func changes() async throws {
        try await Served.run { server in
            try await ReportSeed().put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .consultant)
            let empty = try await browser.post(Self.place + "/changes", "text=+%0A&note=kept")
            #expect(
                empty.status == 422 && empty.text.contains("aria-describedby=\"f-text-problem\" aria-invalid=\"true\""))
            #expect(
                empty.text.contains("id=\"f-text-problem\">Nothing is written")
                    && empty.text.contains("href=\"#f-text\""))
            #expect(try await server.house.runs.find("01KARVN0000000000000000001").state == .inReview)
            #expect(try await browser.post(Self.place + "/changes", "text=Name+the+%3Cb%3Ecities").status == 303)
            #expect(try await server.house.runs.find("01KARVN0000000000000000001").state == .revising)
            let said = try await server.house.runs.feedback("01KARVN0000000000000000001")
            #expect(said.map(\.text) == ["Name the <b>cities"] && said.first?.author == "ana")
            let page = try await browser.get(Self.place + "/").text
            #expect(page.contains("Name the &lt;b&gt;cities") && !page.contains("Your decision"))
        }
    }

    @Test("Dismissing keeps the reason; people who only look are offered nothing")
    func dismissing() async throws {
        try await Served.run { server in
            try await ReportSeed(state: "accepted", runState: "done").put(into: server)
            let viewer = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await viewer.get(Self.place + "/").text
            #expect(!page.contains("/dismiss") && page.contains("71 of 100") && page.contains("Not available"))
            #expect(try await viewer.post(Self.place + "/dismiss", "reason=x").status == 403)
            let browser = try await Browser.signedIn(server, "ana", .consultant)
            #expect(try await browser.post(Self.place + "/dismiss", "reason=Wrong+month").status == 303)
            let after = try await browser.get(Self.place + "/").text
            #expect(after.contains("Dismissed by ana: Wrong month") && !after.contains("/dismiss\""))
        }
    }

    @Test("A period is read in words on pages, and stays in figures where programs read it")
    func period() async throws {
        try await Served.run { server in
            try await ReportSeed().put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let list = try await browser.get("/reports/").text, page = try await browser.get(Self.place + "/").text
            #expect(list.contains(">November 2026<") && !list.contains(">2026-11<"))
            #expect(page.contains("· November 2026 · version 1") && !page.contains("2026-11 ·"))
            #expect(try await browser.get("/reports.csv").text.contains(",2026-11,"))
            #expect(try await browser.get("/reports.json").text.contains("\"2026-11-30\""))
        }
    }

    private static let filters: [(String, Int, Bool)] = [
        ("", 200, true), ("?client=acme", 200, true), ("?client=other", 200, false),
        ("?text=LOCAL+audit", 200, true), ("?text=local+nothing", 200, false),
        ("?status=review_ready", 200, true),
        ("?status=accepted", 200, false), ("?month=2026-11", 200, true), ("?month=2026-10", 200, false),
        ("?kind=seo-audit&agent=sentinel&visibility=staff", 200, true), ("?status=good", 400, false),
        ("?month=soon", 400, false), ("?visibility=all", 400, false),
        ("?before=01KAREP0000000000000000001", 200, false), ("?reusable=no", 200, true),
        ("?reusable=yes", 200, false), ("?reusable=perhaps", 400, false),
    ]

    @Test("The address holds the filters; one that means nothing is refused", arguments: filters)
    func filtering(query: String, status: Int, isListed: Bool) async throws {
        try await Served.run { server in
            try await ReportSeed().put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            for path in ["/reports/", "/reports.csv", "/reports.json"] {
                let answer = try await browser.get(path + query)
                #expect(answer.status == status, "\(path)")
                #expect(answer.text.contains("01KAREP0000000000000000001") == isListed, "\(path)")
            }
        }
    }

    @Test("What a newer version took the place of is left out and counted, and the newer one leads to it")
    func superseded() async throws {
        try await Served.run(site: .init(publicURL: "http://bureau.test", version: "1")) { server in
            let other = "01KAREP0000000000000000002"
            try await ReportSeed(state: "accepted", runState: "done").put(into: server)
            try await ReportSeed(id: other, state: "accepted", runState: "done", round: 2).put(into: server)
            _ = try await server.database.write {
                try $0.execute("UPDATE artifact SET state = 'superseded', superseded_by = ? WHERE round = 1", [other])
            }
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET task_id = '86a', task_url = 'https://app.clickup.com/t/86a'", [])
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let list = try await browser.get("/reports/").text
            #expect(list.contains("1 superseded version is left out") && !list.contains(Self.place))
            #expect(try await !browser.get("/reports/?superseded=yes").text.contains("left out"))
            #expect(try await !browser.get("/reports/?client=plunkett").text.contains("left out"))
            let page = try await browser.get("/reports/\(other)/").text
            #expect(page.contains("href=\"\(Self.place)/\">Supersedes v1</a>"))
            let link = "data-copy=\"http://bureau.test/reports/\(other)/\""
            #expect(page.contains(link + " hidden>Copy link</button>") && page.contains(link + " hidden>Copy</button>"))
            let head = page.components(separatedBy: "class=\"more\"").first ?? ""
            #expect(head.contains(">Download all</a>") && !head.contains(">Open task</a>"), "beside, with a task too")
        }
    }

    @Test("Those that other work may build on are found page by page")
    func reusable() async throws {
        try await Served.run { server in
            for number in 10..<80 {
                try await ReportSeed(
                    id: "01KAREP00000000000000000\(number)", run: "01KARVN00000000000000000\(number)",
                    state: number % 7 == 0 ? "draft" : "accepted", runState: "done", files: []
                ).put(into: server)
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            var (ids, before) = ([String](), "")
            for _ in 0..<5 {
                let json = try JSONValue.parse(try await browser.get("/reports.json?reusable=yes\(before)").body)
                ids += json["items"]?.array?.compactMap { $0["id"]?.string } ?? []
                guard let next = json["next"]?.string else { break }
                before = "&cursor=\(next)"
            }
            let accepted = (10..<80).reversed().filter { $0 % 7 != 0 }.map { "01KAREP00000000000000000\($0)" }
            #expect(ids == accepted)
            let csv = try await browser.get("/reports.csv?reusable=yes").text
            #expect(csv.split(whereSeparator: \.isNewline).count == accepted.count + 1)
        }
    }

    @Test("A list of reports goes on where the last page ended")
    func paging() async throws {
        try await Served.run { server in
            for number in 10..<65 {
                try await ReportSeed(
                    id: "01KAREP00000000000000000\(number)", run: "01KARVN00000000000000000\(number)", files: []
                ).put(into: server)
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            func page(_ path: String) async throws -> (ids: [String], next: String?) {
                let json = try JSONValue.parse(try await browser.get(path).body)
                return (json["items"]?.array?.compactMap { $0["id"]?.string } ?? [], json["next"]?.string)
            }
            let first = try await page("/reports.json"), next = try #require(first.next)
            let second = try await page("/reports.json?cursor=\(next)")
            #expect(first.ids.count == 50 && second.ids.count == 5 && second.next == nil)
            #expect(next == APICursor.make("artifacts", first.ids[49]), "as the API's list of them says it")
            #expect(try await page("/reports.json?before=\(first.ids[49])").ids == second.ids)
            #expect(Set(first.ids + second.ids).count == 55)
        }
    }
}
