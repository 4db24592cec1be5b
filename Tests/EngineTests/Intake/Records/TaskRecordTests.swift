import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// One board of each tool, as its people use it.
private struct Board: Sendable {
    let kind: WorkToolKind
    let bench: Bench
    let parts: EngineParts
    let visitor: BoardVisitor

    static let boardPolicy = #"""
        {"client_visible": {"field": "Client visible", "values": ["Yes", "true"], "tag": "client-visible"},
         "subscription": {"from": "container", "names": ["JESSIE intake", "sentinel AUDITS", "SEO"],
           "containers": [{"id": "OTHER", "name": "seo", "client": "bluebird"}]}}
        """#

    init(_ kind: WorkToolKind, _ standIns: StandIns) async throws {
        self.kind = kind
        let board = Self.boardPolicy.replacingOccurrences(of: "OTHER", with: Self.other(kind))
        let agent =
            kind == .clickUp
            ? Agents.make(extra: ", \"board\": " + board)
            : AsanaHouse.agent("jessie", board: board, sections: #"["Ready"]"#)
                .replacingOccurrences(of: #"["100"]"#, with: #"["1208000000000100"]"#)
                .replacingOccurrences(of: #""assignee": "10""#, with: #""assignee": "1208000000000010""#)
        bench = try await Bench(agents: [kind == .clickUp ? "sentinel.json" : "jessie.json": agent])
        // The board keeps the machine's time, and a short look asks for what changed since a moment of ours: ours must
        // not be ahead.
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        bench.clock.advance(milliseconds: now - 3 * 3_600_000 - bench.clock.now)
        var connections = standIns.connections
        connections.asana = AsanaClient(
            transport: standIns.transport, baseURL: "http://127.0.0.1:\(standIns.port)/asana/api/1.0",
            token: Secret("demo-asana-token"))
        parts = try bench.parts(connections)
        visitor = BoardVisitor(base: "http://127.0.0.1:\(standIns.port)")
        let json = #"{"slug": "bluebird", "name": "Bluebird Dental", "fields": {}}"#
        let client = try #require(ClientRecord.load(Array(json.utf8), fileName: "client").client)
        try await bench.database.write { try ClientStore(db: $0).save(client, now: 1) }
    }

    /// Two tasks of the list or project that starts the agent.
    var tasks: (String, String) {
        kind == .clickUp ? ("86demoshm1", "86demoblu1") : ("1208000000000500", "1208000000000501")
    }
    /// A list or project that starts nothing.
    static func other(_ kind: WorkToolKind) -> String { kind == .clickUp ? "901100000003" : "1208000000000200" }

    func mark(_ task: String) async throws {
        switch kind {
        case .clickUp: try await visitor.fillIn(task, field: "Client visible", true)
        case .asana: try await visitor.asana("field", task, ["field": "Client visible", "value": "Yes"])
        }
    }

    func unmark(_ task: String) async throws {
        switch kind {
        case .clickUp: try await visitor.fillIn(task, field: "Client visible", false)
        case .asana: try await visitor.asana("field", task, ["field": "Client visible", "value": "No"])
        }
    }

    func tag(_ task: String) async throws {
        switch kind {
        case .clickUp: try await visitor.plan(task, ["tags": ["client-visible"]])
        case .asana: try await visitor.asana("tag", task, ["tag": "1208000000000400"])
        }
    }

    func plan(_ task: String) async throws {
        switch kind {
        // 04:00 of the day where people are, as ClickUp keeps a day without a time.
        case .clickUp: try await visitor.plan(task, ["due": 1_796_011_200_000])
        case .asana: try await visitor.asana("plan", task, ["due": "2026-11-30"])
        }
    }

    func complete(_ task: String) async throws {
        switch kind {
        case .clickUp: try await visitor.move(task, to: "complete")
        case .asana: try await visitor.asana("complete", task)
        }
    }

    /// The whole of every list or project, as once an hour; sooner after the last one, what has changed since.
    func sweep(afterSeconds seconds: Int64 = 3_600) async throws {
        bench.clock.advance(milliseconds: seconds * 1_000)
        switch kind {
        case .clickUp: try await Sweep(parts: parts, wake: {}).sweepAll()
        case .asana:
            try await AsanaStream(parts: parts, wake: {}).sweepAll()
            // What events name is looked at when the burst has settled.
            bench.clock.advance(milliseconds: 6_000)
            try await AsanaLooker(parts: parts, signal: WakeSignal(doors: bench.clock.doors), wake: {}).lookAtDue()
        }
    }

    func records(isVisibleOnly: Bool = false, client: String? = nil) async throws -> [TaskRecord] {
        try await TaskRecordDesk(database: bench.database).list(
            TaskRecordListing(client: client, isVisibleOnly: isVisibleOnly))
    }

    func runs() async throws -> [RunRecord] {
        try await bench.database.read { try RunStore(db: $0).list(RunFilter(limit: 5)) }
    }

    func record(_ task: String) async throws -> TaskRecord? { try await records().first { $0.taskID == task } }
}

@Suite("What clients may see of tasks")
struct TaskRecordTests {
    /// After two minutes a sweep reads what changed, after an hour it reads everything.
    static let sweepsSeconds: [Int64] = [120, 3_600]

    private func onBoard(_ kind: WorkToolKind, _ body: (Board) async throws -> Void) async throws {
        try await withStandIns { try await body(try await Board(kind, $0)) }
    }

    @Test(
        "Every task is on record and none is visible until its field or its tag says so, and no longer than that",
        arguments: WorkToolKind.allCases, sweepsSeconds)
    func flag(kind: WorkToolKind, seconds: Int64) async throws {
        try await onBoard(kind) { board in
            try await board.sweep()
            #expect(try await board.record(board.tasks.0) != nil)
            #expect(try await board.records(isVisibleOnly: true).isEmpty)
            try await board.mark(board.tasks.0)
            try await board.tag(board.tasks.1)
            try await board.sweep(afterSeconds: seconds)
            let seen = try await board.records(isVisibleOnly: true)
            #expect(Set(seen.map(\.taskID)) == [board.tasks.0, board.tasks.1])
            #expect(seen.allSatisfy { $0.tool == kind })
            try await board.unmark(board.tasks.0)
            try await board.sweep(afterSeconds: seconds)
            #expect(try await board.records(isVisibleOnly: true).map(\.taskID) == [board.tasks.1])
        }
    }

    @Test(
        "A record has the subscription in the file's spelling, the planned day and the completion",
        arguments: WorkToolKind.allCases, sweepsSeconds)
    func days(kind: WorkToolKind, seconds: Int64) async throws {
        try await onBoard(kind) { board in
            try await board.sweep()
            let fresh = try #require(try await board.record(board.tasks.0))
            #expect(fresh.section == (kind == .clickUp ? "sentinel AUDITS" : "JESSIE intake"))
            #expect(fresh.plannedOn == nil && fresh.completedAt == nil)
            try await board.plan(board.tasks.0)
            try await board.complete(board.tasks.0)
            try await board.sweep(afterSeconds: seconds)
            let done = try #require(try await board.record(board.tasks.0))
            #expect(done.plannedOn == "2026-11-30" && done.completedAt != nil)
        }
    }

    @Test(
        "A list or project that only the subscriptions name is read for its client, and starts nothing",
        arguments: WorkToolKind.allCases)
    func other(kind: WorkToolKind) async throws {
        try await onBoard(kind) { board in
            try await board.sweep()
            let found = try await board.records(client: "bluebird").filter { $0.containerID == Board.other(kind) }
            #expect(!found.isEmpty && found.allSatisfy { $0.section == "SEO" && !$0.isClientVisible })
            #expect(try await board.runs().isEmpty)
        }
    }

    @Test("A list goes on after a place, each record once; who sees some clients sees only what is theirs")
    func pages() async throws {
        try await onBoard(.clickUp) { board in
            try await board.sweep()
            let all = try await board.records(), desk = TaskRecordDesk(database: board.bench.database)
            var (seen, listing) = ([TaskRecord](), TaskRecordListing(limit: 2))
            for _ in 0...all.count {
                let page = try await desk.list(listing)
                guard let last = page.last else { break }
                seen += page
                listing.after = TaskRecordListing.Place("\(last.place)")
            }
            #expect(all.count > 2 && seen == all)
            let theirs = try await desk.list(TaskRecordListing(visible: ["bluebird"]))
            #expect(!theirs.isEmpty && theirs.allSatisfy { $0.clientSlug == "bluebird" })
            #expect(theirs.count < all.count)
            #expect(try await desk.list(TaskRecordListing(visible: [])).isEmpty)
        }
    }

    @Test(
        "What is gone from a list or project is gone from the records within the hour", arguments: WorkToolKind.allCases
    )
    func gone(kind: WorkToolKind) async throws {
        try await onBoard(kind) { board in
            try await board.sweep()
            let left = TaskRecordBook(kind, board.parts), now = board.bench.clock.now
            var ghost = WorkTask(
                kind: kind, id: "777", title: "Ghost", place: "Intake",
                containerID: kind == .clickUp ? Agents.list : "1208000000000100", tags: ["client-visible"])
            ghost.memberships[0].containerName = kind == .clickUp ? "Sentinel audits" : "Jessie Intake"
            let task = ghost
            try await board.bench.database.write { try TaskRecordStore(db: $0).put(task, left, now: now) }
            #expect(try await board.records(isVisibleOnly: true).map(\.taskID) == ["777"])
            try await board.sweep()
            #expect(try await board.records(isVisibleOnly: true).isEmpty)
        }
    }
}
