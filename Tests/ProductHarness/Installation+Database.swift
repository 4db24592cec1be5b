import BureauStorage
import Foundation

extension Installation {
    /// One statement on the database of a server that may be running: from another process, as a person could.
    package func sql(_ text: String) async throws {
        let database = try SQLiteDatabase(path: databasePath)
        defer { try? database.close() }
        _ = try await database.write { try $0.execute(text, []) }
    }

    /// The first number that a query gives, in its column `n`.
    package func number(_ query: String) async throws -> Int64? {
        let database = try SQLiteDatabase(path: databasePath)
        defer { try? database.close() }
        return try await database.query(query).first?.integerIfAny("n")
    }

    /// What a query gives in its column `t`, row by row.
    package func texts(_ query: String) async throws -> [String] { try await Self.texts(query, at: databasePath) }

    /// The same of any database, such as the demo's.
    package static func texts(_ query: String, at path: String) async throws -> [String] {
        let database = try SQLiteDatabase(path: path)
        defer { try? database.close() }
        return try await database.query(query).map { try $0.text("t") }
    }

    package var databasePath: String { data.appending(path: "bureau.db").path }
}
