import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("A write nobody can tell of, on the pages")
struct RunDoubtTests {
    private static let run = "01KARVN0000000000000000001", step = "01KASTEP000000000000000001"

    private static func furnish(_ server: Served) async throws {
        try await ReportSeed(runState: "starting").put(into: server)
        try await server.database.write { db in
            _ = try db.execute(
                """
                INSERT INTO step (id, run_id, purpose, channel, kind, subject, position, state, intent, error,
                    created_at, intended_at, due_at)
                VALUES (?, ?, 'session', 'anthropic', 'create', 'attempt-1', 0, 'doubtful', '{}',
                    '2 sessions carry this mark. token=canary-5b20-abcdef', 1, 1, 1)
                """, [step, run])
        }
    }

    private static let words: [(String, status: Int, step: String, run: RunState)] = [
        ("outcome=happened&at=sesn_9", 303, "done", .starting), ("outcome=happened", 422, "doubtful", .starting),
        ("outcome=happened&at=over+there", 422, "doubtful", .starting), ("outcome=repeat", 303, "pending", .starting),
        ("outcome=give_up", 303, "failed", .failed), ("outcome=burn", 400, "doubtful", .starting),
        ("", 400, "doubtful", .starting),
    ]

    @Test(
        "What a person says of it is done, noted and told once; what they do not say changes nothing", arguments: words)
    func resolve(form: String, status: Int, state: String, runState: RunState) async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let page = try await browser.get("/runs/\(Self.run)/").text
            for words in ["Nobody can tell: The session", "It is there", "Make it again", "Leave it", "costs money"] {
                #expect(page.contains(words), "\(words)")
            }
            #expect(!page.contains("canary"))
            let answer = try await browser.post("/runs/\(Self.run)/resolve", "step=\(Self.step)&\(form)")
            #expect(answer.status == status)
            let now = try await server.database.query("SELECT state FROM step WHERE id = ?", [Self.step])
            #expect(try now.first?.text("state") == state)
            #expect(try await server.house.runs.find(Self.run).state == runState)
            let noted = try await server.house.audit.list(subject: "run \(Self.run)").map(\.action)
            #expect(noted == (status == 303 ? ["doubt resolved"] : []))
            if status == 303 {
                let again = try await browser.post("/runs/\(Self.run)/resolve", "step=\(Self.step)&outcome=repeat")
                #expect(again.status == 409, "the first decision stands")
            }
        }
    }

    @Test("It waits in the inbox among the questions, and only operators are asked")
    func asked() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let inbox = try await otto.get("/inbox/?kind=questions").text
            #expect(inbox.contains("In doubt: ") && inbox.contains("/runs/\(Self.run)/#doubts"))
            #expect(try await otto.get("/").text.contains("<span class=\"count\">1</span>"))
            let cora = try await Browser.signedIn(server, "cora", .consultant)
            let page = try await cora.get("/runs/\(Self.run)/").text
            #expect(page.contains("Nobody can tell") && !page.contains("/runs/\(Self.run)/resolve"))
            #expect(try await cora.post("/runs/\(Self.run)/resolve", "step=\(Self.step)&outcome=repeat").status == 403)
            try await server.openClient("plunkett")
            let other = try await Browser.signedIn(server, "olga", .operator, clients: ["plunkett"])
            #expect(try await !other.get("/inbox/?kind=questions").text.contains("In doubt"))
            try await server.database.write { db in
                try db.execute(
                    "UPDATE step SET purpose = 'delivery', channel = 'slack', kind = 'post' WHERE id = ?", [Self.step])
                try db.execute("UPDATE run SET round = 2 WHERE id = ?", [Self.run])
            }
            let late = try await otto.get("/runs/\(Self.run)/").text
            #expect(late.contains("Leave it") && !late.contains("Make it again"), "its round is over")
        }
    }
}
