import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("What a run was given")
struct RunInputTests {
    private static let run = "01KARVN0000000000000000001", canary = "canary-payload-5b20"

    private static func furnish(_ words: Int, _ server: Served) async throws {
        try await ReportSeed(runState: "running").put(into: server)
        let long = String(repeating: "größe ", count: words) + "the very end"
        let request =
            #"{"id":"k","type":"user.message","content":[{"type":"text","text":"Audit it. \#(long), password=\#(canary)"}]}"#
        try Data((request + "\n").utf8).write(
            to: server.house.settings.sessionLogFolder.appending(path: "sesn_\(run).jsonl"))
        try await server.database.write {
            _ = try $0.execute(
                "UPDATE run SET payload = ? WHERE id = ?", [#"{"api_token":"\#(canary)","notes":"\#(long)"}"#, run])
        }
    }

    @Test(
        "Its page has the beginning of what is long, and each has a page of its own with all of it, for those who see the run"
    )
    func long() async throws {
        try await Served.run { server in
            try await server.openClient("plunkett")
            try await Self.furnish(2_000, server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let narrow = try await Browser.signedIn(server, "nora", .viewer, clients: ["plunkett"])
            let input =
                try await browser.get("/runs/\(Self.run)/").text.components(separatedBy: "id=\"input\"").last ?? ""
            #expect(input.contains("größe") && !input.contains("the very end"))
            for part in RunInput.Part.allCases {
                let path = "/runs/\(Self.run)/\(part.rawValue)/"
                #expect(input.contains("href=\"\(path)\">Show all "), "\(part)")
                let page = try await browser.get(path)
                #expect(page.status == 200 && page.text.contains("the very end") && !page.text.contains(Self.canary))
                #expect(try await narrow.get(path).status == 404)
            }
        }
    }

    @Test("What is short is shown whole; what is not kept says so")
    func short() async throws {
        try await Served.run { server in
            try await Self.furnish(2, server)
            let browser = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await browser.get("/runs/\(Self.run)/").text
            #expect(page.components(separatedBy: "the very end").count > 2 && !page.contains("/payload/\">Show all"))
            try FileManager.default.removeItem(
                at: server.house.settings.sessionLogFolder.appending(path: "sesn_\(Self.run).jsonl"))
            #expect(try await browser.get("/runs/\(Self.run)/request/").status == 410)
        }
    }

    @Test("A cut ends between two characters")
    func cut() {
        let family = "👩‍👩‍👧‍👦", text = String(repeating: family, count: 200)
        let cut = RunInput.cut(text) ?? ""
        #expect(cut.utf8.count <= RunInput.shownBytes && cut.allSatisfy { $0 == Character(family) } && !cut.isEmpty)
        #expect(RunInput.cut("short") == nil)
    }
}
