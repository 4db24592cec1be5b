import Foundation
import Testing

@Suite("bureau approvals")
struct ApprovalsCommandTests {
    @Test("Nothing waiting is an empty list in every form; an unknown id is told, and the database is left usable")
    func empty() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            _ = try await stage.runOnce()
            let list = try await here.run("approvals")
            #expect(
                list.rows.first == ["APPROVAL", "STATE", "RUN", "ASKED", "EXPIRES", "WHAT"] && list.rows.count == 1)
            #expect(try await here.run("approvals", "list", "--all", "--json").objects().isEmpty)
            let unknown = try await here.run("approvals", "approve", "01KA3F8Q7Q")
            #expect(unknown.status == 1 && unknown.errors.contains("there is no approval 01KA3F8Q7Q"), "\(unknown)")
            let unasked = try await here.run("approvals", "ask", "01KA3F8Q7Q", "Which week?")
            #expect(unasked.status == 1 && unasked.errors.contains("there is no approval 01KA3F8Q7Q"), "\(unasked)")
            #expect(try await here.run("approvals", "deny", "01KA3F8Q7Q").status == 64, "a reason is asked for")
            let nowhere = try await here.run("approvals", "change", "01KA3F8Q7Q", "--input-file", "nowhere.json")
            #expect(nowhere.status == 64 && nowhere.errors.contains("nowhere.json cannot be read"), "\(nowhere)")
            try here.write("{", to: "broken.json")
            let broken = try await here.run("approvals", "change", "01KA3F8Q7Q", "--input-file", "broken.json")
            #expect(broken.status == 64 && broken.errors.contains("broken.json is no JSON"), "\(broken)")
            try here.write("{}", to: "changed.json")
            let gone = try await here.run("approvals", "change", "01KA3F8Q7Q", "--input-file", "changed.json", "--yes")
            #expect(gone.status == 1 && gone.errors.contains("there is no approval 01KA3F8Q7Q"), "\(gone)")
            #expect(try await here.run("runs", "list").status == 0)
        }
    }

    @Test("A question is asked back before anything is decided; what is decided is asked about no more")
    func askedBack() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            try await stage.steer(#"{"name": "requires_action"}"#)
            let run = try await stage.runOnce()
            let open = try await here.run("approvals", "list", "--json").objects()
            let id = try #require(open.first?["id"] as? String, "\(open)")
            let asked = try await here.run("approvals", "ask", id, "Which week is this for?", "--json")
            #expect(try asked.object()["id"] as? String == id, "\(asked)")
            #expect(try await here.run("approvals", "list", "--json").objects().count == 1, "nothing is decided")
            let history = try await here.run("runs", "events", run)
            #expect(history.output.contains("Which week is this for?"), "\(history)")
            #expect(try await here.run("approvals", "deny", id, "--reason", "No").status == 0)
            let late = try await here.run("approvals", "ask", id, "And now?")
            #expect(late.status == 1 && late.errors.contains("nobody was asked"), "\(late)")
        }
    }

    @Test("Agents that start each other, or nobody, are found when the folder is checked")
    func circle() async throws {
        try await Stage.play { stage in
            let here = stage.installation
            for (name, other) in [("sentinel", "catalyst"), ("catalyst", "sentinel")] {
                let path = here.folder.appending(path: "agents/\(name).json")
                let text = try String(contentsOf: path, encoding: .utf8)
                    .replacing("\"alerts\": {", with: "\"fan_out\": {\"agents\": [\"\(other)\"]}, \"alerts\": {")
                try here.write(text, to: "agents/\(name).json")
            }
            let check = try await here.run("agents", "check")
            #expect(check.status == 78 && check.output.contains("catalyst → sentinel → catalyst"), "\(check)")
            let path = here.folder.appending(path: "agents/catalyst.json")
            let text = try String(contentsOf: path, encoding: .utf8).replacing("[\"sentinel\"]", with: "[\"sentinal\"]")
            try here.write(text, to: "agents/catalyst.json")
            let missing = try await here.run("agents", "check")
            #expect(missing.status == 78 && missing.output.contains("did you mean \"sentinel\""), "\(missing)")
        }
    }
}
