import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("The life of an alert")
struct AlertCareTests {
    private static let hour: Int64 = 3_600_000

    private static func care(_ bench: Bench, digestAt: String? = nil) throws -> AlertCare {
        let parts = try bench.parts {
            $0.escalationTags = ["@boss"]
            $0.digestTime = digestAt.flatMap(DigestTime.init)
        }
        return AlertCare(parts: parts, wake: WakeSignal(doors: bench.clock.doors))
    }

    private static func notices(_ bench: Bench, _ kind: String = "reminder") async throws -> [NoticeIntent] {
        try await bench.database.engine.query(
            "SELECT intent FROM step WHERE purpose = 'notice' AND kind = ? ORDER BY created_at, id", [kind]
        ).map { try JSONText.decode(NoticeIntent.self, try $0.text("intent")) }
    }

    @Test("What stays open is told again after 4, 8, 16 hours and then daily, eight times in all, each once")
    func reminders() async throws {
        let bench = try await Bench(), care = try Self.care(bench)
        _ = try await bench.run([.broke(RunCause(.noFiles, "Nothing was delivered."))])
        var told: [Int64] = [], count = 0
        for minute in stride(from: Int64(0), through: 15 * 24 * 60, by: 30) {
            try await care.look()
            try await care.look()
            let now = try await Self.notices(bench).count
            if now > count { told += Array(repeating: minute / 60, count: now - count) }
            count = now
            bench.clock.advance(milliseconds: Self.hour / 2)
        }
        #expect(told == [4, 12, 28, 52, 76, 100, 124, 148])
        let sent = try await Self.notices(bench)
        #expect(sent[0].tags == nil, "the first goes to the agent's own people alone")
        #expect(sent.dropFirst().allSatisfy { $0.tags == ["@boss"] })
        #expect(sent.last?.sentence.contains("This is the last reminder.") == true)
        #expect(sent.dropLast().allSatisfy { !$0.sentence.contains("last reminder") })
    }

    private static func noMoney(_ left: String) -> RunMachine.Event {
        .budgetMissing(RunCause(.budgetExhausted, "Waiting for budget: the agency has \(left) left."))
    }

    private static let waiting: [(events: [RunMachine.Event], goesOn: RunMachine.Event)] = [
        ([.foundIncomplete(RunCause(.missingFields, "gbp_url is empty."))], .infoChanged),
        (Bench.toRunning + [.approvalsAsked(count: 1)], .gateClosed), ([noMoney("$1.00")], .taken),
        (
            Bench.toRunning + [
                .turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil), .revisionAsked,
                noMoney("$1.00"),
            ], .revisionSent
        ),
    ]

    @Test("A run that looks for money again and again has waited since it found none, and is told of once")
    func money() async throws {
        let bench = try await Bench(), care = try Self.care(bench)
        let run = try await bench.run()
        bench.clock.advance(milliseconds: 3 * Self.hour)
        for hour in 0..<6 {
            try await bench.move(run.id, Self.noMoney("$\(hour).00"))
            try await care.look()
            #expect(try await Self.notices(bench).count == (hour < 4 ? 0 : 1), "hour \(hour)")
            bench.clock.advance(milliseconds: Self.hour)
        }
        #expect(try await Self.notices(bench).first?.sentence.contains("has waited 4h 00m for money") == true)
    }

    @Test(
        "A run that a person keeps waiting is told of after the first reminder's time, and closed when it goes on",
        arguments: waiting)
    func waits(events: [RunMachine.Event], goesOn: RunMachine.Event) async throws {
        let bench = try await Bench(), care = try Self.care(bench)
        let run = try await bench.run(events)
        bench.clock.advance(milliseconds: 4 * Self.hour - 1_000)
        try await care.look()
        #expect(try await bench.alerts().filter { $0.cause == AlertCare.waits }.isEmpty)
        bench.clock.advance(milliseconds: 2_000)
        try await care.look()
        let alert = try #require(try await bench.alerts().first { $0.cause == AlertCare.waits })
        #expect(alert.runID == run.id && alert.sentence.contains("has waited 4h 00m for"), "\(alert.sentence)")
        try await bench.move(run.id, goesOn)
        try await care.look()
        let all = try await AlertDesk(database: bench.database, doors: bench.clock.doors).list(isAll: true)
        #expect(all.first { $0.id == alert.id }?.resolvedBy == "bureau")
    }

    @Test("What a person closed stays closed for as long as the run waits, and the next wait is told of again")
    func closedByPerson() async throws {
        let bench = try await Bench(), care = try Self.care(bench)
        let run = try await bench.run([.foundIncomplete(RunCause(.missingFields, "gbp_url is empty."))])
        bench.clock.advance(milliseconds: 5 * Self.hour)
        try await care.look()
        let alert = try #require(try await bench.alerts().first { $0.cause == AlertCare.waits })
        let now = bench.clock.now
        _ = try await bench.database.write { try AlertStore(db: $0).resolve(id: alert.id, by: "ana", now: now) }
        for _ in 0..<3 {
            bench.clock.advance(milliseconds: Self.hour)
            try await care.look()
        }
        #expect(try await Self.notices(bench).count == 1, "told once")
        try await bench.move(run.id, .infoChanged)
        try await bench.move(run.id, .foundIncomplete(RunCause(.missingFields, "gbp_url is empty.")))
        bench.clock.advance(milliseconds: 5 * Self.hour)
        try await care.look()
        #expect(try await Self.notices(bench).count == 2)
    }

    @Test(
        "Results that wait are told of when the file says, on the task once, then daily to a bound, until somebody speaks"
    )
    func review() async throws {
        let extra = #", "review": {"enabled": true, "remind_after_hours": 10}"#
        let bench = try await Bench(agents: ["sentinel.json": Agents.make(extra: extra)])
        let care = try Self.care(bench)
        let run = try await bench.run(
            Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)], task: "86a")
        func open() async throws -> AlertRecord? {
            try await bench.alerts().first { $0.cause == ReviewReminder.cause }
        }
        bench.clock.advance(milliseconds: 10 * Self.hour - 1_000)
        try await care.look()
        #expect(try await open() == nil)
        bench.clock.advance(milliseconds: 2_000)
        try await care.look()
        let alert = try #require(try await open())
        #expect(alert.runID == run.id && alert.sentence.contains("have waited 10h 00m"), "\(alert.sentence)")
        for day in 1...12 {
            bench.clock.advance(milliseconds: 24 * Self.hour + 1_000)
            try await care.look()
            #expect(try await open()?.reminders == Int64(min(day, ReminderPolicy.remindersMax)))
        }
        let notices = try await bench.steps(run.id, .notice)
        #expect(notices.count { $0.kind == WorkNote.kind && $0.subject == "waits" } == 1)
        #expect(notices.count { $0.kind == "reminder" } == 1 + ReminderPolicy.remindersMax)
        try await bench.move(run.id, .accepted)
        try await care.look()
        #expect(try await open() == nil)
    }

    @Test(
        "A person who closes that alert is not reminded of the same round; with 0 hours nobody ever is",
        arguments: [0, 10])
    func reviewClosed(hours: Int) async throws {
        let extra = ", \"review\": {\"enabled\": true, \"remind_after_hours\": \(hours)}"
        let bench = try await Bench(agents: ["sentinel.json": Agents.make(extra: extra)])
        let care = try Self.care(bench)
        _ = try await bench.run(
            Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)], task: "86a")
        bench.clock.advance(milliseconds: 11 * Self.hour)
        try await care.look()
        let found = try await bench.alerts().first { $0.cause == ReviewReminder.cause }
        #expect((found == nil) == (hours == 0))
        if let found {
            let now = bench.clock.now
            _ = try await bench.database.write { try AlertStore(db: $0).resolve(id: found.id, by: "ana", now: now) }
        }
        bench.clock.advance(milliseconds: 50 * Self.hour)
        try await care.look()
        #expect(try await bench.alerts().allSatisfy { $0.cause != ReviewReminder.cause })
    }

    @Test("A failed run's alert closes by itself when a later run does the same task", arguments: [true, false])
    func doneOver(isSameTask: Bool) async throws {
        let bench = try await Bench(), care = try Self.care(bench)
        _ = try await bench.run([.broke(RunCause(.taskUnreadable, "No."))], task: "86a")
        bench.clock.advance(milliseconds: 1_000)
        _ = try await bench.run(
            Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .channelsSettled(problem: nil)],
            task: isSameTask ? "86a" : "86b")
        try await care.look()
        #expect(try await bench.alerts().isEmpty == isSameTask)
    }

    @Test("A person's name stays with what they closed, and a repeated cause opens anew")
    func byPerson() async throws {
        let bench = try await Bench(), doors = bench.clock.doors
        let desk = AlertDesk(database: bench.database, doors: doors)
        let alarm = SystemAlarm(parts: try bench.parts())
        #expect(try await alarm.raise("disk", subject: "data", "Full."))
        #expect(try await !alarm.raise("disk", subject: "data", "Fuller."))
        let alert = try #require(try await desk.list().first)
        #expect(alert.occurrences == 2 && alert.sentence == "Fuller.")
        #expect(try await desk.resolve(alert.id, by: "cli ana"))
        #expect(try await !desk.resolve(alert.id, by: "cli ben"))
        #expect(try await desk.list(isAll: true).map(\.resolvedBy) == ["cli ana"])
        #expect(try await alarm.raise("disk", subject: "data", "Full again."))
    }

    @Test("The digest comes once a day at its time, with what is open, who is waited for and what it cost")
    func digest() async throws {
        let bench = try await Bench(), care = try Self.care(bench, digestAt: "08:00")
        try await care.look()
        #expect(try await Self.notices(bench, "digest").isEmpty, "nothing has happened before the first look")
        _ = try await bench.run([.broke(RunCause(.noFiles, "Nothing was delivered."))])
        _ = try await bench.run([.foundIncomplete(RunCause(.missingFields, "gbp_url is empty."))])
        for _ in 0..<(3 * 48) {
            bench.clock.advance(milliseconds: Self.hour / 2)
            try await care.look()
        }
        let digests = try await Self.notices(bench, "digest")
        #expect(digests.count == 3)
        let first = try #require(digests.first?.sentence)
        #expect(first.contains("1 failed") && first.contains("1 run waits for information"), "\(first)")
        #expect(first.contains("Open alerts:") && first.contains("• Nothing was delivered."))
        #expect(!first.contains("Spent today") && !first.contains("for review"))
    }

    @Test("A day with nothing to tell has no digest; else it tells of reviews and of what the day may cost")
    func quietDay() async throws {
        let bench = try await Bench(), care = try Self.care(bench, digestAt: "08:00")
        func passDays(_ count: Int) async throws {
            for _ in 0..<(count * 48) {
                try await care.look()
                bench.clock.advance(milliseconds: Self.hour / 2)
            }
        }
        try await passDays(2)
        #expect(try await Self.notices(bench, "digest").isEmpty)
        _ = try await bench.run(
            Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)])
        let budget = BudgetBook(agency: ScopeBudget(limit: .usd(30)), catalog: bench.catalog), now = bench.clock.now
        let told = try await bench.database.read { try Digest.text($0, budget, now: now) }
        #expect(told?.contains("1 run waits for review.") == true, "\(told ?? "")")
        #expect(told?.contains("Spent today, UTC: $0.00 of $30.00.") == true, "\(told ?? "")")
        try await passDays(1)
        #expect(try await Self.notices(bench, "digest").count == 1)
    }
}
