import BureauStorage
import Foundation
import Testing

@Suite("Rows")
struct RowTests {
    private static let values: [SQLValue] = [
        .null, .integer(.min), .integer(.max), .real(0.25), .text(""), .text("a\u{0301} 🐝 'quoted'"),
        .bytes(Data()), .bytes(Data([0, 255, 10])),
    ]

    @Test("A value comes back as it went in", arguments: values)
    func roundTrip(value: SQLValue) async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        #expect(try await database.query("SELECT ? AS v", [value]).first?.value("v") == value)
    }

    @Test("A column of another type is an error that names the column", arguments: ["missing", "t", "n", "z"])
    func wrongType(column: String) async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        let row = try #require(try await database.query("SELECT 't' AS t, 1.5 AS n, NULL AS z").first)
        let error = #expect(throws: StorageError.self) { try row.integer(column) }
        guard case .unreadable(column, _) = error else {
            Issue.record("told \(String(describing: error))")
            return
        }
    }

    @Test("Text with quotes and semicolons is a value, never a statement")
    func injection() async throws {
        let folder = try TemporaryFolder(), database = try folder.database()
        let hostile = "x'); DROP TABLE run; --"
        try await database.put(hostile)
        #expect(try await database.query("SELECT name FROM setting").first?.text("name") == hostile)
        #expect(try await database.count("run") == 0)
    }
}
