import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("Asking a question before deciding")
struct ApprovalQuestionTests {
    @Test("The card leads to a form; what is asked is kept with the run, and the approval stays open")
    func asked() async throws {
        try await Served.run { server in
            let run = try await server.addRun(client: nil), id = try await server.ask(run.id)
            let ana = try await Browser.signedIn(server, "ana", .consultant), place = "/approvals/\(id)/question"
            #expect(try await ana.get("/approvals/\(id)/").text.contains("href=\"\(place)\""))
            let form = try await ana.get(place).text
            #expect(form.contains("The approval stays open") && form.contains("in Slack, and kept"))
            #expect(!form.contains("Slack thread") && !form.contains("on its task"), "it has neither")
            #expect(try await ana.post(place, "question=+").status == 422)
            #expect(try await ana.post(place, "question=Does+the+owner+know%3F").status == 303)
            #expect(try await server.house.approvals.find(id)?.state == .open)
            let history = try await server.house.runs.events(run.id)
            #expect(history.last?.detail == "ana asks: Does the owner know?")
            let robot = try await Program.of(server, "robot", .consultant)
            let answer = try await robot.send(.post, "/api/v1\(place)", #"{"text":"And the client?"}"#)
            #expect(answer.status == 200 && answer.text.contains("\"open\""), "\(answer.text)")
            let vera = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await !vera.get("/approvals/\(id)/").text.contains(place))
        }
    }

    @Test("What reaches nobody is told as that")
    func nowhere() {
        guard case .unprocessable(let why, _, _) = ApprovalQuestion.problem(.nowhere) else {
            Issue.record("nobody is asked")
            return
        }
        #expect(why.contains("neither Slack nor a task"))
        #expect(ApprovalQuestion.problem(.asked).map { _ in true } == nil)
    }

    @Test("About what is decided nobody is asked")
    func settled() async throws {
        try await Served.run { server in
            let run = try await server.addRun(client: nil), id = try await server.ask(run.id, state: "expired")
            let ana = try await Browser.signedIn(server, "ana", .consultant), place = "/approvals/\(id)/question"
            #expect(try await ana.get(place).status == 409)
            #expect(try await ana.post(place, "question=Why").status == 409)
            #expect(try await server.house.runs.events(run.id).allSatisfy { $0.kind != "question" })
        }
    }

    @Test("A decision that came too late says which answer stands", arguments: ["allowed", "denied", nil])
    func otherwise(there: String?) async throws {
        try await Served.run { server in
            let run = try await server.addRun(client: nil), id = try await server.ask(run.id, state: "expired")
            let receipt = there.map { #"{"call":"x","answered":"\#($0)"}"# } ?? #"{"call":"x"}"#
            _ = try await server.database.write {
                try $0.execute(
                    """
                    INSERT INTO step (id, run_id, purpose, channel, kind, subject, position, state, intent, receipt,
                        created_at, due_at)
                    VALUES ('01KASTEP000000000000000001', ?, 'session', 'anthropic', 'confirmation', ?, 3, 'done',
                        '{}', ?, 1, 1)
                    """, [run.id, "evt_\(id)", receipt])
            }
            let vera = try await Browser.signedIn(server, "vera", .viewer)
            let page = try await vera.get("/approvals/\(id)/").text
            #expect(page.contains("Expired: nobody decided in time"))
            #expect(page.contains("and that stands") == (there != nil))
            if let there { #expect(page.contains("the call was \(there) there")) }
        }
    }
}
