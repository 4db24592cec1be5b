import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("What is written down of care nobody sees")
struct CareBookTests {
    @Test("A backup is read again, and remembered as verified")
    func backup() async throws {
        let bench = try await Bench(), engine = bench.database.engine
        _ = try await bench.run()
        let made = try await bench.backup()
        let kept = try #require(try await engine.read { try CareBook(db: $0).lastBackup() })
        #expect(
            kept == CareBook.Backup(at: bench.clock.now, path: made.folder.path, bytes: made.bytes, isVerified: true))
    }

    @Test("Runs taken from lost workers count for their day alone")
    func requeued() async throws {
        let bench = try await Bench(), now = bench.clock.now
        func add(_ count: Int, _ at: Int64) async throws -> Int64 {
            try await bench.database.write {
                try CareBook(db: $0).addRequeued(count, now: at)
                return try CareBook(db: $0).requeued(at)
            }
        }
        #expect(try await add(2, now) == 2)
        #expect(try await add(1, now) == 3)
        #expect(try await add(1, now + 86_400_000) == 1)
    }

    @Test("A check, its complaint and the sizes of folders come back as they were")
    func others() async throws {
        let bench = try await Bench()
        for complaint in [nil, "row 7 missing from index"] {
            let check = CareBook.Check(at: 5, complaint: complaint)
            let back = try await bench.database.write {
                try CareBook(db: $0).put(check)
                return try CareBook(db: $0).lastCheck()
            }
            #expect(back == check)
        }
        try Data(repeating: 1, count: 2_000).write(to: bench.logsFolder.appendingPathComponent("a.jsonl"))
        try await FolderSizes(parts: try bench.parts()).look()
        let sizes = try #require(try await bench.database.read { try CareBook(db: $0).lastSizes() })
        #expect(sizes == CareBook.Sizes(at: bench.clock.now, logBytes: 2_000, fileBytes: 0))
    }

    @Test("A lost worker's run is seen on System, and the watchdog's pass")
    func facts() async throws {
        let bench = try await Bench(), parts = try bench.parts()
        let run = try await bench.run(Bench.toRunning)
        _ = try #require(try await bench.claim("gone", run.id))
        bench.clock.advance(milliseconds: 600_000)
        let lock = try OwnerLock(folder: bench.ownersFolder, owner: "here")
        try await RunWatchdog(parts: parts, lock: lock).look()
        let facts = try await SystemDesk(parts: parts).look(today: 0)
        #expect(facts.requeuedToday == 1 && facts.leases == 0 && facts.watchdogAt == bench.clock.now)
        #expect(facts.refused.isEmpty && facts.lastSignal == nil && facts.backup == nil)
    }
}
