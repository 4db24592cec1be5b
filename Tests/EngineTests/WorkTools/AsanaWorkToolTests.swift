import BureauDomain
import BureauSandbox
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Asana as a work tool")
struct AsanaWorkToolTests {
    /// A task in "Intake" that names no skill.
    private static let task = "1208000000000501", jessie = "1208000000000010"
    private static let mark = WorkToolProof.mark
    private static let draft = WorkTaskDraft(
        title: "Error", notes: [.text("it broke")], containerID: "1208000000000100", place: "Review", assigneeID: nil)

    static let boards: [([String], String)] = [
        (["1", "2"], "1"), (["2", "1"], "2"), (["9", "2"], "2"), (["9"], "1"), ([], "1"),
    ]

    @Test("A task in several projects stands where its agent's file names one first", arguments: boards)
    func home(homes: [String], expected: String) throws {
        let json = """
            {"gid": "500", "name": "x", "notes": "", "completed": false, "tags": [], "custom_fields": [],
             "memberships": [{"project": {"gid": "1", "name": "One"}, "section": {"gid": "11", "name": "A"}},
                             {"project": {"gid": "2", "name": "Two"}, "section": {"gid": "22", "name": "B"}}]}
            """
        let task = try JSONDecoder().decode(AsanaTask.self, from: Data(json.utf8))
        #expect(WorkTask(task, homes: homes).containerID == expected)
    }

    @Test("The board of a run is its own agent's, in the order of its file")
    func ownBoard() async throws {
        func agent(_ name: String, _ projects: String) -> String {
            AsanaHouse.agent(name).replacingOccurrences(of: #"["100"]"#, with: projects)
        }
        let house = try await AsanaHouse([
            "jessie": agent("jessie", #"["300", "100"]"#), "ada": agent("ada", #"["200"]"#),
        ])
        let loaded = try #require(house.parts.catalog.agent("jessie"))
        let new = NewRun(
            agent: "jessie", agentVersion: "1.0.0", configHash: loaded.hash, triggerSource: .webhook,
            requestedBy: "asana", dedupeKey: "k", taskID: "500", taskTool: .asana)
        let run = try await RunDesk(database: house.parts.database, doors: house.bench.clock.doors).start(new)
        let tool = try #require(house.parts.connectedTool(of: run) as? AsanaWorkTool)
        #expect(tool.homes.prefix(2) == ["300", "100"])
    }

    enum Kind: CaseIterable { case comment, attachment, move, field, create, update }

    private static func write(_ kind: Kind, _ tool: AsanaWorkTool, _ folder: String) throws -> any OutboundWrite {
        switch kind {
        case .comment: return tool.comment([.text("Run 7 <done> & told")], on: task, mark: mark)
        case .attachment: return try WorkToolProof.attachment(tool, on: task, in: folder)
        case .move: return tool.move(task, to: " review", before: "Intake")
        case .field: return tool.setField("skill", to: "seo report", on: task)
        case .create: return tool.createTask(draft, mark: mark)
        case .update: return tool.updateTask(task, WorkTaskChange(title: "New", notes: nil, isCompleted: true))
        }
    }

    private func onBoard(
        _ body: (StandIns, BoardVisitor, AsanaWorkTool, String) async throws -> Void
    ) async throws {
        try await WorkToolProof.withBoard { standIns, person, folder in
            let client = AsanaClient(
                transport: standIns.transport, baseURL: "http://127.0.0.1:\(standIns.port)/asana/api/1.0",
                token: Secret("demo-asana-token"))
            try await body(standIns, person, AsanaWorkTool(asana: client), folder)
        }
    }

    /// The calls that carry a write out.
    private static func operations(_ kind: Kind) -> [String] {
        switch kind {
        case .comment: ["comment.create"]
        case .attachment: ["attachment.create"]
        case .move: ["section.add_task"]
        case .field, .update: ["task.update"]
        case .create: ["task.create", "section.add_task"]
        }
    }

    private func lose(_ answers: Int, of kind: Kind, _ standIns: StandIns) throws {
        let operations = Self.operations(kind)
        for index in 0..<answers {
            try standIns.fault("asana", operations[min(index, operations.count - 1)], .dropAfter)
        }
    }

    /// What a person would see of a write having been made.
    private func effects(_ kind: Kind, _ standIns: StandIns) async -> Int {
        let tasks = await standIns.state("asana")["tasks"]?.array ?? []
        let task = tasks.first { $0["gid"]?.string == Self.task }
        let texts = (task?["comments"]?.array ?? []).compactMap { $0["text"]?.string }
        return switch kind {
        case .comment: texts.count { $0.hasPrefix("Run 7 <done> & told") && $0.hasSuffix("ref 01TEST") }
        case .attachment: task?["attachments"]?.array?.count ?? 0
        case .move: task?["section"]?.string == "Review" ? 1 : 0
        case .field: task?["fields"]?["Skill"]?.string == "SEO report" ? 1 : 0
        case .create: tasks.count { $0["name"]?.string == "Error" && $0["section"]?.string == "Review" }
        case .update: task?["name"]?.string == "New" && task?["completed"]?.bool == true ? 1 : 0
        }
    }

    @Test("A write whose answer was lost is found again and shows once", arguments: Kind.allCases, [1, 2])
    func lost(kind: Kind, answersLost: Int) async throws {
        try await onBoard { board, person, tool, folder in
            let write = try Self.write(kind, tool, folder)
            try await WorkToolProof.showsOnce(
                write, on: board, isTold: kind != .update,
                losing: { try lose(answersLost, of: kind, board) }, effects: { await effects(kind, board) })
            let tasks = await board.state("asana")["tasks"]?.array ?? []
            #expect(tasks.count == (kind == .create ? 5 : 4))
        }
    }

    @Test("What cannot be done is said before anything is written")
    func refusals() async throws {
        try await onBoard { board, person, tool, _ in
            for name in ["Twin", "twin "] { try await person.asana("add_section", "", ["name": name]) }
            let task = Self.task
            let writes: [(any OutboundWrite, String)] = [
                (tool.move(task, to: "Nowhere", before: nil), "has no section \"Nowhere\""),
                (tool.move(task, to: "twin", before: nil), "has 2 sections \"twin\""),
                (tool.setField("Skill", to: "Cooking", on: task), "cannot be set to \"Cooking\""),
                (tool.setField("Nothing", to: "x", on: task), "has no field \"Nothing\""),
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
            let calls = board.sandbox.log.entries.filter { $0.vendor == "asana" }
            #expect(!calls.isEmpty && calls.allSatisfy { $0.method == "GET" })
        }
    }

    @Test("A person who moved the task meanwhile is not overruled")
    func moved() async throws {
        try await onBoard { board, person, tool, _ in
            try await person.asana("move", Self.task, ["section": "Ready"])
            guard case .unknown = try await tool.move(Self.task, to: "Review", before: "Intake").probe() else {
                Issue.record("the task was taken for untouched")
                return
            }
        }
    }

    @Test("A comment whose reference somebody took away is asked about, not written again")
    func unmarked() async throws {
        try await onBoard { board, person, tool, folder in
            let words = ["text": "Run 7 <done> & told", "user": Self.jessie]
            try await person.asana("comment", Self.task, words)
            guard case .unknown = try await Self.write(.comment, tool, folder).probe() else {
                Issue.record("an edited comment was taken for none")
                return
            }
        }
    }

    @Test("A task is read with its place, its fields and its comments")
    func reading() async throws {
        try await onBoard { board, person, tool, folder in
            _ = try await Self.write(.comment, tool, folder).write()
            try await person.asana("assign", Self.task, ["assignee": Self.jessie])
            let task = try await tool.task(Self.task)
            #expect(task.kind == .asana && task.isAt("intake") && task.containerID == "1208000000000100")
            #expect(task.assigneeIDs == [Self.jessie])
            let comments = try await tool.comments(of: Self.task, since: WorkToolProof.time)
            #expect(comments.isWhole && comments.comments.map(\.authorID) == [Self.jessie])
            let later = (comments.comments.last?.createdAt ?? 0) + 1
            #expect(try await tool.comments(of: Self.task, since: later).comments.isEmpty)
            let gone = await #expect(throws: VendorError.self) { try await tool.task("1") }
            #expect(gone?.kind == .rejected(status: 404, code: ""))
        }
    }
}
