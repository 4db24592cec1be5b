import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("A part of a page that cannot be read")
struct PanelTests {
    private static let run = "/runs/01KARVN0000000000000000001/"

    /// A page, a table that is gone, what stands in the place of the part that needs it, and what is there all the same.
    private static let lost: [(String, table: String, says: String, rest: [String])] = [
        (
            "/today/", "budget_limit", "The daily limit cannot be shown.",
            ["Needs you", "Running now", "Finished today"]
        ),
        ("/today/", "approval", "What needs you cannot be shown.", ["Running now", "Finished today"]),
        (run, "session_thread", "The cost cannot be shown.", ["Timeline", "Files (0)", "Delivery (", "Started by"]),
        (run, "run_usage", "What the session used cannot be shown.", ["Timeline", "Files (0)", "Known from"]),
        (run, "run_event", "The timeline cannot be shown.", ["Files (0)", "Delivery (", "Known from"]),
        (run, "step", "What was delivered cannot be shown.", ["Timeline", "Files (0)", "Known from"]),
        (run, "run_child", "Its family cannot be shown.", ["Timeline", "Files (0)", "Known from"]),
        ("/clients/acme/activity/", "audit", "Who changed what cannot be shown.", ["About this client", "Acme"]),
        ("/clients/acme/", "run", "The last runs cannot be shown.", ["About this client", "Acme"]),
        ("/costs/", "budget_limit", "The budgets cannot be shown.", ["Month to date", "By client", "Run by run"]),
        (
            "/system/", "alert", "How the intake, the runners and the store are cannot be shown.",
            ["Provider", "Build", "For programs"]
        ),
        ("/agents/", "run", "What the agents did lately cannot be shown.", ["SEO Sentinel", "Usual cost"]),
        ("/agents/sentinel/", "run", "The last runs cannot be shown.", ["How it works", "Configuration", "Versions"]),
    ]

    @Test("A table that is lost takes away the part that needs it and nothing else of the page", arguments: lost)
    func part(path: String, table: String, says: String, rest: [String]) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            try await ReportSeed(runState: "done").put(into: server)
            let browser = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await !browser.get(path).text.contains("cannot be shown"), "before")
            try await server.database.write { _ = try $0.execute("ALTER TABLE \(table) RENAME TO \(table)_gone", []) }
            let answer = try await browser.get(path)
            #expect(answer.status == 200)
            // Which answer stands where two were given is told by a step, so that the decisions go with it.
            let parts = table == "step" ? 2 : 1
            #expect(answer.text.components(separatedBy: "class=\"callout bad\"").count == parts + 1, "no other")
            for word in [says, "Reference ", "Load the page again", "/inbox/"] + rest {
                #expect(answer.text.contains(word), "\(word)")
            }
            #expect(!answer.text.contains("no such table"), "what is wrong is in the log")
        }
    }
}
