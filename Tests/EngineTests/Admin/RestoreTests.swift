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

    @Test("A backup into a folder where another is being made is refused, and what that has copied stays")
    func underWay() async throws {
        let bench = try await Bench(), backups = bench.folder.appendingPathComponent("backups")
        let part = backups.appendingPathComponent("bureau-20261121T000000Z.part")
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        var lock: BackupLock? = try BackupLock.take(backups)
        await #expect(throws: BackupUnderWay.self) { try await bench.backup() }
        #expect(FileManager.default.fileExists(atPath: part.path))
        withExtendedLifetime(lock) {}
        lock = nil
        let made = try await bench.backup()
        #expect(try FileManager.default.contentsOfDirectory(atPath: backups.path) == [made.folder.lastPathComponent])
    }

    @Test("A backup that lost a file while it was made gets no name, and one without its database is no whole one")
    func lost() async throws {
        let bench = try await Bench(), backups = bench.folder.appendingPathComponent("backups")
        let part = backups.appendingPathComponent("bureau-x.part"), whole = backups.appendingPathComponent("bureau-x")
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: part.appendingPathComponent(BackupWriter.factsFile))
        #expect(throws: FolderManifest.Complaint.self) {
            try BackupWriter.seal(part, [BackupWriter.databaseFile, BackupWriter.factsFile], as: whole)
        }
        #expect(!FileManager.default.fileExists(atPath: whole.path))
        _ = try BackupWriter.seal(part, [BackupWriter.factsFile], as: whole)
        #expect(try BackupWriter.backups(in: backups).isEmpty)
    }

    @Test("A run's file audit.md.part stays when audit.md beside it is put back")
    func partBeside() async throws {
        let bench = try await Bench()
        _ = try await bench.run()
        let made = try await bench.backup()
        let data = bench.folder.appendingPathComponent("data")
        let (stored, there) = (
            made.folder.appendingPathComponent("blobs/runs/r1"), data.appendingPathComponent("blobs/runs/r1")
        )
        try Durable.makeFolder(stored)
        try Durable.makeFolder(there)
        try Data("whole".utf8).write(to: stored.appendingPathComponent("audit.md"))
        try Data("its own".utf8).write(to: there.appendingPathComponent("audit.md.part"))
        try FolderManifest.write(made.folder)
        let restore = Restore(
            backup: try await BackupReader(made.folder), databasePath: data.appendingPathComponent("bureau.db"),
            dataFolder: data, sessionLogs: data.appendingPathComponent("sessions"), doors: bench.clock.doors)
        _ = try await restore.run()
        let names = try FileManager.default.contentsOfDirectory(atPath: there.path).sorted()
        #expect(names == ["audit.md", "audit.md.part"])
        for (name, text) in [("audit.md", "whole"), ("audit.md.part", "its own")] {
            let kept = FileManager.default.contents(atPath: there.appendingPathComponent(name).path)
            #expect(kept == Data(text.utf8), "\(name)")
        }
    }
}
