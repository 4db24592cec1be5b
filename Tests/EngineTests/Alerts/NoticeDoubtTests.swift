import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Synchronization
import Testing

@testable import BureauEngine

@Suite("A notice of which nobody can tell whether it is there")
struct NoticeDoubtTests {
    /// What Slack says to whoever looks for the message.
    enum Look: Sendable { case refused, downForAWhile, downForDays }

    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let fault: FaultAction
        let look: Look
        let shown: Int
        let state: StepRecord.State
        var testDescription: String { what }
    }

    private static let cases = [
        Case(what: "there, found late", fault: .dropAfter, look: .downForAWhile, shown: 1, state: .done),
        Case(what: "lost, written when that is known", fault: .drop, look: .downForAWhile, shown: 1, state: .done),
        Case(what: "there, nobody may look", fault: .dropAfter, look: .refused, shown: 1, state: .doubtful),
        Case(what: "lost, nobody may look", fault: .drop, look: .refused, shown: 0, state: .doubtful),
        Case(what: "there, no look for days", fault: .dropAfter, look: .downForDays, shown: 1, state: .doubtful),
        Case(what: "surely not taken", fault: .limited(seconds: 1), look: .refused, shown: 1, state: .done),
    ]

    private static func slack(_ here: StandIns, _ look: Look) throws -> SlackClient {
        if look == .downForAWhile { try here.fault("slack", "conversations.history", times: 3, .status(503)) }
        return here.slack { request in
            guard request.operation == "conversations.history" || request.operation == "conversations.replies" else {
                return nil
            }
            switch look {
            case .refused: return .json(#"{"ok":false,"error":"missing_scope"}"#)
            case .downForAWhile: return nil
            case .downForDays:
                let none = VendorHeaders([(name: String, value: String)]())
                return VendorResponse(status: 503, headers: none, body: [])
            }
        }
    }

    private static func bench() async throws -> Bench {
        let policy = #", "approvals": {"slack": ["U0JAKE"], "channel": "C0APPROVE"}"#
        return try await Bench(agents: ["sentinel.json": Agents.make(extra: policy)])
    }

    private static func asked(_ bench: Bench) async throws -> RunRecord {
        let run = try await bench.run(Bench.toRunning)
        try await NoticeAlarmTests.ask(bench, run: run, openMilliseconds: 30 * 86_400_000)
        return run
    }

    /// As long as a notice is tried, and a little longer.
    private static func send(_ bench: Bench, _ parts: EngineParts) async throws {
        let worker = NoticeWorker(parts: parts, owner: "w", wake: WakeSignal(doors: parts.doors))
        for _ in 0...Backoff.notice.seconds.count {
            while try await worker.sendDue() > 0 {}
            bench.clock.advance(milliseconds: 900_001)
        }
    }

    private static func question(_ bench: Bench, _ run: RunRecord) async throws -> StepRecord {
        let steps = try await bench.steps(run.id, .notice)
        return try #require(steps.first { $0.kind == ApprovalNotices.ask && $0.channel == .slack })
    }

    private static func shown(_ here: StandIns) async -> Int {
        let messages = await here.state("slack")["messages"]?.array ?? []
        return messages.filter { $0["channel"]?.string == "C0APPROVE" }.count
    }

    @Test("Its question stands once at most, and what nobody can tell a person is asked", arguments: cases)
    func question(row: Case) async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            var connections = here.connections
            connections.slack = try Self.slack(here, row.look)
            let run = try await Self.asked(bench)
            try here.fault("slack", "chat.postMessage", row.fault)
            try await Self.send(bench, try bench.parts(connections))
            #expect(await Self.shown(here) == row.shown)
            let question = try await Self.question(bench, run)
            #expect(question.state == row.state, "\(question.error ?? "")")
            let alert = try await bench.alerts().first { $0.cause == NoticeAlarm.unasked }
            #expect((alert != nil) == (row.state == .doubtful))
            if let alert { #expect(alert.sentence.contains("bureau runs resolve \(run.id)"), "\(alert.sentence)") }
        }
    }

    private static let words: [(Resolution, Int, StepRecord.State)] = [
        (.happened(link: nil), 0, .done), (.again, 1, .done), (.giveUp, 0, .failed),
    ]

    @Test("A person's word settles it and closes its alert", arguments: words)
    func resolved(word: Resolution, shown: Int, state: StepRecord.State) async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            var connections = here.connections
            connections.slack = try Self.slack(here, .refused)
            let run = try await Self.asked(bench), parts = try bench.parts(connections)
            try here.fault("slack", "chat.postMessage", .drop)
            try await Self.send(bench, parts)
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.resolve(run.id, step: nil, word, by: "ana")
            try await Self.send(bench, parts)
            #expect(await Self.shown(here) == shown)
            #expect(try await Self.question(bench, run).state == state)
            #expect(try await bench.alerts().allSatisfy { $0.cause != NoticeAlarm.unasked })
            let parked = try await QueueDesk(database: bench.database, doors: bench.clock.doors).parked(QueueFilter())
            #expect(parked.isEmpty, "\(parked)")
        }
    }

    @Test("What was surely lost and is then refused is in no doubt: it has failed")
    func refused() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            let tries = Mutex(0)
            var connections = here.connections
            connections.slack = here.slack { request in
                guard request.operation == "chat.postMessage" else { return nil }
                let isFirst = tries.withLock { count in
                    count += 1
                    return count == 1
                }
                return isFirst ? nil : .json(#"{"ok":false,"error":"is_archived"}"#)
            }
            let run = try await Self.asked(bench)
            try here.fault("slack", "chat.postMessage", .drop)
            try await Self.send(bench, try bench.parts(connections))
            let question = try await Self.question(bench, run)
            #expect(question.state == .failed, "\(question.error ?? "")")
            #expect(question.error?.contains("is_archived") == true, "\(question.error ?? "")")
        }
    }

    @Test("The alert that alerts may not have arrived closes when a person has said where the last of them is")
    func ofAlerts() async throws {
        try await withStandIns { here in
            let bench = try await Self.bench()
            var connections = here.connections
            connections.slack = try Self.slack(here, .refused)
            let run = try await bench.run([.broke(RunCause(.noFiles, "Nothing."))])
            try here.fault("slack", "chat.postMessage", .drop)
            try await Self.send(bench, try bench.parts(connections))
            let alert = try #require(try await bench.alerts().first { $0.cause == NoticeAlarm.untold })
            #expect(alert.subject == StepRecord.Channel.slack.rawValue)
            let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
            _ = try await desk.resolve(run.id, step: nil, .happened(link: nil), by: "ana")
            #expect(try await bench.alerts().allSatisfy { $0.cause != NoticeAlarm.untold })
        }
    }
}
