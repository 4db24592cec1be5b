import BureauStorage
import Foundation
import Testing

/// The queries people were promised, typed into the `sqlite3` shell while the server has the file open.
@Suite("History in the sqlite3 shell", .enabled(if: isInstalled("sqlite3")))
struct HistoryQueryTests {
    private static let queries: [(String, String)] = [
        (
            "SELECT session_id, status, total_cost, error FROM runs WHERE agent='sentinel' ORDER BY started_at DESC",
            "sesn_2|failed|1.25|It broke.\nsesn_1|done|0.5|\n"
        ),
        ("SELECT count(*) FROM runs WHERE agent='sentinel'", "2\n"),
        ("SELECT key, session_id FROM idempotency_keys ORDER BY created_at", "key-1|sesn_1\nkey-2|sesn_2\n"),
        (
            "SELECT session_id, channel, status, response FROM delivery_attempts ORDER BY attempted_at",
            "sesn_1|slack|success|{\"id\":\"C1/1.0\"}\nsesn_1|clickup|failed|no such task\n"
        ),
    ]

    @Test("A promised query gives the rows it was promised to give", arguments: queries)
    func query(sql: String, expected: String) async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        try await database.run(
            Rows.config,
            Rows.run(
                1,
                [
                    "state": "'done'", "session_id": "'sesn_1'", "started_at": "100", "ended_at": "200",
                    "spent_micro_usd": "500000",
                ]),
            Rows.run(
                2,
                [
                    "state": "'failed'", "session_id": "'sesn_2'", "started_at": "300", "ended_at": "400",
                    "spent_micro_usd": "1250000", "cause_sentence": "'It broke.'",
                ]),
            Rows.step(3, ["state": "'done'", "receipt": #"'{"id":"C1/1.0"}'"#, "settled_at": "10"]),
            Rows.step(
                4, ["channel": "'clickup'", "state": "'failed'", "error": "'no such task'", "settled_at": "20"]))
        #expect(try shell("sqlite3", [folder.databasePath, sql]) == expected)
    }

    @Test("Every column the documents name is there, and the star works")
    func star() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        try await database.run(Rows.config, Rows.run(1))
        let text = try shell(
            "sqlite3",
            ["-header", folder.databasePath, "SELECT * FROM runs WHERE agent='sentinel' ORDER BY started_at DESC"])
        let columns = Set(text.split(separator: "\n")[0].split(separator: "|").map(String.init))
        let promised: Set = [
            "session_id", "agent", "trigger_source", "payload_hash", "started_at", "ended_at", "status", "total_cost",
            "error",
        ]
        #expect(promised.subtracting(columns).isEmpty)
    }
}
