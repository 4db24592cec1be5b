import Foundation
import Testing

@testable import BureauStorage

@Suite("Schema and migration")
struct MigrationTests {
    private static let newest = Int64(Migrator.migrations.last?.number ?? 0)

    @Test("The migrations are numbered one after another, from one")
    func numbered() { #expect(Migrator.migrations.map(\.number) == Array(1...Int(Self.newest))) }

    @Test("An empty folder gets the newest schema, and opening it again changes nothing")
    func idempotent() async throws {
        let folder = try TemporaryFolder()
        let first = try folder.database()
        let made = try await schema(first)
        #expect(made.version == Self.newest)
        #expect(made.tables.contains { $0.contains("CREATE TABLE run ") })
        try await first.run("INSERT INTO setting VALUES ('kept', 'x', 1)")
        try first.close()
        let again = try folder.database()
        #expect(try await schema(again) == made)
        #expect(try await again.count("setting") == 1)
    }

    @Test("Two that open a new file at the same time both find the whole schema")
    func together() async throws {
        let folder = try TemporaryFolder()
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<4 {
                group.addTask { try await folder.database().query("SELECT count(*) AS n FROM run").first!.integer("n") }
            }
            for try await count in group { #expect(count == 0) }
        }
    }

    @Test("A database written by a newer bureau is refused untouched, with both numbers in the message")
    func tooNew() async throws {
        let folder = try TemporaryFolder()
        let database = try folder.database()
        try await database.write { _ = try $0.query("PRAGMA user_version = 4711") }
        try database.close()
        let error = #expect(throws: StorageError.self) { try folder.database() }
        #expect(error == .tooNew(found: 4711, known: Int(Self.newest)))
        #expect(error.map { "\($0)".contains("4711") } == true)
    }

    @Test("A file that is no database is called damaged")
    func noDatabase() throws {
        let folder = try TemporaryFolder()
        try Data(repeating: 65, count: 8_192).write(to: URL(fileURLWithPath: folder.databasePath))
        let error = #expect(throws: StorageError.self) { try folder.database() }
        guard case .damaged = error else {
            Issue.record("told \(String(describing: error))")
            return
        }
    }

    private static let impossible: [(String, String)] = [
        ("a run in a state nobody knows", Rows.run(2, ["state": "'flying'"])),
        ("a run that ended without a time", Rows.run(2, ["state": "'done'"])),
        ("a time of ending on a run that goes on", Rows.run(2, ["ended_at": "5"])),
        ("a failure without a sentence", Rows.run(2, ["state": "'failed'", "ended_at": "5"])),
        ("a running run without a session", Rows.run(2, ["state": "'running'"])),
        ("a lease without its end", Rows.run(2, ["lease_owner": "'w'"])),
        ("a second run of one change", Rows.run(2, ["dedupe_key": "'key-1'"])),
        ("a second run of one session", Rows.run(2, ["session_id": "'sesn_1'"])),
        ("a run under a config nobody stored", Rows.run(2, ["config_sha256": "'none'"])),
        ("a payload that is no JSON", Rows.run(2, ["payload": "'{'"])),
        ("negative money", Rows.run(2, ["spent_micro_usd": "-1"])),
        ("text where a number belongs", Rows.run(2, ["accepted_at": "'soon'"])),
        ("an id that is none", Rows.run(2, ["id": "'short'"])),
        ("a task tool without a task", Rows.run(2, ["task_tool": "'clickup'"])),
        ("a done step without a receipt", Rows.step(3, ["state": "'done'"])),
        ("a receipt on a step that is not done", Rows.step(3, ["receipt": "'{}'"])),
        ("a failed step without a reason", Rows.step(3, ["state": "'failed'"])),
        ("a delivery of no run", Rows.step(3, ["run_id": "NULL"])),
        ("a step of a run that is not there", Rows.step(3, ["run_id": "'\(Rows.id(99))'"])),
        ("a run that nothing known has started", Rows.run(2, ["trigger_source": "'telepathy'"])),
        ("a run delivered to a channel nobody knows", Rows.run(2, ["deliver_only": "'fax'"])),
        ("an ignored run without a sentence", Rows.run(2, ["state": "'ignored'", "ended_at": "5"])),
        ("a step for nothing", Rows.step(3, ["purpose": "'fun'"])),
        ("a step to a channel nobody knows", Rows.step(3, ["channel": "'fax'"])),
        ("a step in a state nobody knows", Rows.step(3, ["state": "'flying'"])),
        ("a signal from nowhere", Rows.signal(["source": "'radio'"])),
        ("a signal that started a run without naming it", Rows.signal(["verdict": "'run'"])),
        ("an ignored signal that names a run", Rows.signal(["run_id": "'\(Rows.id(1))'"])),
        ("a signal with two verdicts in one word", Rows.signal(["verdict": "'run,ignored'"])),
        ("a stored file without its hash", Rows.file(["sha256": "NULL"])),
        ("a file neither stored nor explained", Rows.file(["sha256": "NULL", "blob_key": "NULL"])),
    ]

    @Test("The schema refuses a wrong row", arguments: impossible)
    func refuses(_ what: String, statement: String) async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        try await database.run(Rows.config, Rows.run(1, ["session_id": "'sesn_1'"]))
        let error = await #expect(throws: StorageError.self) { try await database.run(statement) }
        guard case .refused = error else {
            Issue.record("\(what): told \(String(describing: error))")
            return
        }
    }

    /// For a list of more than two that is what SQLite does, in a condition of the table or of an index of its part.
    @Test(
        "Writing a row makes no table of a list to look its words up in",
        arguments: ["run", "step", "signal", "spend_entry", "run_event", "receipt"])
    func madeTables(_ table: String) async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        for statement in ["INSERT INTO \(table) DEFAULT VALUES", "UPDATE \(table) SET rowid = 2 WHERE rowid = 1"] {
            let steps = try await database.query("EXPLAIN " + statement).map { try $0.text("opcode") }
            #expect(steps.contains("Insert") && !steps.contains("OpenEphemeral"), "\(statement)")
        }
    }

    @Test("The rows those are made from are all taken")
    func takes() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        try await database.run(Rows.config, Rows.run(1), Rows.run(2), Rows.step(3), Rows.signal(), Rows.file())
        #expect(try await database.count("run") == 2)
    }

    private struct Schema: Equatable {
        var version: Int64
        var tables: [String]
    }

    private func schema(_ database: SQLiteDatabase) async throws -> Schema {
        let version = try await database.query("PRAGMA user_version").first?.integer("user_version") ?? -1
        let tables = try await database.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        return Schema(version: version, tables: try tables.map { try $0.text("sql") })
    }
}
