import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// A model that says what comments mean, asked by the real binary.
@Suite("A model reads what people write, and is never the only one")
struct CommentModelJourneyTests {
    private static let odd = "Blue elephants, mostly."

    typealias Board = ReviewJourneyTests.Board

    private func open(_ board: Board, _ body: @Sendable @escaping (Installation) async throws -> Void) async throws {
        var options = board.options("")
        options.environment.merge(["COMMENT_MODEL": "claude-haiku-5-5", "COMMENT_MODEL_SECONDS": "120"]) { $1 }
        try await Installation.open(options, body)
    }

    private func script(_ installation: Installation, _ input: JSON, times: Int = 1) async throws {
        let answer = try await Web.send(
            "POST", installation.sandboxURL + "/_control/message", headers: ["content-type": "application/json"],
            body: JSON.object(["input": input, "times": .int(times)]).bytes)
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func beginReview(_ board: Board, _ installation: Installation) async throws -> RunningServer {
        let server = try await installation.startServer()
        if board == .asana { try await installation.hearAsana(AsanaJourneyTests.project, at: server) }
        try await installation.beginReview(board)
        return server
    }

    private func examples(_ installation: Installation) async throws -> [JSON] {
        try await installation.command("feedback", "export").text.split(separator: "\n")
            .compactMap { try? JSON(parsing: Data($0.utf8)) }
    }

    @Test(
        "What no rule understands becomes a round by the model's word, and the example says who decided",
        arguments: Board.allCases)
    func decides(board: Board) async throws {
        try await open(board) { installation in
            _ = try await beginReview(board, installation)
            try await script(installation, ["class": "revision_request", "confidence": 88])
            try await installation.comment(board, Self.odd)
            try await installation.says("revision 2 of this task", on: board)
            let example = try #require(try await examples(installation).first)
            #expect(example["classifier"]?.string == "claude-haiku-5-5 (comment-1)", "\(example.text)")
            #expect(example["confidence"]?.int == 88 && example["class"]?.string == "revision_request")
            let asked = await installation.look().state["anthropic"]?["messages"]?.array ?? []
            #expect(asked.count == 1)
            let check = try await installation.command("costs", "check")
            #expect(check.status == 0, "\(check.text)")
        }
    }

    @Test(
        "Killed between the question and its answer, the next server asks once more, and the comment counts once",
        arguments: Board.allCases)
    func killed(board: Board) async throws {
        try await open(board) { installation in
            let first = try await beginReview(board, installation)
            try await script(installation, ["class": "revision_request", "confidence": 88], times: 2)
            try installation.sandbox.faults.add(
                FaultRule(vendor: "anthropic", operation: "message.create", .killAfter, pid: first.process.pid))
            try await installation.comment(board, Self.odd)
            _ = try await first.process.waitForEnd()
            try await installation.startServer()
            try await installation.says("revision 2 of this task", on: board)
            try await installation.says("Round 2 has begun", on: board)
            let comments = await installation.task(board).comments
            #expect(comments.count { $0.contains("Round 2 has begun") } == 1)
            #expect(try await examples(installation).count == 1)
            #expect(await installation.look().state["anthropic"]?["messages"]?.array?.count == 2)
        }
    }

    @Test("Doctor says whether the key may use the model")
    func doctor() async throws {
        try await open(.clickUp) { installation in
            let told = try await installation.command("doctor")
            #expect(told.text.contains("claude-haiku-5-5 may judge comments"), "\(told.text)")
        }
    }
}
