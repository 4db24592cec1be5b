import BureauStorage
import Foundation
import Testing

@Suite("Two that share one file")
struct SharingTests {
    @Test("The count of foreign changes moves for another connection's commit and not for our own")
    func foreign() async throws {
        let folder = try TemporaryFolder(), ours = try folder.database(), theirs = try folder.database()
        let start = try await ours.foreignChangeCount()
        try await ours.run("INSERT INTO setting VALUES ('ours', 'x', 1)")
        #expect(try await ours.foreignChangeCount() == start)
        try await theirs.run("INSERT INTO setting VALUES ('theirs', 'x', 1)")
        #expect(try await ours.foreignChangeCount() != start)
        #expect(try await ours.count("setting") == 2)
    }

    @Test("Two pools that write side by side lose nothing")
    func sideBySide() async throws {
        let folder = try TemporaryFolder(), pools = [try folder.database(), try folder.database()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { try await pools[number % 2].put("s\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(try await pools[0].count("setting") == 200)
    }

    @Test("A row that another process wrote is there", .enabled(if: isInstalled("sqlite3")))
    func otherProcess() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        let before = try await database.foreignChangeCount()
        try shell("sqlite3", [folder.databasePath, "INSERT INTO setting VALUES ('shell', 'x', 1)"])
        #expect(try await database.count("setting") == 1)
        #expect(try await database.foreignChangeCount() != before)
    }

    @Test("A file that another keeps locked for longer than we wait is called busy")
    func busy() async throws {
        let folder = try TemporaryFolder()
        let holder = try folder.database(), waiter = try folder.database(busyTimeoutSeconds: 0.05)
        let gate = Gate(), holding = AsyncStream<Void>.makeStream()
        async let held: Void = holder.write { db in
            try db.execute("INSERT INTO setting VALUES ('held', 'x', 1)", [])
            holding.continuation.yield()
            gate.waitBlocking()
        }
        _ = await holding.stream.first { _ in true }
        let error = await #expect(throws: StorageError.self) {
            try await waiter.run("INSERT INTO setting VALUES ('late', 'x', 1)")
        }
        #expect(error == .busy)
        gate.open()
        try await held
        try await waiter.run("INSERT INTO setting VALUES ('late', 'x', 1)")
    }

    @Test("A file that another has open, if only idle, is not taken for one that nobody uses")
    func idle() async throws {
        let folder = try TemporaryFolder(), theirs = try folder.database()
        try await theirs.run("INSERT INTO setting VALUES ('theirs', 'x', 1)")
        let ours = try folder.database()
        #expect(throws: StorageError.busy) { try ours.closeAlone() }
        #expect(try await theirs.count("setting") == 1)
        try theirs.close()
        try folder.database().closeAlone()
        #expect(!FileManager.default.fileExists(atPath: folder.databasePath + "-wal"))
    }

    @Test("A reader sees one state from beginning to end, whatever is committed meanwhile")
    func snapshot() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        let gate = Gate(), reading = AsyncStream<Void>.makeStream()
        async let counts: [Int64] = database.read { db in
            let first = try db.first("SELECT count(*) AS n FROM setting")?.integer("n") ?? -1
            reading.continuation.yield()
            gate.waitBlocking()
            return [first, try db.first("SELECT count(*) AS n FROM setting")?.integer("n") ?? -1]
        }
        _ = await reading.stream.first { _ in true }
        try await database.run("INSERT INTO setting VALUES ('meanwhile', 'x', 1)")
        gate.open()
        #expect(try await counts == [0, 0])
    }

    @Test("A reader cannot write")
    func readOnly() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        await #expect(throws: StorageError.self) {
            _ = try await database.read { db in try db.execute("INSERT INTO setting VALUES ('r', 'x', 1)", []) }
        }
        #expect(try await database.count("setting") == 0)
    }
}
