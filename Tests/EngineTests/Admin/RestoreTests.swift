import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("A backup that is put back")
struct RestoreTests {
    @Test("Two restores within one second each keep the database of before")
    func withinASecond() async throws {
        let bench = try await Bench()
        _ = try await bench.run()
        let made = try await bench.backup()
        let data = bench.folder.appendingPathComponent("data")
        let restore = Restore(
            backup: try await BackupReader(made.folder), databasePath: data.appendingPathComponent("bureau.db"),
            dataFolder: data, sessionLogs: data.appendingPathComponent("sessions"), doors: bench.clock.doors)
        // There is nothing to keep the first time, and the clock stands.
        #expect(try await restore.run().aside == nil)
        var kept = Set<String>()
        for _ in 1...2 {
            let aside = try #require(try await restore.run().aside)
            #expect(FileManager.default.fileExists(atPath: aside.appendingPathComponent("bureau.db").path))
            kept.insert(aside.lastPathComponent)
        }
        let stem = "before-restore-" + BackupWriter.stamp(bench.clock.now)
        #expect(kept.count == 2 && kept.allSatisfy { $0.hasPrefix(stem) }, "\(kept)")
    }
}
