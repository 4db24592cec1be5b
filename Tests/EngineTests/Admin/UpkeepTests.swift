import BureauDomain
import Foundation
import Testing

@testable import BureauEngine

@Suite("Upkeep")
struct UpkeepTests {
    private func upkeep(_ bench: Bench, _ change: (inout EngineSettings) -> Void) throws -> Upkeep {
        Upkeep(parts: try bench.parts(Connections(), change), wake: WakeSignal(doors: bench.clock.doors))
    }

    private func spend(_ bench: Bench, _ micro: Int64) async throws {
        let run = try await bench.run()
        let hand = try #require(try await bench.claim("w", run.id))
        let now = bench.clock.now
        try await bench.database.write { db in
            _ = try RunStore(db: db).setProgress(
                hand.lease,
                RunProgress(
                    spentMicroUSD: micro, spentMethod: "list_cost", eventsCount: 0, lastEvent: nil, budgetWarned: false)
            )
            try SpendLedger(db: db).settle(run, total: MicroUSD(rawValue: micro), now: now)
        }
    }

    @Test("A day that costs more than its limit is told once, the next day by itself")
    func dailyCost() async throws {
        let bench = try await Bench()
        let upkeep = try upkeep(bench) {
            $0.dailyCostAlert = MicroUSD(rawValue: 1_000_000)
            $0.diskAlertPercent = 101
        }
        try await spend(bench, 900_000)
        try await upkeep.look()
        #expect(try await bench.alerts().isEmpty)
        try await spend(bench, 200_000)
        try await upkeep.look()
        try await upkeep.look()
        #expect(try await bench.alerts().map(\.subject) == ["2026-11-20"])
        #expect(try await notices(bench) == 1)
        bench.clock.advance(milliseconds: 24 * 3_600_000)
        try await upkeep.look()
        #expect(try await notices(bench) == 1, "a new day begins at nothing")
        try await spend(bench, 2_000_000)
        try await upkeep.look()
        #expect(try await notices(bench) == 2)
        for alert in try await bench.alerts() {
            _ = try await bench.database.write { try AlertStore(db: $0).resolve(id: alert.id, by: "ana", now: 0) }
        }
        try await upkeep.look()
        #expect(try await notices(bench) == 2, "what a person closed is not told again that day")
    }

    @Test("What a run of yesterday spends after midnight counts in the day it was given its money, and is told")
    func overMidnight() async throws {
        let bench = try await Bench()
        let upkeep = try upkeep(bench) {
            $0.dailyCostAlert = MicroUSD(rawValue: 1_000_000)
            $0.diskAlertPercent = 101
        }
        let run = try await bench.run()
        try await bench.database.write { try SpendLedger(db: $0).open(run, amount: .usd(5), now: bench.clock.now) }
        bench.clock.advance(milliseconds: 16 * 3_600_000)
        try await upkeep.look()
        #expect(try await bench.alerts().isEmpty)
        let now = bench.clock.now
        try await bench.database.write { _ = try SpendLedger(db: $0).settle(run, total: .usd(2), now: now) }
        try await upkeep.look()
        #expect(try await bench.alerts().map(\.subject) == ["2026-11-20"])
    }

    @Test("What is said of runs whose model has no price is said of the day's own")
    func unpriced() async throws {
        let bench = try await Bench()
        let upkeep = try upkeep(bench) {
            $0.dailyCostAlert = MicroUSD(rawValue: 1_000_000)
            $0.diskAlertPercent = 101
        }
        for _ in 0..<2 {
            for _ in 0..<2 {
                let run = try await bench.run(), doors = bench.clock.doors
                try await bench.database.write { db in
                    try SpendLedger(db: db).open(run, amount: .usd(5), now: doors.now())
                    try NoticeWriter(db: db, doors: doors).alert(
                        RunCause(.internalError, "There is no price."), run, kind: .problem, code: CostMeter.noPrice)
                }
            }
            bench.clock.advance(milliseconds: 24 * 3_600_000)
        }
        try await spend(bench, 2_000_000)
        try await upkeep.look()
        let third = try #require(try await bench.alerts().first { $0.subject == "2026-11-22" })
        #expect(!third.sentence.contains("without a price"), "\(third.sentence)")
        let now = bench.clock.now - 24 * 3_600_000
        let run = try await bench.run()
        try await bench.database.write { db in
            try SpendLedger(db: db).open(run, amount: .usd(5), now: now)
            _ = try SpendLedger(db: db).settle(run, total: .usd(2), now: now)
        }
        try await upkeep.look()
        let second = try #require(try await bench.alerts().first { $0.subject == "2026-11-21" })
        #expect(second.sentence.contains("What 2 runs of a model without a price cost"), "\(second.sentence)")
    }

    @Test("Old signals that made no run lose their bytes, and keep hash and verdict; the others keep everything")
    func signals() async throws {
        let bench = try await Bench(), run = try await bench.run()
        let old = bench.clock.now - 100 * 86_400_000
        let kinds: [(String, Int64, Bool)] = [
            ("ignored", old, false), ("duplicate", old, false), ("run", old, true), ("parked", old, true),
            ("ignored", bench.clock.now, true),
        ]
        var ids: [String] = []
        for (number, (verdict, at, _)) in kinds.enumerated() {
            let id = ULID.make(milliseconds: at, randomness: (UInt64(number), 0))
            ids.append(id)
            try await bench.database.write { db in
                _ = try db.execute(
                    """
                    INSERT INTO signal (id, received_at, source, agent, remote_address, body, body_bytes, body_sha256, verdict,
                        reason, run_id) VALUES (?, ?, 'clickup', 'sentinel', '::1', ?, 2, 'hash', ?, 'why', ?)
                    """,
                    [id, at, Data("{}".utf8), verdict, ["run", "duplicate"].contains(verdict) ? run.id : nil])
            }
        }
        for _ in 0..<2 {
            try await upkeep(bench) { $0.diskAlertPercent = 101 }.look()
            bench.clock.advance(milliseconds: Upkeep.dailyMilliseconds)
        }
        let rows = try await bench.database.engine.query("SELECT id, length(body) AS n, body_sha256 FROM signal", [])
        for row in rows {
            let number = try #require(ids.firstIndex(of: try row.text("id")))
            #expect(try row.integer("n") == (kinds[number].2 ? 2 : 0), "\(kinds[number])")
            #expect(try row.text("body_sha256") == "hash")
        }
    }

    @Test("A disk that is full is told once, and again after it was well in between")
    func disk() async throws {
        let bench = try await Bench()
        let full = try upkeep(bench) { $0.diskAlertPercent = 0 }, well = try upkeep(bench) { $0.diskAlertPercent = 101 }
        try await full.checkDisks()
        let disks = try await bench.alerts().count
        #expect(try await bench.alerts().contains { $0.subject == "DATA_DIR" })
        try await full.checkDisks()
        #expect(try await notices(bench) == Int64(disks))
        try await well.checkDisks()
        #expect(try await bench.alerts().isEmpty)
        try await full.checkDisks()
        #expect(try await notices(bench) == Int64(2 * disks))
    }

    @Test("What was said of a disk stands while the disk cannot be read, and closes under whatever name it is read")
    func unreadable() async throws {
        let bench = try await Bench(), upkeep = try upkeep(bench) { $0.diskAlertPercent = 90 }
        func disk(_ names: [String], used: UInt) -> UsedDisk {
            let facts = DiskFacts(blocks: 100, free: 100 - used, ours: 100 - used, blockBytes: 1)
            return UsedDisk(names: names, facts: facts)
        }
        func look(_ disks: [UsedDisk]) async throws -> [String] {
            try await upkeep.check(disks)
            return try await bench.alerts().map(\.subject).sorted()
        }
        try await SystemAlarm(parts: try bench.parts()).raise("disk", subject: "data folder", "It is full.")
        #expect(try await look([disk(["DATA_DIR"], used: 10), disk(["BUILD_DIR"], used: 95)]) == ["BUILD_DIR"])
        #expect(try await look([disk(["DATA_DIR"], used: 10)]) == ["BUILD_DIR"], "nobody knows")
        #expect(try await look([disk(["DATA_DIR", "BUILD_DIR"], used: 10)]) == [], "it lies on another disk now")
    }

    @Test("The disks are looked at every hour, also after a restart and by a clock that was put back")
    func hourly() async throws {
        let bench = try await Bench()
        for (minutes, occurrences) in [(0, 1), (30, 1), (30, 2), (60, 3), (-24 * 60, 4), (30, 4), (30, 5)] {
            bench.clock.advance(milliseconds: Int64(minutes) * 60_000)
            try await upkeep(bench) { $0.diskAlertPercent = 0 }.look()
            let alert = try #require(try await bench.alerts().first { $0.subject == "DATA_DIR" })
            #expect(alert.occurrences == Int64(occurrences))
        }
    }

    @Test("Logs are removed after their days, and nothing else is")
    func logs() async throws {
        let bench = try await Bench()
        let day = 86_400.0, now = Double(bench.clock.now) / 1_000
        for (name, age) in [("old.jsonl", 91.0), ("young.jsonl", 89.0), ("old.txt", 400.0)] {
            let file = bench.logsFolder.appendingPathComponent(name)
            try Data().write(to: file)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: now - age * day)], ofItemAtPath: file.path)
        }
        try await upkeep(bench) { $0.diskAlertPercent = 101 }.look()
        let left = try FileManager.default.contentsOfDirectory(atPath: bench.logsFolder.path).sorted()
        #expect(left == ["old.txt", "young.jsonl"])
    }

    @Test("The thorough look happens once a day, also after a restart")
    func onceADay() async throws {
        let bench = try await Bench()
        for (hours, isThorough) in [(0, true), (1, false), (22, false), (1, true)] {
            bench.clock.advance(milliseconds: Int64(hours) * 3_600_000)
            try await upkeep(bench) { $0.diskAlertPercent = 101 }.look()
            let last = try await bench.database.query(
                "SELECT updated_at FROM setting WHERE name = 'last_daily_database'"
            ).first?.integer("updated_at")
            #expect((last == bench.clock.now) == isThorough)
        }
    }

    private static let broken: [(table: String, done: [String])] = [
        ("run_text", ["database", "logs", "sessions", "signals"]), ("asana_hook", ["database", "logs", "sessions"]),
    ]

    @Test("A chore that keeps failing keeps no other from being done, and none is done twice for it", arguments: broken)
    func failing(table: String, done: [String]) async throws {
        let bench = try await Bench(), first = bench.clock.now
        let upkeep = try upkeep(bench) { $0.diskAlertPercent = 0 }
        _ = try await bench.database.engine.write { try $0.execute("DROP TABLE \(table)", []) }
        for _ in 0..<2 {
            try await upkeep.look()
            bench.clock.advance(milliseconds: 60_000)
        }
        #expect(try await bench.alerts().contains { $0.subject == "DATA_DIR" })
        let daily = try await bench.database.query(
            "SELECT name, updated_at FROM setting WHERE name LIKE 'last_daily_%' ORDER BY name")
        #expect(try daily.map { try $0.text("name") } == done.map { "last_daily_\($0)" })
        #expect(try daily.allSatisfy { try $0.integer("updated_at") == first }, "each was done once")
    }

    @Test("While ClickUp does not say who we are it is asked again; once it has, no more")
    func ownUser() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            let upkeep = Upkeep(
                parts: try bench.parts(standIns.connections), wake: WakeSignal(doors: bench.clock.doors))
            func kept() async throws -> String? {
                try await bench.database.query("SELECT value FROM setting WHERE name = 'clickup_user_id'").first?
                    .text("value")
            }
            try standIns.fault("clickup", "user", times: 2, .status(401))
            var known: Set<String> = [], answers: [Bool] = []
            for _ in 0..<4 { answers.append(await upkeep.learnOwnUsers(&known)) }
            #expect(answers == [false, false, true, true])
            #expect(try await kept() != nil)
            #expect(standIns.sandbox.log.entries.count { $0.operation == "user" } == 3)
        }
    }

    @Test("Asana is asked who we are at every start: a token may have become another user's")
    func ownUserOfAsana() async throws {
        let house = try await AsanaHouse()
        let upkeep = Upkeep(parts: house.parts, wake: WakeSignal(doors: house.bench.clock.doors))
        var known: Set<String> = []
        func own() async throws -> String? {
            #expect(await upkeep.learnOwnUsers(&known))
            return try await house.parts.database.read { try AsanaEcho.ownUser($0, account: nil) }
        }
        #expect(try await own() == "10")
        house.asana.state.withLock { $0.user = "20" }
        #expect(try await own() == "10", "it knows")
        known = []
        #expect(try await own() == "20")
    }

    private func notices(_ bench: Bench) async throws -> Int64 {
        try await bench.database.engine.query("SELECT count(*) AS n FROM step WHERE purpose = 'notice'").first?.integer(
            "n")
            ?? -1
    }
}
