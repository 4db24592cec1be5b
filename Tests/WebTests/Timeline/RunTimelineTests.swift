import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("A long run's page")
struct RunTimelineTests {
    private static let run = "01KARVN0000000000000000001"
    private static let start: Int64 = 1_700_000_000_000

    private static func iso(_ at: Int64) -> String {
        Date(timeIntervalSince1970: Double(at) / 1_000).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func tool(_ number: Int, _ name: String) -> String {
        let at = iso(start + Int64(number) * 1_000)
        return
            #"{"id":"t\#(number)","type":"agent.tool_use","name":"\#(name)","input":{"n":\#(number)},"processed_at":"\#(at)"}"#
    }

    /// Half a second after the call.
    private static func answer(_ number: Int) -> String {
        let at = iso(start + Int64(number) * 1_000 + 500)
        return #"{"id":"r\#(number)","type":"agent.tool_result","tool_use_id":"t\#(number)","processed_at":"\#(at)"}"#
    }

    private static func message(_ number: Int) -> String {
        let at = iso(start + Int64(number) * 1_000), text = "zeta \(number)."
        return
            #"{"id":"m\#(number)","type":"agent.message","content":[{"type":"text","text":"\#(text)"}],"processed_at":"\#(at)"}"#
    }

    private static func write(_ lines: [String], _ server: Served) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: server.house.settings.sessionLogFolder.appending(path: "sesn_\(run).jsonl"))
    }

    /// Its own events among the session's lines, at these seconds.
    private static func note(_ seconds: [Int], _ server: Served) async throws {
        try await server.database.write { db in
            for (index, second) in seconds.enumerated() {
                _ = try db.execute(
                    "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, ?, ?, 'note', ?)",
                    [run, index + 1, start + Int64(second) * 1_000, "omega \(index + 1)."])
            }
        }
    }

    private static func numbers(_ word: String, _ page: String) throws -> [Int] {
        let timeline = page.components(separatedBy: "id=\"timeline\"").last ?? ""
        let number = try Regex("\(word) ([0-9]+)\\.", as: (Substring, Substring).self)
        return timeline.matches(of: number).compactMap { Int($0.output.1) }
    }

    @Test("What the run itself did first is still there behind hundreds of lines and its own later steps")
    func earlier() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            try Self.write((0..<450).map(Self.message), server)
            try await Self.note([0, 0, 1] + Array(20..<260) + [449], server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            var (address, zeta, omega) = ("/runs/\(Self.run)/" as String?, [Int](), [Int]())
            for turn in 0..<20 {
                guard let here = address else { break }
                let page = try await browser.get(here).text
                #expect(turn > 0 || page.contains("200 shown of"), "the newest 200 first")
                (zeta, omega) = (try Self.numbers("zeta", page) + zeta, try Self.numbers("omega", page) + omega)
                address = page.firstMatch(of: /href="([^"#]+)[^"]*">Load earlier/).map {
                    String($0.1).replacing("&amp;", with: "&")
                }
            }
            #expect(address == nil && zeta == Array(0..<450) && omega == Array(1...244))
        }
    }

    @Test("Every event has an address that shows it among what was around it")
    func permalink() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            try Self.write((0..<700).map(Self.message), server)
            try await Self.note([0, 5, 699], server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let log = SessionLogReader(folder: server.house.settings.sessionLogFolder, session: "sesn_\(Self.run)")
            let line = try #require(log.search(atMost: 1) { $0.text == "zeta 100." }.lines.first)
            let page = try await browser.get("/runs/\(Self.run)/?event=e\(line.end)").text
            #expect(page.contains("id=\"e\(line.end)\"") && page.contains("event=e\(line.end)#e\(line.end)\""))
            #expect(try Self.numbers("zeta", page) == Array(0...120) && Self.numbers("omega", page) == [1, 2])
            let own = try await browser.get("/runs/\(Self.run)/?event=s2").text
            #expect(own.contains("id=\"s2\""))
            #expect(try Self.numbers("zeta", own) == Array(0...25))
            for odd in ["s99", "e99999999", "x", "e0"] {
                #expect(try await browser.get("/runs/\(Self.run)/?event=\(odd)").status == 200, "\(odd)")
            }
        }
    }

    private static let views: [(String, shown: [String], hidden: [String])] = [
        ("", ["web_fetch ×4, 3.5s", "<summary><b>Tool</b>", "zeta 0.", "omega 1."], ["session.status_running"]),
        ("", ["<b>Result</b> <span class=\"muted\">after 0.5s</span> Done"], []),
        ("?show=tools", [#"web_fetch {&quot;n&quot;:1}"#, "after 0.5s"], ["zeta 0.", "omega 1.", "×4"]),
        (
            "?show=raw",
            [
                #"{&quot;id&quot;:&quot;m0&quot;,&quot;type&quot;:&quot;agent.message&quot;"#,
                #"&quot;kind&quot;:&quot;note&quot;"#, "session.status_running",
            ], ["×4", "canary", "after 0.5s"]
        ),
        ("?show=raw&text=status_running", ["session.status_running"], ["zeta 0."]),
        ("", ["1 line of the log here cannot be read"], []),
        ("", ["What the agent was told first", "Audit the profile of Acme"], ["sk-ant-canary7f3a91"]),
        ("", ["data-now", "Message: zeta 9."], []), ("", [">+00:00</time>", ">+00:09</time>"], []),
    ]

    @Test(
        "Repeated calls are one line that opens; tools alone and the lines as they came are a link away",
        arguments: views)
    func view(query: String, shown: [String], hidden: [String]) async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            let kickoff =
                #"{"id":"k","type":"user.message","content":[{"type":"text","text":"Audit the profile of Acme with sk-ant-canary7f3a91"}]}"#
            try Self.write(
                [kickoff, Self.message(0)] + (1...4).flatMap { [Self.tool($0, "web_fetch"), Self.answer($0)] }
                    + [#"{"id":"s","type":"session.status_running"}"#, "not an event", Self.message(9)], server)
            try await Self.note([0], server)
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET accepted_at = ? WHERE id = ?", [Self.start, Self.run])
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let page = try await browser.get("/runs/\(Self.run)/\(query)").text
            for words in shown { #expect(page.contains(words), "\(words)") }
            let timeline = page.components(separatedBy: "id=\"timeline\"").last ?? ""
            for words in hidden { #expect(!timeline.contains(words), "\(words)") }
        }
    }

    private static let day: Int64 = 86_400_000
    private static let logs: [(String, ended: Int64?, events: Int, isHere: Bool, shown: String?)] = [
        ("kept", -200 * day, 9, true, nil), ("never written", -200 * day, 0, false, nil),
        ("removed after its days", -200 * day, 9, false, "Events were removed by "),
        ("gone too early", -1 * day, 9, false, "The session&#39;s event log is not where it was written."),
        ("gone while it goes on", nil, 9, false, "The session&#39;s event log is not where it was written."),
    ]

    @Test("A log that is not there any more says since when and why, and is not offered", arguments: logs)
    func removed(what: String, ended: Int64?, events: Int, isHere: Bool, shown: String?) async throws {
        try await Served.run { server in
            try await ReportSeed(runState: ended == nil ? "running" : "done").put(into: server)
            if isHere { try Self.write([Self.message(1)], server) }
            let end = ended.map { $0 + server.house.doors.now() }
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET ended_at = ?, events_count = ? WHERE id = ?", [end, events, Self.run])
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let page = try await browser.get("/runs/\(Self.run)/").text
            #expect(page.contains("Event log (JSONL)") == isHere, "\(what)")
            for sentence in ["Events were removed by ", "event log is not where it was written"] {
                #expect(page.contains(sentence) == (shown?.contains(sentence) ?? false), "\(what): \(sentence)")
            }
            if let shown { #expect(page.contains(shown), "\(what)") }
            let download = try await browser.get("/runs/\(Self.run)/events.jsonl")
            #expect(download.status == (isHere ? 200 : 410), "\(what)")
            if !isHere { #expect(download.text.contains("Not there any more"), "\(what)") }
        }
    }
}
