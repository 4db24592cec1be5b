import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// The product's main job and the promise that a new agent is a file.
@Suite("From a moved card to delivered files")
struct AgentJourneyTests {
    @Test("Sentinel, by webhook: everything a person was promised is there, once")
    func sentinel() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.board.move("86demoshm1", to: "Ready (Automate)")
            try await installation.waitForRest(at: server)
            let complaints = try await Proof(installation).complaints()
            #expect(complaints.isEmpty, "\(complaints)")
            let sight = await installation.look()
            let comment = try #require(sight.task("86demoshm1")?.comments.first)
            #expect(comment.contains("score 71 of 100") && comment.contains("$0.80"))
            let replies = sight.messages(in: "C0RESULTS").filter(\.isReply)
            let message = try #require(replies.first)
            #expect(message.whole.contains("Score *71*") && message.whole.contains("Open report"))
            let health = try await Web.send("GET", server.url + "/health").json
            #expect(health["status"]?.string == "ok" && health["db_ok"]?.bool == true)
        }
    }

    @Test("Catalyst, a second agent, works by its file alone")
    func catalyst() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.board.move("86demoshm2", to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let run = try #require(try await installation.records().runs.first)
            #expect(run.agent == "catalyst" && run.state == "done", "\(run)")
            let sight = await installation.look()
            #expect(sight.task("86demoshm2")?.status == "review")
            #expect(sight.task("86demoshm2")?.attachments.isEmpty == false)
            #expect(sight.driveItems.contains { $0.path.contains("/Briefs/") && !$0.isFolder })
            #expect(sight.messages(in: "C0RESULTS").count { !$0.isReply } == 1)
        }
    }

    @Test("A new file is an agent without a restart; a broken edit keeps the last good version and says so")
    func newFile() async throws {
        var options = Installation.Options()
        options.agents = [("catalyst", SampleAgents.catalyst)]
        try await Installation.open(options) { installation in
            let server = try await installation.startServer()
            #expect(try await agents(server) == ["catalyst"])
            let file = installation.agents.appending(path: "sentinel.json")
            try Data(SampleAgents.sentinel.utf8).write(to: file, options: .atomic)
            try await eventually("the new agent is loaded") {
                try await agents(server) == ["catalyst", "sentinel"] ? true : nil
            }
            let broken = SampleAgents.sentinel(replacing: #""limits""#, with: #""limitz""#)
            try Data(broken.utf8).write(to: file, options: .atomic)
            try await eventually("the broken edit is told") {
                server.process.logLines.contains { "\($0)".contains("limitz") } ? true : nil
            }
            #expect(try await agents(server) == ["catalyst", "sentinel"])
            try await installation.board.move("86demoshm1", to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await eventually("people are told of the broken edit") {
                await installation.look().messages(in: "C0ALERTS").first
            }
            let complaints = try await Proof(installation).complaints()
            #expect(
                complaints.count == 1 && complaints[0].contains("its last valid version stays in use"), "\(complaints)")
        }
    }

    private func agents(_ server: RunningServer) async throws -> [String] {
        let health = try await Web.send("GET", server.url + "/health").json
        return (health["agents_loaded"]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string }.sorted()
    }
}
