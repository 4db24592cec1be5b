import BureauDomain
import BureauSandbox
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("ClickUp as a work tool")
struct ClickUpWorkToolTests {
    /// A task in "to do" that has no subscription.
    private static let task = "86demoshm1", list = "901100000001"
    private static let mark = WorkToolProof.mark
    private static let draft = WorkTaskDraft(
        title: "Error", notes: [.text("it broke")], containerID: list, place: "Review", assigneeID: nil)

    enum Kind: CaseIterable { case comment, attachment, move, field, cleared, create, update }

    private static func write(_ kind: Kind, _ tool: ClickUpWorkTool, _ folder: String) throws -> any OutboundWrite {
        switch kind {
        case .comment: return tool.comment([.text("Run 7 <done> & told")], on: task, mark: mark)
        case .attachment: return try WorkToolProof.attachment(tool, on: task, in: folder)
        case .move: return tool.move(task, to: "Review", before: "to do")
        case .field: return tool.setField("subscription", to: "ads", on: task)
        case .cleared: return tool.setField("industry", to: nil, on: task)
        case .create: return tool.createTask(draft, mark: mark)
        case .update: return tool.updateTask(task, WorkTaskChange(title: "New", notes: nil, isCompleted: true))
        }
    }

    private func onBoard(_ body: (StandIns, BoardVisitor, ClickUpWorkTool, String) async throws -> Void) async throws {
        try await WorkToolProof.withBoard { standIns, person, folder in
            let client = try #require(standIns.connections.clickUp)
            try await body(standIns, person, ClickUpWorkTool(clickUp: client, zone: .utc), folder)
        }
    }

    /// The call that carries a write out.
    private static func operation(_ kind: Kind) -> String {
        switch kind {
        case .comment: "comment.create"
        case .attachment: "attachment.create"
        case .move, .update: "task.update"
        case .field: "field.set"
        case .cleared: "field.clear"
        case .create: "task.create"
        }
    }

    private func tasks(_ standIns: StandIns) async -> [JSON] {
        await standIns.state("clickup")["tasks"]?.array ?? []
    }

    /// What a person would see of a write having been made.
    private func effects(_ kind: Kind, _ standIns: StandIns) async -> Int {
        let tasks = await tasks(standIns), task = tasks.first { $0["id"]?.string == Self.task }
        let texts = (task?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
        return switch kind {
        case .comment: texts.count { $0.hasPrefix("Run 7 <done> & told") && $0.hasSuffix("ref 01TEST") }
        case .attachment: task?["attachments"]?.array?.count ?? 0
        case .move: task?["status"]?.string == "review" ? 1 : 0
        case .field: task?["fields"]?["Subscription"]?.string == "Ads" ? 1 : 0
        case .cleared: task?["fields"]?["industry"] == nil ? 1 : 0
        case .create: tasks.count { $0["name"]?.string == "Error" && $0["status"]?.string == "review" }
        case .update: task?["name"]?.string == "New" && task?["status"]?.string == "complete" ? 1 : 0
        }
    }

    @Test("A write whose answer was lost is found again and shows once", arguments: Kind.allCases, [1, 2])
    func lost(kind: Kind, answersLost: Int) async throws {
        try await onBoard { board, _, tool, folder in
            let write = try Self.write(kind, tool, folder)
            try await WorkToolProof.showsOnce(
                write, on: board, isTold: kind != .update,
                losing: { try board.fault("clickup", Self.operation(kind), times: answersLost, .dropAfter) },
                effects: { await effects(kind, board) })
            #expect(await tasks(board).count == (kind == .create ? 6 : 5))
        }
    }

    @Test("What cannot be done is said, and nothing changes")
    func refusals() async throws {
        try await onBoard { board, _, tool, _ in
            let before = await tasks(board), task = Self.task
            let unsayable: [(any OutboundWrite, String)] = [
                (tool.setField("Subscription", to: "Cooking", on: task), "cannot be set to \"Cooking\""),
                (tool.setField("business_address", to: "Main Street", on: task), "cannot be set to \"Main Street\""),
                (tool.setField("Nothing", to: "x", on: task), "has no field \"Nothing\""),
            ]
            for (write, words) in unsayable {
                let problem = await #expect(throws: StepProblem.self) { try await write.write() }
                #expect(problem?.description.contains(words) == true)
            }
            var draft = Self.draft
            draft.place = "Nowhere"
            let placeless: [any OutboundWrite] = [
                tool.move(task, to: "Nowhere", before: nil), tool.createTask(draft, mark: Self.mark),
            ]
            for write in placeless {
                let refusal = await #expect(throws: VendorError.self) { try await write.write() }
                #expect(refusal?.kind == .rejected(status: 400, code: "ITEM_114"))
            }
            #expect(await tasks(board) == before)
        }
    }

    @Test("A task of a list without a status for finished work cannot be completed, and keeps its name")
    func unfinishable() async throws {
        try await onBoard { board, _, _, _ in
            let open = Interposed(board.transport) { request in
                request.operation == "GET list"
                    ? .json(#"{"id":"901100000001","name":"Audits","statuses":[{"status":"to do","type":"open"}]}"#)
                    : nil
            }
            let client = ClickUpClient(
                transport: open, baseURL: "http://127.0.0.1:\(board.port)/clickup/api/v2", token: Secret("pk_demo"))
            let tool = ClickUpWorkTool(clickUp: client, zone: .utc), before = await tasks(board)
            let write = tool.updateTask(Self.task, WorkTaskChange(title: "New", notes: nil, isCompleted: true))
            let problem = await #expect(throws: StepProblem.self) { try await write.write() }
            #expect(problem?.description.contains("Audits has no status for finished work") == true)
            #expect(await tasks(board) == before)
        }
    }

    @Test("A person who moved the task meanwhile is not overruled")
    func moved() async throws {
        try await onBoard { _, person, tool, _ in
            try await person.move(Self.task, to: "blocked")
            guard case .unknown = try await tool.move(Self.task, to: "Review", before: "to do").probe() else {
                Issue.record("the task was taken for untouched")
                return
            }
        }
    }

    @Test("A comment whose reference somebody took away is asked about, not written again")
    func unmarked() async throws {
        try await onBoard { _, person, tool, folder in
            try await person.comment(Self.task, "Run 7 <done> & told")
            guard case .unknown = try await Self.write(.comment, tool, folder).probe() else {
                Issue.record("an edited comment was taken for none")
                return
            }
        }
    }

    @Test("A task is read with its place, its fields and its comments")
    func reading() async throws {
        try await onBoard { _, _, tool, folder in
            _ = try await Self.write(.comment, tool, folder).write()
            let task = try await tool.task(Self.task)
            #expect(task.kind == .clickUp && task.isAt("To Do") && task.containerID == Self.list)
            #expect(task.text(of: "industry") == "Automotive" && task.assigneeIDs == ["8001"])
            let comments = try await tool.comments(of: Self.task, since: WorkToolProof.time)
            #expect(comments.isWhole && comments.comments.map(\.authorID) == ["8000"])
            let later = (comments.comments.last?.createdAt ?? 0) + 1
            #expect(try await tool.comments(of: Self.task, since: later).comments.isEmpty)
            let gone = await #expect(throws: VendorError.self) { try await tool.task("86none") }
            #expect(gone?.kind == .rejected(status: 404, code: "ITEM_013"))
        }
    }
}
