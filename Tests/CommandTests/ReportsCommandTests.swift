import Foundation
import Subprocess
import Testing

@testable import bureau

@Suite("bureau reports")
struct ReportsCommandTests {
    @Test("A file is found by its hash, a report is exported once, and what was dismissed is not accepted")
    func files() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let id = try await stage.runOnce()
            let opened = try await here.run("reports", "open", id, "--json").object()
            let path = try #require(opened["path"] as? String)
            #expect((opened["file"] as? String)?.hasPrefix("sentinel-audit-acme") == true)
            #expect(try await Self.hash(path) == opened["sha256"] as? String)
            let nonsense = try await here.run("reports", "open", id, "--file", "nonsense")
            #expect(nonsense.status == 1 && nonsense.errors.contains("has no file of that name"), "\(nonsense)")

            let exported = try await here.run("reports", "export", id, "--to", "october", "--json")
            #expect(try exported.object()["files"] as? Int == 2, "\(exported)")
            let folder = here.folder.appending(path: "october")
            let facts = try Self.json(folder.appending(path: "artifact.json"))
            let files = try #require(facts["files"] as? [[String: Any]])
            #expect(files.count == 2 && facts["run"] as? String == id)
            for file in files {
                let name = try #require(file["name"] as? String)
                #expect(try await Self.hash(folder.appending(path: name).path) == file["sha256"] as? String, "\(name)")
            }
            #expect(try Self.json(folder.appending(path: "capsule.json"))["key_figures"] is [Any])
            let again = try await here.run("reports", "export", id, "--to", "october")
            #expect(again.status == 1 && again.errors.contains("is there already"), "\(again)")

            #expect(try await here.run("reports", "dismiss", id, "--reason", "Wrong location").status == 0)
            let refused = try await here.run("reports", "accept", id)
            #expect(refused.status == 1 && refused.errors.contains("it is dismissed"), "\(refused)")
        }
    }

    @Test("The draft of a stopped run counts once a person accepts it, and the audit log says who did")
    func draft() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let id = try await stage.runOnce()
            try await here.sql(
                "UPDATE run SET state = 'stopped', cause = 'by_person', cause_sentence = 'Stopped by ana.'")
            try await here.sql("UPDATE artifact SET state = 'draft', decided_by = NULL, blocked = 'Stopped by ana.'")
            let before = try await here.run("reports", "show", id, "--json").object()
            #expect(before["status"] as? String == "draft" && before["reusable"] as? Bool == false, "\(before)")
            let accepted = try await here.run("reports", "accept", id, "--json")
            #expect(accepted.status == 0, "\(accepted)")
            #expect(try accepted.object()["reusable"] as? Bool == true, "\(accepted)")
            let noted = try await here.audit().filter { $0.subject.hasPrefix("report ") }
            #expect(noted.map(\.action) == ["report accepted"])
            #expect(noted.first?.actor == "cli \(ProcessInfo.processInfo.userName)")
        }
    }

    /// Decided by somebody whom the agent's config does not name: what their role lets them, and what it does not.
    private static let decisions: [([String], Int32, String)] = [
        (["reports", "accept"], 4, "you may not decide"), (["runs", "accept"], 4, "you may not decide"),
        (["reports", "note", "Looks fine so far."], 0, ""), (["reports", "note", "  "], 1, "a note has words"),
        (["reports", "changes", "Shorten the summary."], 0, ""),
        (["runs", "note", "The second round is better."], 0, ""), (["runs", "note", " "], 1, "a note has words"),
    ]

    @Test("A run in review is sent back, noted and accepted by those who may, and it ends")
    func review() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            let agent = DemoAgents.sentinel.replacing(
                "\"alerts\": {", with: "\"review\": {\"enabled\": true, \"accept_by\": [\"8002\"]}, \"alerts\": {")
            try here.write(agent, to: "agents/sentinel.json")
            let id = try await stage.runOnce(), name = ProcessInfo.processInfo.userName
            #expect(try await here.run("runs", "show", id, "--json").object()["status"] as? String == "in_review")
            #expect(try await here.run("users", "add", name, "--role", "consultant").status == 0)
            for (words, status, why) in Self.decisions {
                let call: [String] = Array(words.prefix(2)) + [id] + Array(words.dropFirst(2))
                let outcome = try await here.run(call)
                #expect(outcome.status == status, "\(words): \(outcome)")
                #expect(why.isEmpty || outcome.errors.contains(why), "\(words): \(outcome)")
            }
            let versions = try await here.run("reports", "list", "--run", id, "--all", "--json").objects()
            #expect(versions.count == 2, "\(versions)")
            for (text, count) in [("ACME", 2), ("acme nothing", 0)] {
                let found = try await here.run("reports", "list", "--all", "--text", text, "--json").objects()
                #expect(found.count == count, "\(text): \(found)")
            }
            #expect(try await here.run("users", "role", name, "operator").status == 0)
            let accepted = try await here.run("reports", "accept", id, "--json")
            #expect(accepted.status == 0, "\(accepted)")
            #expect(try accepted.object()["status"] as? String == "accepted", "\(accepted)")
            #expect(try await here.run("runs", "show", id, "--json").object()["status"] as? String == "done")
            let noted = try await here.audit().filter {
                $0.subject.hasPrefix("report ") || $0.action == "run noted"
            }
            #expect(noted.map(\.action) == ["report noted", "changes asked", "run noted", "report accepted"])
        }
    }

    private static func hash(_ path: String) async throws -> String? {
        let result = try await Subprocess.run(
            .name("sha256sum"), arguments: [path], output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        return result.standardOutput.split(separator: " ").first.map(String.init)
    }

    private static func json(_ file: URL) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    }
}

extension Installation {
    func sql(_ statement: String) async throws {
        let result = try await Subprocess.run(
            .name("sqlite3"), arguments: [folder.appending(path: "data/bureau.db").path, statement],
            output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
    }
}
