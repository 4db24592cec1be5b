import BureauStorage
import Foundation

extension Installation {
    /// One statement on the database of a server that may be running: from another process, as a person could.
    package func sql(_ text: String) async throws {
        try await Self.database(at: databasePath) { database in
            _ = try await database.write { try $0.execute(text, []) }
        }
    }

    /// The first number that a query gives, in its column `n`.
    package func number(_ query: String) async throws -> Int64? {
        try await Self.database(at: databasePath) { try await $0.query(query).first?.integerIfAny("n") }
    }

    /// What a query gives in its column `t`, row by row.
    package func texts(_ query: String) async throws -> [String] { try await Self.texts(query, at: databasePath) }

    /// The same of any database, such as the demo's.
    package static func texts(_ query: String, at path: String) async throws -> [String] {
        try await database(at: path) { try await $0.query(query).map { try $0.text("t") } }
    }

    /// Opens a database for as long as `body` takes. A server that recovers a dead one's log keeps everybody else away
    /// meanwhile: whoever is refused looks again.
    static func database<Value: Sendable>(
        at path: String, _ body: (SQLiteDatabase) async throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            do {
                let database = try SQLiteDatabase(path: path)
                defer { try? database.close() }
                return try await body(database)
            } catch StorageError.busy where ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    package var databasePath: String { data.appending(path: "bureau.db").path }
}
