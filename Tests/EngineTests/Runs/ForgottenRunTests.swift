import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

/// Two databases look at one task: the second was restored from a backup that is older than the first one's run.
@Suite("A run since the backup that opened no session")
struct ForgottenRunTests {
    private static func needing(_ text: String) -> String {
        text.replacingOccurrences(of: #""required_fields": []"#, with: #""required_fields": ["website_hint"]"#)
            .replacingOccurrences(of: #"["client_id", "client_name"]"#, with: #"["website_hint"]"#)
    }

    /// The stand-ins stamp what is written there with the real time.
    private static func life(
        _ kind: WorkToolKind, _ standIns: StandIns, _ change: (String) -> String = { $0 }
    ) async throws -> TaskDesk {
        let desk = try await TaskDesk(kind, standIns, change)
        desk.bench.clock.advance(milliseconds: Doors.system.now() - desk.bench.clock.now)
        return desk
    }

    private static func restored(
        _ kind: WorkToolKind, _ standIns: StandIns, _ change: (String) -> String = { $0 }
    ) async throws -> TaskDesk {
        let desk = try await life(kind, standIns, change), now = desk.bench.clock.now
        try await desk.bench.database.write { db in
            let settings = SettingStore(db: db)
            try settings.put(RestoreMark.restoredAt, String(now), now: now)
            try settings.put(RestoreMark.forgottenFrom, String(now - 86_400_000), now: now)
        }
        desk.bench.clock.advance(milliseconds: 1_000)
        return desk
    }

    private static func sendAll(_ desk: TaskDesk) async throws {
        let worker = NoticeWorker(parts: desk.parts, owner: "n", wake: WakeSignal(doors: desk.bench.clock.doors))
        for _ in 0..<10 {
            guard try await worker.sendDue() > 0 else { return }
        }
    }

    private static func seen(_ desk: TaskDesk, _ standIns: StandIns) async throws -> [Int] {
        let tool = try desk.parts.workTool(desk.kind, for: "jessie")
        let comments = try await tool.comments(of: desk.task, since: 0).comments.filter(\.carriesMark)
        return [comments.count, await standIns.state("slack")["messages"]?.array?.count ?? 0]
    }

    @Test("What it asked is asked once, and what people answered is its answer", arguments: WorkToolKind.allCases)
    func question(kind: WorkToolKind) async throws {
        try await withStandIns { standIns in
            let first = try await Self.life(kind, standIns, Self.needing)
            let asked = try await first.assess(try await first.come().id)
            #expect(asked.state == .needsInfo)
            try await Self.sendAll(first)
            let before = try await Self.seen(first, standIns)
            #expect(before[0] == 1)
            try await first.comment("website_hint: main office")

            let second = try await Self.restored(kind, standIns, Self.needing)
            let again = try await second.assess(try await second.come().id)
            #expect(again.state == .ignored)
            #expect(again.cause?.sentence.contains(asked.id) == true)
            #expect(try await second.assess(asked.id).state == .needsInfo)
            try await Self.sendAll(second)
            #expect(try await Self.seen(second, standIns) == before, "nothing is said twice")
            #expect(try await second.look(asked.id).state == .queued)
            #expect(try await second.answers(asked.id) == ["website_hint": "main office"])
        }
    }

    /// Writes a comment as a run would that this database never had.
    private static func say(
        _ text: WorkText, of run: String, _ purpose: StepRecord.Purpose, _ subject: String, _ desk: TaskDesk
    ) async throws {
        let plan = StepPlan(channel: desk.kind.channel, kind: "comment", subject: subject, position: 0, intent: "{}")
        let mark = Marks.text(stepID: StepMark.id(run: run, purpose, plan))
        let tool = try desk.parts.workTool(desk.kind, for: "jessie")
        let whole = text + [.newline, .text("Run \(run)"), .newline]
        _ = try await tool.comment(whole, on: desk.task, mark: WriteMark(text: mark, since: 0)).write()
    }

    @Test("What it delivered is not made again before somebody said so", arguments: WorkToolKind.allCases)
    func delivered(kind: WorkToolKind) async throws {
        try await withStandIns { standIns in
            let first = try await Self.life(kind, standIns), id = first.bench.clock.doors.makeID()
            try await Self.say([.bold("Audit: score 61 of 100")], of: id, .delivery, TaskChannel.ready, first)
            let second = try await Self.restored(kind, standIns)
            let run = try await second.assess(try await second.come().id)
            #expect(run.state == .needsInfo && run.cause?.code == .blocked)
            #expect(run.cause?.sentence.contains(id) == true)
            #expect(try await second.bench.find(id).state == .ignored)
            let told = try await second.bench.steps(run.id, .notice).filter { $0.kind == "needs_info" }
                .map { try $0.intent(as: NoticeIntent.self) }
            #expect(told.map(\.halt) == [.worked])
            let next = told.first.flatMap { TaskMessages.next(after: $0, run) }
            #expect(next?.contains("bureau runs stop \(run.id)") == true)

            try await second.comment("No, that is all.")
            #expect(try await second.look(run.id).state == .needsInfo, "a comment does not set it going")
            let later = second.bench.clock.now + 86_400_000
            let due = try await second.bench.database.read { try TaskWatchStore(db: $0).due(now: later, limit: 10) }
            #expect(due.isEmpty, "nobody looks for one")
            _ = try await RunDesk(database: second.bench.database, doors: second.bench.clock.doors).recheck(run.id)
            #expect(try await second.assess(run.id).state != .needsInfo, "it was asked once")
        }
    }

    enum Past: String, CaseIterable, Sendable {
        case begun, built, resultBefore
    }

    private static let builder = #"""
        {"agent_name": "jessie", "display_name": "SEO Sentinel", "description": "Builds the platform",
          "version": "1.0.0",
          "executor": {"command": {"repository": "/srv/site.git", "base_branch": "main", "builder": ["build"],
            "private_data": false, "checks": []}},
          "payload_source": {"type": "manual", "clickup": {"required_fields": ["title"]}},
          "triggers": {"manual_cli": {"enabled": true}},
          "kickoff_template": {"prompt": "# {title}"},
          "limits": {"max_session_duration_minutes": 5},
          "delivery": {"folder": {"enabled": true, "path": "builds"}},
          "alerts": {"on_failure_channel": "#alerts"}}
        """#

    @Test("Work that began goes on under its old run; a build, or a result of any run, asks", arguments: Past.allCases)
    func traces(past: Past) async throws {
        try await withStandIns { standIns in
            let first = try await Self.life(.clickUp, standIns), doors = first.bench.clock.doors
            let id = doors.makeID(), next = doors.makeID()
            if past == .resultBefore {
                try await Self.say([.bold("Audit: score 61 of 100")], of: id, .delivery, TaskChannel.ready, first)
                try await Self.say(
                    [.bold("SEO Sentinel needs information")], of: next, .notice, "missing_fields#1", first)
            } else {
                try await Self.say([.bold("SEO Sentinel has taken this on")], of: id, .notice, "confirmed", first)
            }
            let second = try await Self.restored(.clickUp, standIns), run = try await second.come()
            let present = try #require(second.bench.catalog.agent("jessie"))
            let reader = AgentReader(hasVariable: { _ in true })
            let built = try #require(reader.read(Array(Self.builder.utf8), fileName: "jessie.json").agent)
            let hand = RunInHand(
                run: run, lease: Lease(runID: run.id, owner: "w", epoch: run.leaseEpoch),
                agent: past == .built ? built : present)
            let trace = try await ForgottenRun(parts: second.parts, hand: hand).look()
            switch past {
            case .begun: #expect(trace == .begun(id))
            case .built: #expect(trace == .worked([id]))
            case .resultBefore:
                guard case .worked(let runs)? = trace else {
                    Issue.record("its result was not seen: \(String(describing: trace))")
                    return
                }
                #expect(Set(runs) == [id, next])
            }
        }
    }

    enum Harmless: String, CaseIterable, Sendable {
        case failure, another, stranger, older, late
    }

    @Test("What says nothing of such work keeps nobody waiting", arguments: Harmless.allCases)
    func harmless(what: Harmless) async throws {
        try await withStandIns { standIns in
            let first = try await Self.life(.clickUp, standIns)
            if what == .older { first.bench.clock.advance(milliseconds: -2 * 86_400_000) }
            let id = first.bench.clock.doors.makeID()
            switch what {
            case .failure:
                try await Self.say(
                    [.bold("SEO Sentinel could not finish")], of: id, .notice, "session_refused#1", first)
            case .another:
                try await Self.say(
                    [.bold("Somebody else needs information")], of: id, .notice, "missing_fields#1", first)
            case .stranger:
                let plan = StepPlan(
                    channel: .clickUp, kind: "comment", subject: "missing_fields#1", position: 0, intent: "{}")
                let mark = Marks.text(stepID: StepMark.id(run: id, .notice, plan))
                try await first.comment("SEO Sentinel needs information\nRun \(id)\n\(mark)")
            case .older, .late:
                try await Self.say(
                    [.bold("SEO Sentinel needs information")], of: id, .notice, "missing_fields#1", first)
            }
            let second = try await Self.restored(.clickUp, standIns)
            if what == .late { second.bench.clock.advance(milliseconds: RestoreMark.looksMilliseconds) }
            let run = try await second.assess(try await second.come().id)
            #expect(run.state != .ignored && run.cause?.code != .blocked)
            let known = try await second.bench.database.read { try RunStore(db: $0).find(id) != nil }
            #expect(!known)
        }
    }
}
