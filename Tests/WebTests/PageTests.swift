import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Pages")
struct PageTests {
    /// A run of each of two clients; the first has a name that would be a script.
    private static func seed(_ server: Served) async throws -> [RunRecord] {
        let now = server.house.doors.now()
        try await server.database.write { db in
            try db.execute(
                "INSERT INTO agent_config (sha256, agent, version, body, loaded_at) VALUES ('h', 'sentinel', '1', ?, ?)",
                [AgentBody.sentinel, now])
            for slug in ["acme", "plunkett"] {
                let json = #"{"slug":"\#(slug)","name":"\#(slug)","fields":{},"contacts":[]}"#
                let loaded = ClientRecord.load(Array(json.utf8), fileName: slug)
                if let client = loaded.client { try ClientStore(db: db).save(client, now: now) }
            }
        }
        var runs: [RunRecord] = []
        for (slug, name) in [("acme", "<script>alert(1)</script>"), ("plunkett", "Plunkett")] {
            runs.append(
                try await server.house.runs.start(
                    NewRun(
                        agent: "sentinel", agentVersion: "1", configHash: "h", triggerSource: .cli, requestedBy: "test",
                        dedupeKey: "test/\(slug)", clientSlug: slug, clientName: name)))
        }
        return runs
    }

    @Test("Another client's runs are not found, not listed, not exported and not stopped")
    func visibility() async throws {
        try await Served.run { server in
            let runs = try await Self.seed(server)
            let (own, other) = (runs[0], runs[1])
            let browser = try await Browser.signedIn(server, "ana", .operator, clients: ["acme"])
            #expect(try await browser.get("/runs/\(own.id)/").status == 200)
            for path in ["", "data.json", "stream", "stop"] {
                #expect(try await browser.get("/runs/\(other.id)/\(path)").status == 404, "\(path)")
            }
            for verb in ["stop", "retry", "again", "deliver", "recheck", "seen"] {
                #expect(try await browser.post("/runs/\(other.id)/\(verb)").status == 404, "\(verb)")
            }
            for path in [
                "/runs/", "/runs.csv", "/runs.json", "/", "/inbox/", "/runs/?client=plunkett", "/search?q=plunkett",
                "/costs/",
            ] {
                let text = try await browser.get(path).text
                #expect(!text.contains(other.id) && !text.contains("Plunkett"), "\(path)")
            }
            #expect(try await browser.get("/clients/plunkett/").status == 404)
            #expect(try await server.house.runs.find(other.id).state == .queued)
        }
    }

    @Test("What agents and clients write is text, never markup")
    func escaping() async throws {
        try await Served.run { server in
            let runs = try await Self.seed(server)
            let browser = try await Browser.signedIn(server, "ana", .admin)
            for path in ["/", "/runs/", "/runs/\(runs[0].id)/", "/runs/?client=%3Cscript%3E", "/search?q=%3Cscript%3E"]
            {
                let text = try await browser.get(path).text
                #expect(!text.contains("<script>"), "\(path)")
            }
            #expect(try await browser.get("/runs/").text.contains("&lt;script&gt;alert(1)"))
        }
    }

    @Test("Stopping asks first, happens once however often the form is sent, and is in the audit log")
    func stop() async throws {
        try await Served.run { server in
            let run = try await Self.seed(server)[0]
            let browser = try await Browser.signedIn(server, "ana", .operator)
            let ask = try await browser.get("/runs/\(run.id)/stop")
            #expect(ask.text.contains("Drop run") && ask.text.contains("Leave it in the queue"))
            #expect(try await server.house.runs.find(run.id).state == .queued, "asking does nothing")
            let form = "reason=enough&form_key=0123456789abcdef0123456789abcdef"
            for _ in 0..<3 {
                let answer = try await browser.post("/runs/\(run.id)/stop", form)
                #expect(answer.status == 303 && answer.headers["location"] == "/runs/\(run.id)/")
            }
            let after = try await server.house.runs.find(run.id)
            #expect(after.state == .stopped && after.cause?.sentence == "Stopped by ana: enough.")
            #expect(try await server.house.audit.list(subject: "run \(run.id)").map(\.action) == ["run stopped"])
            let notice = try await browser.get("/runs/\(run.id)/").text
            #expect(notice.contains("The run is being stopped.") && notice.contains("Run again"))
            #expect(try await !browser.get("/runs/\(run.id)/").text.contains("The run is being stopped."), "told once")
        }
    }

    @Test("A form larger than is taken is refused with its size")
    func oversized() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let answer = try await browser.post(
                "/settings/theme", "theme=" + String(repeating: "x", count: WebGate.formBytesMax))
            #expect(answer.status == 413)
        }
    }

    @Test("A list goes on where the last page ended, and nothing is shown twice")
    func paging() async throws {
        try await Served.run { server in
            _ = try await Self.seed(server)
            for number in 0..<60 {
                _ = try await server.house.runs.start(
                    NewRun(
                        agent: "sentinel", agentVersion: "1", configHash: "h", triggerSource: .cli, requestedBy: "test",
                        dedupeKey: "more/\(number)"))
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            func ids(_ path: String) async throws -> (ids: [String], next: String?) {
                let json = try JSONValue.parse(try await browser.get(path).body)
                return (json["items"]?.array?.compactMap { $0["id"]?.string } ?? [], json["next"]?.string)
            }
            let first = try await ids("/runs.json"), next = try #require(first.next)
            let second = try await ids("/runs.json?cursor=\(next)")
            #expect(first.ids.count == 50 && second.ids.count == 12 && second.next == nil)
            #expect(Set(first.ids + second.ids).count == 62)
            #expect(try await ids("/runs.json?before=\(next)").ids == second.ids, "nobody is sent round in a circle")
            #expect(try await ids("/runs.json?before=\(first.ids[49])").ids == second.ids, "the page's own place")
            let foreign = APICursor.make("artifacts", first.ids[49])
            for bad in ["abc", foreign] {
                let refused = try await browser.get("/runs.json?cursor=\(bad)")
                #expect(refused.status == 400 && refused.text.contains("Unknown cursor"), "\(bad)")
            }
            let program = try await Program.of(server, "robot", .viewer)
            let over = try await program.json("/api/v1/runs?cursor=\(next)")
            #expect(over["items"]?.array?.compactMap { $0["id"]?.string } == second.ids, "the API takes it too")
        }
    }

    @Test("A CSV has every page of its list, from where it is asked to begin")
    func wholeCSV() async throws {
        try await Served.run { server in
            _ = try await Self.seed(server)
            for number in 0..<(CSV.pageRows + 18) {
                _ = try await server.house.runs.start(
                    NewRun(
                        agent: "sentinel", agentVersion: "1", configHash: "h", triggerSource: .cli, requestedBy: "test",
                        dedupeKey: "more/\(number)"))
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            func ids(_ path: String) async throws -> [String] {
                let lines = try await browser.get(path).text.split(separator: "\r\n")
                return lines.dropFirst().compactMap { $0.split(separator: ",").first.map(String.init) }
            }
            let all = try await ids("/runs.csv")
            #expect(all.count == CSV.pageRows + 20 && Set(all).count == all.count && all == all.sorted(by: >))
            #expect(try await ids("/runs.csv?before=\(all[9])") == Array(all.dropFirst(10)))
            #expect(try await ids("/runs.csv?order=oldest") == all.reversed())
            let page = try await browser.get("/runs/?order=oldest&agent=sentinel").text
            #expect(page.contains("href=\"/runs.csv?order=oldest&amp;agent=sentinel\""))
        }
    }

    private static let addresses: [(String, Int, [String])] = [
        (
            "/runs/?view=attention&client=acme", 200,
            ["name=\"view\" value=\"attention\"", "client=acme&amp;view=running"]
        ),
        ("/runs/?view=review&status=failed", 200, ["No runs match."]),
        ("/runs/?from=yesterday", 400, ["A day is written"]),
        ("/runs/?status=lost", 400, ["There is no status called"]),
    ]

    @Test("Views and filters of the list go together", arguments: addresses)
    func views(path: String, status: Int, words: [String]) async throws {
        try await Served.run { server in
            _ = try await Self.seed(server)
            let answer = try await Browser.signedIn(server, "ana", .viewer).get(path)
            #expect(answer.status == status)
            for word in words {
                #expect(
                    answer.text.contains(word) || answer.text.contains(word.replacing("&amp;", with: "&")), "\(word)")
            }
        }
    }

    private static let fields: [(String, String)] = [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=cmd()", "'=cmd()"),
        ("-1", "'-1"), ("one\r\n=two", "\"one\r\n=two\""),
    ]

    @Test("A field of a CSV is text to a spreadsheet too", arguments: fields)
    func csv(field: String, written: String) { #expect(CSV.field(field) == written) }
}
