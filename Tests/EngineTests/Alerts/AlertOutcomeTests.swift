import BureauDomain
import BureauSandbox
import BureauStorage
import BureauVendors
import Testing

@testable import BureauEngine

@Suite("An alert's post shows what became of it")
struct AlertOutcomeTests {
    /// What the server does in half a minute: alerts are looked after, and what is due is sent.
    private static func round(_ bench: Bench, _ parts: EngineParts) async throws {
        let wake = WakeSignal(doors: bench.clock.doors)
        try await AlertCare(parts: parts, wake: wake).look()
        let worker = NoticeWorker(parts: parts, owner: "w", wake: wake)
        for _ in 0..<5 where try await worker.sendDue() == 0 { return }
    }

    private static func messages(_ here: StandIns) async -> [JSON] {
        await here.state("slack")["messages"]?.array ?? []
    }

    private static func edits(_ here: StandIns) -> Int {
        here.sandbox.log.entries.count { $0.operation == "chat.update" }
    }

    private static func planned(_ bench: Bench) async throws -> [StepRecord] {
        try await bench.database.engine.query(
            "SELECT \(StepStore.columns) FROM step WHERE kind = ? ORDER BY id", [AlertOutcome.kind]
        ).map(StepRecord.init)
    }

    @Test(
        "Who resolved it, or that it is over by itself, once, with nobody called any more",
        arguments: [String?.none, "ana"])
    func resolved(person: String?) async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let run = try await bench.run(Bench.toRunning + [.broke(RunCause(.noFiles, "Nothing was delivered."))])
            try await Self.round(bench, parts)
            let before = await Self.messages(here), posted = "\(before)"
            #expect(posted.contains("@trung") && posted.contains("open_trace"), "\(posted)")
            let alert = try #require(try await bench.alerts().first), doors = bench.clock.doors
            if let person {
                #expect(try await AlertDesk(database: bench.database, doors: doors).resolve(alert.id, by: person))
            } else {
                try await SystemAlarm(parts: parts).resolve(subject: run.id)
            }
            for _ in 0..<3 { try await Self.round(bench, parts) }
            let told = await Self.messages(here)
            #expect(told.count == 1 && told.first?["edited"]?.bool == true && Self.edits(here) == 1)
            let shown = "\(told)"
            #expect(shown.contains("Nothing was delivered."))
            #expect(shown.contains("Resolved by \(person ?? "itself"), "), "\(shown)")
            #expect(!shown.contains("@trung") && !shown.contains("open_trace"), "\(shown)")
        }
    }

    @Test("How often it came, at most every five minutes, with its newest words")
    func repeated() async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections)
            let alarm = SystemAlarm(parts: parts)
            for sentence in ["The disk is full.", "The disk is fuller."] {
                try await alarm.raise("disk", subject: "DATA_DIR", sentence)
                try await Self.round(bench, parts)
            }
            #expect(Self.edits(here) == 0)
            for count in [2, 3] {
                bench.clock.advance(milliseconds: AlertOutcome.everyMilliseconds)
                for _ in 0..<2 { try await Self.round(bench, parts) }
                let now = await Self.messages(here), shown = "\(now)"
                #expect(shown.contains("Seen \(count) times, last ") && shown.contains("Last: The disk is fuller."))
                #expect(Self.edits(here) == count - 1)
                try await alarm.raise("disk", subject: "DATA_DIR", "The disk is fuller.")
                try await Self.round(bench, parts)
                #expect(Self.edits(here) == count - 1)
            }
            try await alarm.resolve(subject: "DATA_DIR")
            try await Self.round(bench, parts)
            let told = await Self.messages(here)
            #expect(told.count == 1 && "\(told)".contains("Seen 4 times. Resolved by itself"), "\(told)")
        }
    }

    @Test(
        "Its reminders show the end too, and one that was not sent before is not sent any more",
        arguments: [true, false])
    func reminded(isSent: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Bench(), parts = try bench.parts(here.connections), alarm = SystemAlarm(parts: parts)
            try await alarm.raise("disk", subject: "DATA_DIR", "The disk is full.")
            try await Self.round(bench, parts)
            bench.clock.advance(milliseconds: parts.settings.reminders.firstAfterMilliseconds)
            try await AlertCare(parts: parts, wake: WakeSignal(doors: bench.clock.doors)).look()
            if isSent { try await Self.round(bench, parts) }
            let before = await Self.messages(here)
            #expect(before.count == (isSent ? 2 : 1) && "\(before)".contains("Still open after") == isSent)
            try await alarm.resolve(subject: "DATA_DIR")
            for _ in 0..<3 { try await Self.round(bench, parts) }
            let told = await Self.messages(here)
            #expect(told.count == before.count && Self.edits(here) == told.count, "\(told)")
            for message in told { #expect("\(message)".contains("Resolved by itself"), "\(message)") }
            let shown = "\(told)"
            #expect(!shown.contains("Still open after") && !shown.contains("bureau alerts resolve"), "\(shown)")
        }
    }

    /// An alert that was told and closed, and then a look after its outcome's answer was lost.
    private static func toldWithoutReceipt(_ bench: Bench, _ parts: EngineParts) async throws {
        let alarm = SystemAlarm(parts: parts)
        try await alarm.raise("disk", subject: "DATA_DIR", "The disk is full.")
        try await round(bench, parts)
        try await alarm.resolve(subject: "DATA_DIR")
        try await round(bench, parts)
        // As the database stood before the answer came.
        try await bench.database.engine.write { db in
            _ = try db.execute(
                "UPDATE step SET state = 'intended', receipt = NULL, settled_at = NULL WHERE kind = ?",
                [AlertOutcome.kind])
        }
        bench.clock.advance(milliseconds: NoticeWorker.flightMilliseconds)
        try await round(bench, parts)
    }

    @Test("Killed before its receipt it is shown once, also where Slack lets nobody edit", arguments: [false, true])
    func killed(mayEdit: Bool) async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            var connections = here.connections
            if !mayEdit { connections.slack = here.slackWithoutEdits }
            try await Self.toldWithoutReceipt(bench, try bench.parts(connections))
            #expect(try await Self.planned(bench).map(\.state) == [.done])
            let told = await Self.messages(here)
            #expect(told.count == (mayEdit ? 1 : 2), "\(told)")
            #expect("\(told)".contains("Resolved by itself"))
            if !mayEdit { #expect(told.last?["thread_ts"]?.string == told.first?["ts"]?.string) }
        }
    }

    @Test("Where Slack lets nobody edit or look, what may have been said is not said again; it is set aside")
    func untellable() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            let refusals = [
                "chat.update": "edit_window_closed", "conversations.history": "missing_scope",
                "conversations.replies": "missing_scope",
            ]
            var connections = here.connections
            connections.slack = here.slack { request in
                refusals[request.operation].map { VendorResponse.json(#"{"ok":false,"error":"\#($0)"}"#) }
            }
            try await Self.toldWithoutReceipt(bench, try bench.parts(connections))
            #expect(await Self.messages(here).count == 2)
            let parked = try await QueueDesk(database: bench.database, doors: bench.clock.doors).parked(QueueFilter())
            #expect(parked.map(\.cause) == ["slack_failed"])
            #expect(parked.first?.sentence.contains("Nobody can tell") == true, "\(parked)")
        }
    }

    @Test("That it came again is worth no message of its own where Slack lets nobody edit")
    func repeatedUnedited() async throws {
        try await withStandIns { here in
            let bench = try await Bench()
            var connections = here.connections
            connections.slack = here.slackWithoutEdits
            let parts = try bench.parts(connections)
            for _ in 0..<2 {
                try await SystemAlarm(parts: parts).raise("disk", subject: "DATA_DIR", "The disk is full.")
                bench.clock.advance(milliseconds: AlertOutcome.everyMilliseconds)
                try await Self.round(bench, parts)
            }
            #expect(try await Self.planned(bench).map(\.state) == [.done])
            #expect(await Self.messages(here).count == 1)
        }
    }

    @Test("An alert that was never posted has no post to renew")
    func nothingToShow() async throws {
        let bench = try await Bench(), parts = try bench.parts(Connections()), alarm = SystemAlarm(parts: parts)
        try await alarm.raise("disk", subject: "DATA_DIR", "The disk is full.")
        try await Self.round(bench, parts)
        try await alarm.resolve(subject: "DATA_DIR")
        for _ in 0..<2 { try await Self.round(bench, parts) }
        #expect(try await Self.planned(bench).isEmpty)
        #expect(try await bench.alerts().isEmpty)
        let now = bench.clock.now
        let due = try await bench.database.read { try AlertOutcomeStore(db: $0).due(now: now, limit: 1) }
        #expect(due.isEmpty, "it is looked at no more")
    }
}
