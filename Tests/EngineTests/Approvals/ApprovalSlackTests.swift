import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("A question in Slack: what it shows, who is shown the outcome, and how soon a press is answered")
struct ApprovalSlackTests {
    private static let boss = Actor(name: "boss", surface: "test")

    private static func bench(channel: String = "C0APPROVE") async throws -> Bench {
        let policy = #", "approvals": {"slack": ["U0JAKE"], "people": ["ana"], "channel": "\#(channel)"}"#
        return try await Bench(agents: ["sentinel.json": Agents.make(extra: policy)])
    }

    private static func ask(_ bench: Bench, input: String = #"{"url":"https://example.com"}"#, tool: String = "publish")
        async throws -> (run: RunRecord, approval: ApprovalRecord)
    {
        try await ask(
            bench,
            NewApproval(
                eventID: "e1", tool: tool, input: input, inputHash: Hex.sha256(Array(input.utf8)),
                effect: "Sentinel wants to publish."))
    }

    @discardableResult
    private static func ask(_ bench: Bench, _ new: NewApproval) async throws
        -> (run: RunRecord, approval: ApprovalRecord)
    {
        let run = try await bench.run(Bench.toRunning), doors = bench.clock.doors
        return try await bench.database.write { db in
            let mark = StepMark.approval(run: run.id, eventID: "e1")
            let id = try #require(
                try ApprovalStore(db: db).ask(
                    new, run: run.id, id: mark, now: doors.now(), expiresAt: doors.now() + 3_600_000))
            try ApprovalNotices(db: db, doors: doors).ask(id, run: run)
            try RunTransitions(doors: doors).apply(.approvalsAsked(count: 1), to: run.id, lease: nil, in: db)
            return (run, try #require(try ApprovalStore(db: db).find(id)))
        }
    }

    private static func send(_ parts: EngineParts) async throws {
        let worker = NoticeWorker(parts: parts, owner: "notices", wake: WakeSignal(doors: parts.doors))
        for _ in 0..<5 where try await worker.sendDue() == 0 { return }
    }

    private static func desk(_ bench: Bench) -> ApprovalDesk {
        ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors, wake: {})
    }

    private static func messages(_ here: StandIns, in channel: String) async -> [JSON] {
        (await here.state("slack")["messages"]?.array ?? []).filter {
            $0["channel"]?.string?.hasPrefix(channel) ?? false
        }
    }

    @Test("What is asked again says in one line which version it is and what differs")
    func version() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench(), body = String(repeating: "Half price ", count: 10)
            let input = "{\"body\":\"\(body)\"}"
            try await Self.ask(
                bench,
                NewApproval(
                    eventID: "e1", tool: "publish", input: input, inputHash: Hex.sha256(Array(input.utf8)),
                    effect: "Sentinel wants to publish.", version: 2, previous: "01KARVN0000000000000000001",
                    differsIn: ["body", "*x*\nApproved_by `ana`"]))
            try await Self.send(try bench.parts(here.connections))
            let messages = await Self.messages(here, in: "C0APPROVE")
            #expect(messages.count == 1 && messages[0].text.contains("Version 2; differs in: body"), "\(messages)")
            #expect(messages[0].text.contains("body: 110 characters"), "\(messages)")
            #expect(messages[0].text.contains("body,  x  Approved by  ana"), "a name is no markup: \(messages)")
        }
    }

    private static let posts = try? CallTemplate("Publishes {posts.count} posts to {to}")
    private static let unknown = "Whether it can be undone is not known."
    private static let effects: [(String, ToolWords?, String)] = [
        (#"{"to":"Main","posts":[1,2,3]}"#, nil, #"use "send" for Acme (to: Main, 3 posts). \#(unknown)"#),
        (#"{"amount":5,"email":"a@b.example"}"#, nil, "for Acme (email: a@b.example, amount: 5). \(unknown)"),
        (#"{"note":"x"}"#, nil, #"Sentinel wants to use "send" for Acme. \#(unknown)"#),
        ("no JSON", nil, #"Sentinel wants to use "send" for Acme. \#(unknown)"#),
        (#"{"to":"Main"}"#, ToolWords(undo: "no"), "for Acme (to: Main). Can be undone: no."),
        (
            #"{"to":"{to}\nMain","posts":[1,2]}"#, ToolWords(effect: posts, undo: "yes, by deleting the posts"),
            "for Acme: Publishes 2 posts to {to} Main. Can be undone: yes, by deleting the posts."
        ),
        (#"{"to":"Main"}"#, ToolWords(effect: posts), "Publishes (posts.count is missing) posts to Main. \(unknown)"),
    ]

    @Test("What would happen is said as the config says it, else as far as the call tells", arguments: effects)
    func effect(input: String, words: ToolWords?, says: String) {
        let effect = ApprovalWords.effect(
            tool: "send", input: input, agentName: "Sentinel", clientName: "Acme", words: words)
        #expect(effect.hasSuffix(says), "\(effect)")
    }

    private static let sizes: [(String, String?)] = [
        (#"{"to":"short"}"#, nil), (#"{"posts":[1]}"#, "posts: 1 entry"), ("no JSON", nil), (#"{"posts":[]}"#, nil),
        (
            #"{"post_texts":["a",{"text":"\#(String(repeating: "x", count: 120))"}]}"#,
            "post texts: 2 entries of 1, 120 characters"
        ),
    ]

    @Test("Long texts and lists are counted", arguments: sizes)
    func size(input: String, says: String?) {
        #expect(ApprovalWords.sizes(input) == says)
    }

    @Test("A question for a channel whose id is gone is asked where the channel's name leads now")
    func goneChannel() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench(channel: "#approvals"), now = bench.clock.now
            try await bench.database.write {
                try SettingStore(db: $0).put("slack_channel:approvals", "C0NOWHERE", now: now)
            }
            let (run, _) = try await Self.ask(bench)
            try await Self.send(try bench.parts(here.connections))
            #expect(await Self.messages(here, in: "C0APPROVE").count == 1)
            let asked = try await bench.steps(run.id, .notice).filter { $0.kind == ApprovalNotices.ask }
            #expect(asked.filter { $0.channel == .slack }.map(\.state) == [.done])
        }
    }

    // MARK: Who is shown the outcome

    private static func letAnaBeAsked(_ bench: Bench) async throws {
        let people = PeopleDesk(database: bench.database, doors: bench.clock.doors)
        let ana = try await people.add("ana", displayName: nil, role: .operator, by: boss)
        _ = try await people.setSlackID(ana.id, "U0JAKE", by: boss)
        try await people.setNotices(ana.id, [.approval: .all])
    }

    @Test("Whoever was asked in a message of their own sees there what became of it")
    func direct() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench(), parts = try bench.parts(here.connections)
            try await Self.letAnaBeAsked(bench)
            let (_, approval) = try await Self.ask(bench)
            try await Self.send(parts)
            let asked = await Self.messages(here, in: "D")
            #expect(asked.count == 1 && asked[0].text.contains("asks for permission"), "\(asked)")
            _ = try await Self.desk(bench).deny(
                approval.id, by: .slack(id: "U0JAKE", name: "jake"), on: "slack", reason: "Not now")
            try await Self.send(parts)
            let told = await Self.messages(here, in: "D")
            #expect(told.count == 1 && told[0].text.contains("Denied by"), "\(told)")
            #expect(told[0].text.contains("Not now*, <!date^"), "with the time, by each reader's clock: \(told)")
            #expect(!told[0].text.contains("asks for permission"))
        }
    }

    @Test("A question that was decided before its message went out leaves no message and nothing open")
    func directTooLate() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench(), parts = try bench.parts(here.connections)
            try await Self.letAnaBeAsked(bench)
            let (run, approval) = try await Self.ask(bench)
            _ = try await Self.desk(bench).approve(approval.id, by: .bureau(name: "ana"), on: "cli")
            try await Self.send(parts)
            #expect(await Self.messages(here, in: "D").isEmpty)
            #expect(try await bench.steps(run.id, .notice).allSatisfy { $0.state == .done })
        }
    }

    @Test("A message that nobody may edit any more is followed by the outcome below it, once")
    func uneditable() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            var connections = here.connections
            connections.slack = here.slackWithoutEdits
            let parts = try bench.parts(connections), (run, approval) = try await Self.ask(bench)
            try await Self.send(parts)
            _ = try await Self.desk(bench).approve(approval.id, by: .bureau(name: "ana"), on: "cli")
            try here.fault("slack", "chat.postMessage", .dropAfter)
            for _ in 0..<4 {
                try await Self.send(parts)
                bench.clock.advance(milliseconds: 60_000)
            }
            let told = await Self.messages(here, in: "C0APPROVE")
            #expect(told.count == 2, "\(told)")
            let anew = try #require(told.last)
            #expect(anew["thread_ts"]?.string == told.first?["ts"]?.string)
            #expect(anew.text.contains("Approved by ana*, <!date^") && !anew.text.contains("action_id"), "\(anew)")
            let outcome = try await bench.steps(run.id, .notice).filter { $0.kind == ApprovalNotices.outcome }
            #expect(outcome.map(\.state) == [.done])
        }
    }

    @Test("A message that somebody deleted is followed by the outcome in its channel")
    func deleted() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench(), parts = try bench.parts(here.connections)
            let (run, approval) = try await Self.ask(bench)
            try await Self.send(parts)
            try await bench.database.write { db in
                _ = try db.execute(
                    #"UPDATE step SET receipt = '{"id":"C0APPROVE/1.000001"}' WHERE run_id = ? AND kind = 'approval'"#,
                    [run.id])
            }
            _ = try await Self.desk(bench).approve(approval.id, by: .bureau(name: "ana"), on: "cli")
            try await Self.send(parts)
            let told = await Self.messages(here, in: "C0APPROVE")
            #expect(told.count == 2 && told[1]["thread_ts"]?.string == nil && told[1].text.contains("Approved by ana"))
        }
    }

    // MARK: What it shows

    private static let contents: [(String, String, isCut: Bool)] = [
        ("short", #"{"text":"Hello"}"#, false),
        ("long", #"{"text":"\#(String(repeating: "word ", count: 200))"}"#, true),
    ]

    @Test("Content that is cut is not called exact, and says where all of it is", arguments: contents)
    func cut(what: String, input: String, isCut: Bool) async throws {
        let bench = try await Self.bench(), (run, approval) = try await Self.ask(bench, input: input)
        let link = "https://bureau.test/approvals/\(approval.id)/"
        let message =
            "\(ApprovalMessages.slack(approval, run: run, agentName: "S", channel: "C", mark: "m", link: link))"
        let task = ApprovalMessages.task(approval, run: run, link: link)
        #expect(message.contains("Exact content") != isCut && message.contains("First part of the content") == isCut)
        #expect(message.contains("before you decide") == isCut)
        #expect("\(task)".contains("Exact content") != isCut)
    }

    @Test("Backticks in what the agent wrote never end the code block", arguments: 1...7)
    func fence(count: Int) async throws {
        let bench = try await Self.bench()
        let ticks = String(repeating: "`", count: count)
        let (run, approval) = try await Self.ask(
            bench, input: #"{"text":"a\#(ticks) *Approved by the boss* \#(ticks)"}"#)
        let message = ApprovalMessages.slack(approval, run: run, agentName: "S", channel: "C", mark: "m")
        let block = try #require(
            message.blocks.compactMap { if case .section(let text, _) = $0 { text } else { nil } }
                .first { $0.contains("Exact content") })
        #expect(block.components(separatedBy: "``").count == 3, "\(block)")
        #expect(block.components(separatedBy: "```").count == 3, "\(block)")
    }

    @Test("Stopping for money is asked about in words of money")
    func money() {
        let (stop, deny) = (
            SlackFrontDesk.reasonForm("a", isAboutMoney: true), SlackFrontDesk.reasonForm("a", isAboutMoney: false)
        )
        #expect([stop.title, stop.submit] == ["Stop the run", "Stop the run"] && !stop.label.contains("agent"))
        #expect([deny.title, deny.submit] == ["Deny", "Deny"] && deny.label.contains("agent"))
    }

    @Test("The questions of one run are told apart by what lists show of their ids")
    func shortIDs() {
        let run = "01KA3F8Q7QABCDEFGHJKMNPQRS"
        let ids = (0..<200).map { StepMark.approval(run: run, eventID: "sevt_\($0)") }
        #expect(Set(ids.map(ShortID.of)).count == ids.count)
    }

    // MARK: How soon a press is answered

    @Test("While the database takes nothing a press is acknowledged, and decides as soon as it can")
    func slow() async throws {
        let bench = try await Self.bench(), (_, approval) = try await Self.ask(bench)
        let front = SlackFrontDesk(
            desk: Self.desk(bench), teams: [], doors: bench.clock.doors, logger: bench.logger, zone: .utc)
        let press = try #require(
            SlackInteraction.read(
                #"{"type":"block_actions","user":{"id":"U0JAKE","name":"jake"},"actions":[{"action_id":"approve","value":"\#(approval.id)"}]}"#
            ))
        let gate = DispatchSemaphore(value: 0), database = bench.database
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let holding = Task {
            try await database.write { _ in
                begin.yield()
                gate.wait()
            }
        }
        for await _ in begun { break }
        let answer = await SlackPressDoor(desk: front).answer(
            press, from: SlackTeam(slack: nil, signingSecret: Secret("test")))
        func state() async throws -> ApprovalState? {
            try await database.read { try ApprovalStore(db: $0).find(approval.id)?.state }
        }
        #expect(answer == nil)
        #expect(try await state() == .open)
        gate.signal()
        try await holding.value
        let decided = try await eventually("it is decided") { () -> ApprovalState? in
            let found = try await state()
            return found == .open ? nil : found
        }
        #expect(decided == .approved)
    }
}
