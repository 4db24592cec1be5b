import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("The parts of a run's page")
struct RunTabsTests {
    private static let run = "01KARVN0000000000000000001"

    private static func tabs(_ page: String) -> [String] {
        let bar = page.components(separatedBy: "aria-label=\"Parts of this run\"").dropFirst().first ?? ""
        let links = (bar.components(separatedBy: "</nav>").first ?? "").components(separatedBy: "<a href=\"#")
            .dropFirst()
        return links.compactMap { $0.components(separatedBy: "\"").first }
    }

    @Test("The session's own page at the provider is a link away, where there is one")
    func trace() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let address = server.house.settings.consoleLink("sesn_\(Self.run)")
            let link = "href=\"\(address)\">Provider trace</a>"
            let page = try await browser.get("/runs/\(Self.run)/").text
            let menu =
                page.components(separatedBy: "<details class=\"more\">").last?
                .components(separatedBy: "</details>").first ?? ""
            for entry in [link, "data-copy=\"\(Self.run)\"", "href=\"/runs/\(Self.run)/data.json\">API</a>"] {
                #expect(menu.contains(entry), "\(entry)")
            }
            for session in [nil, "build_01"] as [String?] {
                try await server.database.write {
                    _ = try $0.execute("UPDATE run SET session_id = ? WHERE id = ?", [session, Self.run])
                }
                #expect(try await !browser.get("/runs/\(Self.run)/").text.contains("Provider trace"))
            }
        }
    }

    @Test("They are links in the order of the page, each to what is there")
    func order() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            func look() async throws -> (tabs: [String], page: String) {
                let page = try await browser.get("/runs/\(Self.run)/").text
                return (Self.tabs(page), page)
            }
            let given: [(payload: String?, task: String?)] = [
                (nil, nil), (nil, "86ctask01"), (#"{"notes":"short"}"#, "86ctask01"),
            ]
            for (payload, task) in given {
                try await server.database.write {
                    _ = try $0.execute(
                        "UPDATE run SET payload = ?, task_id = ? WHERE id = ?", [payload, task, Self.run])
                }
                let (tabs, page) = try await look()
                let wanted = ["timeline", "files", "delivery"] + (payload == nil ? [] : ["input"]) + ["cost"]
                #expect(tabs == wanted + (task == nil ? [] : ["history"]))
                for id in tabs { #expect(page.contains("id=\"\(id)\""), "\(id)") }
            }
            let bar = try await look().page
            #expect(
                bar.contains("href=\"#input\">Input and config</a>") && bar.contains("Delivery <span class=\"count\">"))
        }
    }
}
