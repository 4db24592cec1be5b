import BureauDomain
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Asana as a work tool")
struct AsanaWorkToolTests {
    /// The time of everything on the board, Unix milliseconds.
    private static let time: Int64 = 1_779_441_330_000
    private static let mark = WriteMark(text: "ref 01TEST", since: time, alike: "Run 7")
    private static let draft = WorkTaskDraft(
        title: "Error", notes: [.text("it broke")], containerID: "100", place: "Review", assigneeID: nil)

    enum Kind: CaseIterable { case comment, attachment, move, field, create, update }

    private static func write(_ kind: Kind, _ tool: AsanaWorkTool, _ folder: String) throws -> any OutboundWrite {
        switch kind {
        case .comment: return tool.comment([.text("Run 7 <done> & told")], on: "500", mark: mark)
        case .attachment:
            let file = FileIntent(title: "a.md", blobKey: "k", sizeBytes: 1, sha256: "s", mimeType: "text/markdown")
            try Data("x".utf8).write(to: URL(filePath: folder + "/a.md"))
            return tool.attachment(file, path: folder + "/a.md", on: "500", since: time, known: [])
        case .move: return tool.move("500", to: " review", before: "Intake")
        case .field: return tool.setField("skill", to: "seo report", on: "500")
        case .create: return tool.createTask(draft, mark: mark)
        case .update: return tool.updateTask("500", WorkTaskChange(title: "New", notes: nil, isCompleted: true))
        }
    }

    private func onBoard(_ body: (AsanaBoard, AsanaWorkTool, String) async throws -> Void) async throws {
        let board = AsanaBoard(), folder = NSTemporaryDirectory() + "bureau-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let client = AsanaClient(transport: board, baseURL: "http://board", token: Secret("test"))
        try await body(board, AsanaWorkTool(asana: client), folder)
    }

    /// What a person would see of a write having been made.
    private func effects(_ kind: Kind, _ board: AsanaBoard) -> Int {
        board.state.withLock { state in
            let task = state.tasks["500"]
            return switch kind {
            case .comment:
                task?.comments.count { $0.hasPrefix("Run 7 <done> & told") && $0.hasSuffix("ref 01TEST") } ?? 0
            case .attachment: task?.files.count ?? 0
            case .move: task?.section == "102" ? 1 : 0
            case .field: task?.skill == "301" ? 1 : 0
            case .create: state.tasks.values.filter { $0.name == "Error" && $0.section == "102" }.count
            case .update: task?.name == "New" && task?.isCompleted == true ? 1 : 0
            }
        }
    }

    @Test("A write whose answer was lost is found again and shows once", arguments: Kind.allCases, [1, 2])
    func lost(kind: Kind, answersLost: Int) async throws {
        try await onBoard { board, tool, folder in
            let write = try Self.write(kind, tool, folder)
            if kind != .update {
                guard case .absent = try await write.probe() else {
                    Issue.record("found before it was made")
                    return
                }
            }
            board.lose(answersLost)
            // As the step runner does it: look before every repetition.
            for _ in 0..<4 {
                _ = try? await write.write()
                if case .found = try await write.probe() { break }
            }
            #expect(effects(kind, board) == 1)
            if kind != .update {
                guard case .found = try await write.probe() else {
                    Issue.record("not found again")
                    return
                }
            }
            #expect(board.state.withLock { $0.tasks.count } == (kind == .create ? 2 : 1))
        }
    }

    @Test("What cannot be done is said before anything is written")
    func refusals() async throws {
        try await onBoard { board, tool, _ in
            let writes: [(any OutboundWrite, String)] = [
                (tool.move("500", to: "Nowhere", before: nil), "has no section \"Nowhere\""),
                (tool.move("500", to: "twin", before: nil), "has 2 sections \"twin\""),
                (tool.setField("Skill", to: "Cooking", on: "500"), "cannot be set to \"Cooking\""),
                (tool.setField("Nothing", to: "x", on: "500"), "has no field \"Nothing\""),
            ]
            for (write, words) in writes {
                let problem = await #expect(throws: StepProblem.self) { try await write.write() }
                #expect(problem?.description.contains(words) == true)
            }
            var draft = Self.draft
            draft.place = "Nowhere"
            await #expect(throws: StepProblem.self) {
                try await tool.createTask(draft, mark: Self.mark).write()
            }
            #expect(board.state.withLock { $0.writes } == 0)
        }
    }

    @Test("A person who moved the task meanwhile is not overruled")
    func moved() async throws {
        try await onBoard { board, tool, _ in
            board.state.withLock { $0.tasks["500"]?.section = "103" }
            guard case .unknown = try await tool.move("500", to: "Review", before: "Intake").probe() else {
                Issue.record("the task was taken for untouched")
                return
            }
        }
    }

    @Test("A comment whose reference somebody took away is asked about, not written again")
    func unmarked() async throws {
        try await onBoard { board, tool, folder in
            board.state.withLock { $0.tasks["500"]?.comments = ["Run 7 <done> & told"] }
            guard case .unknown = try await Self.write(.comment, tool, folder).probe() else {
                Issue.record("an edited comment was taken for none")
                return
            }
        }
    }

    @Test("A task is read with its place, its fields and its comments")
    func reading() async throws {
        try await onBoard { board, tool, folder in
            _ = try await Self.write(.comment, tool, folder).write()
            let task = try await tool.task("500")
            #expect(task.kind == .asana && task.isAt("intake") && task.containerID == "100")
            #expect(task.assigneeIDs == ["10"])
            let comments = try await tool.comments(of: "500", since: Self.time)
            #expect(comments.isWhole && comments.comments.map(\.authorID) == ["10"])
            #expect(try await tool.comments(of: "500", since: Self.time + 1).comments.isEmpty)
            let gone = await #expect(throws: VendorError.self) { try await tool.task("501") }
            #expect(gone?.kind == .rejected(status: 404, code: ""))
        }
    }
}
