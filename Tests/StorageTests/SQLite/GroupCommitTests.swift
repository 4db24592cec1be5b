import BureauStorage
import Foundation
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    struct Refusal: Error, Hashable { let number: Int }

    @Test("Of many writers that wait at once, only the ones that throw are undone", arguments: [2, 40, 600])
    func oneThrows(writers: Int) async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        let refused = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<writers {
                group.addTask {
                    do {
                        let back = try await database.write { db in
                            try db.execute("INSERT INTO setting VALUES (?, 'x', 1)", ["s\(number)"])
                            if number % 7 == 1 { throw Refusal(number: number) }
                            return number
                        }
                        #expect(back == number)
                        return nil
                    } catch let refusal as Refusal {
                        return refusal.number
                    }
                }
            }
            return try await group.reduce(into: Set<Int>()) { if let number = $1 { $0.insert(number) } }
        }
        #expect(refused == Set((0..<writers).filter { $0 % 7 == 1 }))
        let kept = try await database.query("SELECT name FROM setting").map { try $0.text("name") }
        #expect(Set(kept) == Set((0..<writers).filter { $0 % 7 != 1 }.map { "s\($0)" }))
    }

    @Test("A write's result comes after its commit: a second connection sees the row at once")
    func afterCommit() async throws {
        let folder = try TemporaryFolder(), database = try folder.database(), other = try folder.database()
        for number in 0..<50 {
            try await database.put("s\(number)")
            #expect(try await other.count("setting") == Int64(number + 1))
            #expect(try await database.count("setting") == Int64(number + 1), "a reader of our own sees it too")
        }
    }

    @Test("Writers that wait while another is at work share one commit")
    func sharedCommit() async throws {
        let folder = try TemporaryFolder(), database = try folder.database(), other = try folder.database()
        let gate = Gate()
        let before = try await other.foreignChangeCount()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await database.hold(gate) }
            for number in 0..<100 {
                group.addTask { try await database.put("s\(number)") }
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await database.count("setting") == 100)
        #expect(try await other.foreignChangeCount() > before)
    }

    @Test("The writer flushes every commit: synchronous is FULL on the connection that writes")
    func synchronous() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        let row = try await database.write { db in try db.first("PRAGMA synchronous") }
        #expect(try row?.integer("synchronous") == 2)
        let mode = try await database.query("PRAGMA journal_mode").first?.text("journal_mode")
        #expect(mode == "wal")
    }

    @Test("A constraint that refuses one writer is told to that one alone")
    func constraint() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        try await database.run("INSERT INTO setting VALUES ('taken', 'x', 1)")
        let gate = Gate()
        async let first: Void = database.hold(gate)
        async let refused: Result<Void, StorageError> = outcome {
            try await database.run("INSERT INTO setting VALUES ('taken', 'y', 2)")
        }
        async let kept: Result<Void, StorageError> = outcome {
            try await database.run("INSERT INTO setting VALUES ('free', 'y', 2)")
        }
        gate.open()
        try await first
        guard case .failure(.refused(let rule)) = await refused else {
            Issue.record("the second row of one key was taken")
            return
        }
        #expect(rule.contains("setting.name"))
        #expect(!rule.contains("taken"), "an error never holds the values")
        _ = try await kept.get()
        #expect(try await database.count("setting") == 2)
    }

    @Test("A full disk undoes everything, says so to every writer, and hurts nothing once there is room again")
    func diskFull() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        try await database.run("INSERT INTO setting VALUES ('before', 'x', 1)")
        try await database.write { db in
            let pages = try db.first("PRAGMA page_count")?.integer("page_count") ?? 0
            _ = try db.query("PRAGMA max_page_count = \(pages + 1)")
        }
        let gate = Gate(), large = String(repeating: "a", count: 200_000)
        async let first: Void = database.hold(gate)
        let outcomes = await withTaskGroup(of: Result<Void, StorageError>.self) { group in
            for number in 0..<6 {
                group.addTask {
                    await outcome { try await database.put("n\(number)", number == 3 ? large : "small") }
                }
            }
            gate.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
        // Told the same when it shared the commit.
        _ = try? await first
        let full = outcomes.filter { if case .failure(.diskFull) = $0 { true } else { false } }
        let kept = outcomes.filter { if case .success = $0 { true } else { false } }
        #expect(full.count + kept.count == 6, "nobody is told anything else: \(outcomes)")
        #expect(!full.isEmpty)
        #expect(try await database.count("setting") == Int64(1 + kept.count), "what was refused left nothing behind")
        try await database.write { _ = try $0.query("PRAGMA max_page_count = 1000000") }
        try await database.run("INSERT INTO setting VALUES ('after', '\(large)', 1)")
        #expect(try await database.complaints().isEmpty)
    }

    private func outcome(_ body: () async throws -> Void) async -> Result<Void, StorageError> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error as? StorageError ?? .other("\(error)"))
        }
    }
}
