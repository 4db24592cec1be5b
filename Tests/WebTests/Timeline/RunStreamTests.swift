import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The stream of a run's page")
struct RunStreamTests {
    private static let run = "01KARVN0000000000000000001"

    @Test("It keeps nobody signed in, and with once tells what there is and ends")
    func unattended() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            func seenAt() async throws -> Int64? {
                try await server.database.query("SELECT seen_at FROM web_session", []).first?.integer("seen_at")
            }
            _ = try await server.database.write {
                try $0.execute("UPDATE web_session SET seen_at = seen_at - 3600000", [])
                try $0.execute(
                    "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, 1, 1, 'note', 'omega')",
                    [Self.run])
            }
            let before = try await seenAt()
            let told = try await browser.get("/runs/\(Self.run)/stream?once=yes&from=0.0")
            #expect(told.status == 200 && told.text.contains("omega") && told.text.contains("id: 1.0"))
            #expect(try await browser.get("/runs/\(Self.run)/stream?once=yes&from=1.0").text.hasSuffix(": hello\n\n"))
            #expect(try await seenAt() == before)
            _ = try await browser.get("/runs/\(Self.run)/")
            #expect(try await seenAt() != before)
        }
    }

    /// That many calls from the first on, each answered half a second later.
    private static func call(_ count: Int, _ server: Served) throws {
        var text = ""
        for number in 1...count {
            let at = "2026-11-20T09:00:0\(number)"
            text +=
                #"{"id":"t\#(number)","type":"agent.tool_use","name":"web_fetch","input":{},"processed_at":"\#(at).000Z"}"#
                + "\n"
            text +=
                #"{"id":"r\#(number)","type":"agent.tool_result","tool_use_id":"t\#(number)","processed_at":"\#(at).500Z"}"#
                + "\n"
        }
        try Data(text.utf8).write(to: server.house.settings.sessionLogFolder.appending(path: "sesn_\(run).jsonl"))
    }

    private struct Told {
        let id: String
        /// The first row of those it is folded among, and the line they are behind.
        let since: String?, head: String?
    }

    private static func told(_ browser: Browser, _ address: String) async throws -> [Told] {
        var told: [Told] = []
        for part in try await browser.get(address).text.components(separatedBy: "\n\n") {
            let event = StreamedEvent(part)
            guard let id = event.id else { continue }
            let data = try #require(
                try JSONSerialization.jsonObject(with: Data(event.data.utf8)) as? [String: String])
            let head = data["head"] ?? ""
            let words = head.firstMatch(of: /<\/b> (.+)<\/summary>/).map { String($0.1) }
            told.append(Told(id: id, since: data["since"], head: words))
        }
        return told
    }

    @Test("Calls that come are told with the line they are folded into, as the page has it, also to whoever comes back")
    func folded() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer), address = "/runs/\(Self.run)/"
            try Self.call(2, server)
            let page = try await browser.get(address).text
            let link = try #require(page.firstMatch(of: /data-stream="([^"]+)"/)).1
            let stream = String(link).replacing("&amp;", with: "&") + "&once=yes"
            try Self.call(4, server)
            let told = try await Self.told(browser, stream)
            let heads = ["web_fetch ×3", "web_fetch ×3, 2.5s", "web_fetch ×4", "web_fetch ×4, 3.5s"]
            #expect(told.compactMap(\.head) == heads && told.count == heads.count)
            let since = try #require(told.first?.since)
            #expect(page.contains("id=\"\(since)\"") && told.allSatisfy { $0.since == since })
            let place = try #require(told.dropFirst().first?.id)
            let later = try await Self.told(browser, "\(address)stream?once=yes&from=\(place)")
            #expect(later.compactMap(\.head) == Array(heads.suffix(2)) && later.allSatisfy { $0.since == since })
            #expect(try await browser.get(address).text.contains("web_fetch ×4, 3.5s</summary>"))
            let tools = try await Self.told(browser, stream + "&show=tools")
            #expect(tools.count == heads.count && tools.allSatisfy { $0.head == nil }, "nothing is folded there")
        }
    }

    @Test("What a look brings is in the order of a page, and each row's id leads on after it")
    func order() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer),
                address = "/runs/\(Self.run)/stream?once=yes"
            try Self.call(1, server)
            _ = try await server.database.write {
                // Between the call and its answer.
                try $0.execute(
                    "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, 1, 1795165201200, 'note', 'omega')",
                    [Self.run])
            }
            let told = try await Self.told(browser, address + "&from=0.0")
            #expect(told.count == 3 && told.first?.id.hasPrefix("0.") == true)
            #expect(told.dropFirst().allSatisfy { $0.id.hasPrefix("1.") } && Set(told.map(\.id)).count == 3)
            for (index, one) in told.enumerated() {
                #expect(try await Self.told(browser, "\(address)&from=\(one.id)").count == 2 - index)
            }
        }
    }

    private static let paths = ["/stream", "/runs/\(run)/stream"]

    @Test("One person's streams are counted; the one too many is told what to do", arguments: paths)
    func bound(path: String) async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "running").put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            var readers: [LiveReader] = []
            for _ in 0..<LiveStreams.streamsPerPersonMax {
                var reader = LiveReader(port: server.port, path: path, headers: browser.cookie)
                #expect(await reader.next() != nil)
                readers.append(reader)
            }
            let refused = try await browser.get(path)
            #expect(refused.status == 503 && refused.headers["retry-after"] == "10")
            #expect(refused.headers["content-type"] == "application/problem+json")
            #expect(refused.text.contains("Close some of the tabs") && refused.text.contains("?once=yes"))
            #expect(try await browser.get(path + "?once=yes").status == 200, "what asks once holds nothing open")
            let other = try await Browser.signedIn(server, "ben", .viewer)
            var reader = LiveReader(port: server.port, path: path, headers: other.cookie)
            #expect(await reader.next() != nil, "others are not kept out")
            #expect(readers.count == LiveStreams.streamsPerPersonMax)
        }
    }
}
