import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// What one run made reaches the next one of the same client, through the real binary, and nobody else.
@Suite("Reports that other work builds on")
struct ReportsJourneyTests {
    private static func options() -> Installation.Options {
        var options = Installation.Options()
        options.agents = [("sentinel", asking(SampleAgents.sentinel)), ("catalyst", asking(SampleAgents.catalyst))]
        return options
    }

    /// The same agent, which is told of earlier work after its payload and may read parts of it.
    private static func asking(_ agent: String) -> String {
        agent.replacingOccurrences(of: "{payload_json}\"", with: "{payload_json}\\n\\nEARLIER WORK:\\n{capsules}\"")
            .replacingOccurrences(
                of: "\"alerts\": {",
                with: "\"context\": {\"capsules\": {\"kinds\": [\"sentinel\"], \"section_reads\": 5}}, \"alerts\": {")
    }

    private static func reports(_ installation: Installation, _ arguments: String...) async throws -> JSON {
        let process = try installation.start(["reports"] + arguments + ["--json", "--data", installation.data.path])
        let end = try await process.waitForEnd()
        #expect(end.status == 0, "\(process.text)")
        return try JSON(parsing: Data(process.text.utf8))
    }

    /// What the sessions were told to begin with, the newest last.
    private static func kickoffs(_ installation: Installation) async throws -> [String] {
        var texts: [String] = []
        for session in await installation.look().sessions {
            let first = try await installation.history(of: session.id).first { $0["type"]?.string == "user.message" }
            texts.append(first?["content"]?.array?.first?["text"]?.string ?? "")
        }
        return texts
    }

    @Test(
        "A run registers its report; the next one is told its capsule and reads a part; dismissed, it is told no more")
    func capsule() async throws {
        try await Installation.open(Self.options()) { installation in
            let server = try await installation.startServer()
            try await installation.board.move("86demoshm1", to: "Ready (Automate)")
            try await installation.waitForRest(of: 1, at: server)
            let listed = try await Self.reports(installation, "list")
            let report = try #require(listed.array?.first)
            let id = try #require(report["id"]?.string), client = try #require(report["client"]?.string)
            #expect(report["status"]?.string == "accepted" && report["reusable"]?.bool == true, "\(report.text)")
            let page = try await Self.reports(installation, "show", id)
            #expect(page["capsule"]?["key_figures"]?.array?.first?["value"]?.string == "71 of 100")
            #expect(page["files"]?.array?.count == 2)
            let places = Set((page["deliveries"]?.array ?? []).compactMap { $0["channel"]?.string })
            #expect(places == ["google_drive", "clickup", "slack", "folder"])

            try await installation.steer(["name": "reads_artifact", "times": 1])
            try await installation.board.move("86demoshm2", to: "ready (automate)")
            try await installation.waitForRest(of: 2, at: server)
            let second = try #require(try await Self.kickoffs(installation).last)
            #expect(second.contains("<capsule artifact=\"\(id)\"") && second.contains("71 of 100"), "\(second)")
            let run = try #require(try await installation.records().runs.last)
            let shown = try JSON(
                parsing: Data(try await installation.command("runs", "show", run.id, "--json").text.utf8))
            let access = shown["data_access"]?.array ?? []
            #expect(access.map { $0["way"]?.string ?? "" } == ["kickoff", "tool", "tool"], "\(access)")
            #expect(access[1]["part"]?.string?.hasSuffix("overall_score") == true && access[1]["bytes"]?.int == 2)
            #expect(access[2]["refused"]?.string?.contains("no such artifact") == true)

            let gone = try await Self.reports(installation, "dismiss", id, "--reason", "Wrong location")
            #expect(gone["status"]?.string == "dismissed")
            let judged = try await Self.reports(installation, "list", "--client", client, "--reusable")
            #expect(judged.array?.first { $0["id"]?.string == id }?["not_reusable"]?["code"]?.string == "dismissed")
            try await installation.board.move("86demoshm2", to: "to do")
            try await installation.board.move("86demoshm2", to: "ready (automate)")
            try await installation.waitForRest(of: 3, at: server)
            let third = try #require(try await Self.kickoffs(installation).last)
            #expect(!third.contains("<capsule") && third.contains("There is no accepted earlier work"), "\(third)")
        }
    }
}
