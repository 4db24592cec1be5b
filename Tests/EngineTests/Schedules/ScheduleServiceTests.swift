import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("Runs that start by schedule")
struct ScheduleServiceTests {
    static let hourly = ScheduleHouse.schedule(#""when": "hourly", "clients": "acme""#)

    @Test("A new schedule owes nothing of the past, starts when it is due, and starts once")
    func ordinary() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.hourly)
        try await house.add("acme")
        try await house.service.look()
        #expect(try await house.runCount() == 0)
        try house.clock.set("2026-11-21T08:00Z")
        for _ in 0..<3 { try await house.service.look() }
        #expect(try await house.slots() == ["acme 2026-11-21T08:00:00Z"])
        let run = try #require(
            try await RunDesk(database: house.database, doors: house.parts.doors).list(.init()).first)
        #expect(run.triggerSource == "cron")
        #expect(run.requestedBy == "schedule hourly")
        #expect(run.clientSlug == "acme")
    }

    static let policies: [(String, started: [String], skipped: Int)] = [
        ("run_last", ["acme 2026-11-21T11:00:00Z"], 3),
        (
            "run_all",
            [
                "acme 2026-11-21T08:00:00Z", "acme 2026-11-21T09:00:00Z", "acme 2026-11-21T10:00:00Z",
                "acme 2026-11-21T11:00:00Z",
            ], 0
        ),
        ("skip", [], 4),
    ]

    @Test("Over a downtime the policy decides, and what is skipped is written down", arguments: policies)
    func downtime(policy: String, started: [String], skipped: Int) async throws {
        let cron = ScheduleHouse.schedule(#""when": "hourly", "clients": "acme", "missed": "\#(policy)""#)
        let house = try await ScheduleHouse("2026-11-21T07:30Z", cron: cron)
        try await house.add("acme")
        try await house.service.look()
        try house.clock.set("2026-11-21T11:30Z")
        let restarted = try await house.again()
        for _ in 0..<2 { try await restarted.service.look() }
        #expect(try await restarted.slots() == started)
        #expect(try await restarted.slots("skipped").count == skipped)
        #expect(try await restarted.runCount() == Int64(started.count))
    }

    @Test(
        "What is too old to be looked at is written down once, with its number",
        arguments: ["run_last", "run_all", "skip"])
    func longDowntime(policy: String) async throws {
        let cron = ScheduleHouse.schedule(#""when": "hourly", "clients": "acme", "missed": "\#(policy)""#)
        let house = try await ScheduleHouse("2026-11-20T00:30Z", cron: cron)
        try await house.add("acme")
        try await house.service.look()
        try house.clock.set("2026-11-21T11:30Z")
        for _ in 0..<2 { try await house.service.look() }
        let slots = try await house.database.read { try ScheduleStore(db: $0).slots("auditor", "hourly", limit: 100) }
        #expect(slots.count == 25)
        let rest = try #require(slots.last)
        #expect(rest.verdict == .skipped && rest.reason.contains("it and 10 older times"), "\(rest.reason)")
    }

    @Test(
        "A named client that was missing is no alert any more once it is there or not named; the next time is told again"
    )
    func missingClient() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.hourly)
        func open() async throws -> Int64 {
            try await house.database.read { try AlertStore(db: $0).countOpen(cause: ScheduleAlert.cause) }
        }
        func told() async throws -> Int64? {
            try await house.database.engine.query("SELECT count(*) AS n FROM step WHERE kind = 'alert'", []).first?
                .integer("n")
        }
        try await house.service.look()
        try house.clock.set("2026-11-21T08:00Z")
        for _ in 0..<2 { try await house.service.look() }
        #expect(try await open() == 1)
        #expect(try await told() == 1)
        try await house.add("acme")
        try await house.service.look()
        #expect(try await open() == 0)
        try await house.edit(cron: ScheduleHouse.schedule(#""when": "hourly", "clients": ["acme", "gone"]"#))
        try await house.service.look()
        try house.clock.set("2026-11-21T09:00Z")
        try await house.service.look()
        #expect(try await open() == 1)
        #expect(try await told() == 2)
        try await house.edit(cron: Self.hourly)
        try await house.service.look()
        #expect(try await open() == 0)
    }

    @Test("Two processes on one database never start a slot twice")
    func twoProcesses() async throws {
        let cron = ScheduleHouse.schedule(#""when": "every minute", "clients": "all_ready", "missed": "run_all""#)
        let first = try await ScheduleHouse("2026-11-21T07:59Z", cron: cron)
        for slug in ["acme", "borealis", "cinder"] { try await first.add(slug) }
        try await first.service.look()
        let second = try await first.again()
        for minute in 0..<20 {
            try first.clock.set("2026-11-21T08:\(minute < 10 ? "0" : "")\(minute)Z")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for house in [first, second, first, second] { group.addTask { try await house.service.look() } }
                try await group.waitForAll()
            }
        }
        // Whoever came second and lost leaves nothing open.
        try await first.service.look()
        #expect(try await first.slots().count == 60)
        #expect(try await first.runCount() == 60)
    }

    @Test("A process that read before another decided writes nothing")
    func stale() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.hourly)
        try await house.add("acme")
        try await house.service.look()
        let seen = try #require(try await house.database.read { try ScheduleStore(db: $0).states() }.first)
        try house.clock.set("2026-11-21T08:00Z")
        try await house.service.look()
        let now = house.clock.now
        #expect(try await house.database.write { try ScheduleStore(db: $0).advance(seen, to: now) } == false)
        // And were it to try all the same, the row is the lock.
        let slot = ScheduleSlot(client: "acme", dueAt: now, verdict: .skipped, reason: "again", runID: nil)
        await #expect(throws: StorageError.self) {
            try await house.database.write {
                try ScheduleStore(db: $0).insert(slot, agent: "auditor", schedule: "hourly", now: now)
            }
        }
    }

    @Test("When the transaction fails nothing of it stays, and the next look starts the run")
    func atomic() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.hourly)
        try await house.add("acme")
        try await house.service.look()
        try house.clock.set("2026-11-21T08:00Z")
        _ = try await house.database.write {
            try $0.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON schedule_slot BEGIN SELECT raise(ABORT, 'broken'); END", [])
        }
        try await house.service.look()
        #expect(try await house.runCount() == 0)
        _ = try await house.database.write { try $0.execute("DROP TRIGGER broken", []) }
        try await house.service.look()
        #expect(try await house.slots() == ["acme 2026-11-21T08:00:00Z"])
        #expect(try await house.runCount() == 1)
    }

    @Test("The machine's clock going back repeats nothing")
    func clockBack() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.hourly)
        try await house.add("acme")
        for time in ["07:59", "08:00", "07:30", "08:00", "08:30", "09:00"] {
            try house.clock.set("2026-11-21T\(time)Z")
            try await house.service.look()
        }
        #expect(try await house.slots() == ["acme 2026-11-21T08:00:00Z", "acme 2026-11-21T09:00:00Z"])
    }

    @Test("Every client by its own clock, the others by the agency's")
    func clientZones() async throws {
        let cron = ScheduleHouse.schedule(#""when": "daily at 09:00", "zone": "client", "clients": "all_ready""#)
        let house = try await ScheduleHouse("2026-11-21T00:30Z", cron: cron)
        try await house.add("berlin", zone: "Europe/Berlin")
        try await house.add("columbus", zone: "America/New_York")
        try await house.add("nowhere")
        for hour in 0..<24 {
            try house.clock.set("2026-11-21T\(hour < 10 ? "0" : "")\(hour):40Z")
            try await house.service.look()
        }
        #expect(
            try await house.slots() == [
                "berlin 2026-11-21T08:00:00Z", "nowhere 2026-11-21T09:00:00Z", "columbus 2026-11-21T14:00:00Z",
            ])
    }

    @Test("all_ready leaves out archived clients and those without a required field; an unknown one is told of once")
    func targets() async throws {
        let cron = """
            [\(ScheduleHouse.schedule(#""name": "all", "when": "hourly", "clients": "all_ready""#)),
             \(ScheduleHouse.schedule(#""name": "some", "when": "hourly", "clients": ["acme", "ghost"]"#))]
            """
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: cron)
        try await house.add("acme")
        let bare = try #require(
            ClientRecord.load(Array(#"{"slug": "bare", "name": "Bare", "fields": {}}"#.utf8), fileName: "x").client)
        try await house.add("former")
        try await house.database.write { db in
            try ClientStore(db: db).save(bare, now: 0)
            try ClientStore(db: db).archive("former", by: "ana", now: 0)
        }
        for time in ["07:59", "08:00", "09:00"] {
            try house.clock.set("2026-11-21T\(time)Z")
            try await house.service.look()
        }
        let started = try await house.slots()
        #expect(started.count == 4)
        #expect(started.allSatisfy { $0.hasPrefix("acme ") })
        #expect(try await house.slots("skipped") == ["ghost 2026-11-21T08:00:00Z", "ghost 2026-11-21T09:00:00Z"])
        let alerts = try await house.database.read { try AlertStore(db: $0).open() }
        #expect(alerts.map(\.cause) == ["schedule_client"])
        #expect(alerts.first?.occurrences == 2)
    }

    @Test("all_ready finds more than 1,000 clients, a page at a time, and none that is archived")
    func manyTargets() async throws {
        let cron = ScheduleHouse.schedule(#""when": "hourly", "clients": "all_ready""#)
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: cron)
        var clients: [ClientRecord] = []
        for number in 1_000...2_001 {
            let text = #"{"slug": "c\#(number)", "name": "C", "fields": {"website_url": "https://example.com"}}"#
            clients.append(try #require(ClientRecord.load(Array(text.utf8), fileName: "x").client))
        }
        let saved = clients
        try await house.database.write { db in
            for client in saved { try ClientStore(db: db).save(client, now: 0) }
            try ClientStore(db: db).archive("c1700", by: "ana", now: 0)
        }
        let agent = try #require(house.parts.catalog.agent("auditor"))
        let schedule = try #require(agent.config.triggers.schedules.first)
        let targets = ScheduleTargets(
            agent: agent.config, schedule: schedule, agencyZone: house.parts.settings.agencyZone)
        let found = try await house.database.read { try targets.find($0) }
        #expect(found.map(\.slug) == saved.map(\.slug).filter { $0 != "c1700" })
    }

    @Test("A schedule that is edited, or was away, starts anew")
    func anew() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.hourly)
        try await house.add("acme")
        try await house.service.look()
        let named = #""name": "hourly", "clients": "acme""#
        try house.clock.set("2026-11-21T10:30Z")
        try await house.edit(cron: ScheduleHouse.schedule("\(named), \"when\": \"hourly at minute 20\""))
        try await house.service.look()
        #expect(try await house.slots() == [])
        try await house.edit(cron: #"{ "enabled": false }"#)
        try await house.service.look()
        try house.clock.set("2026-11-21T12:30Z")
        try await house.edit(cron: ScheduleHouse.schedule("\(named), \"when\": \"hourly at minute 20\""))
        for time in ["12:30", "13:00", "13:20"] {
            try house.clock.set("2026-11-21T\(time)Z")
            try await house.service.look()
        }
        #expect(try await house.slots() == ["acme 2026-11-21T13:20:00Z"])
    }

    @Test("The running service starts every hour of a simulated day, and no hour twice", .timeLimit(.minutes(10)))
    func simulatedDay() async throws {
        let house = try await ScheduleHouse("2026-11-21T00:30Z", cron: Self.hourly)
        try await house.add("acme")
        let (clock, end) = (house.clock, try StandingClock.read("2026-11-22T00:30Z"))
        let doors = Doors(
            now: { clock.now }, randomness: Doors.system.randomness, jitter: { 1 },
            sleep: {
                clock.advance($0)
                if clock.now > end { throw CancellationError() }
            })
        try await house.again(doors: doors).service.run()
        #expect(try await house.slots().count == 24)
        #expect(try await house.runCount() == 24)
    }
}
