import CSQLite
import Foundation
import GRDB
import Synchronization

/// The embedded engine: one file, write-ahead log, every commit flushed (synchronous=FULL), group commit.
package final class SQLiteDatabase: Database {
    let pool: DatabasePool
    private let writer: GroupWriter
    /// For `lookUp`: a connection of its own. Whoever waits for it waits for a look of another thread, never for a task
    /// that may need this very thread to give a reader of the pool back.
    private let desk: DatabaseQueue
    package let path: String

    /// Once a process, before its first connection: the count is kept under one lock that every allocation of every
    /// connection takes, and nobody reads it.
    private static let countsNoMemory = csqlite_count_no_memory() == 0

    /// `folded(text)`: what names are compared by. SQLite's own lower() knows the letters of ASCII alone.
    private static let folded = DatabaseFunction("folded", argumentCount: 1, pure: true) { values in
        String.fromDatabaseValue(values[0])?.lowercased().precomposedStringWithCanonicalMapping
    }

    /// `plain(text)`: its letters and digits alone, folded. What clients are found by where people type them.
    private static let plain = DatabaseFunction("plain", argumentCount: 1, pure: true) { values in
        guard let text = String.fromDatabaseValue(values[0]) else { return nil }
        let folded: String = text.lowercased().precomposedStringWithCanonicalMapping
        return String(folded.filter { $0.isLetter || $0.isNumber })
    }

    /// Opens or creates the file and brings its schema up to date. The folder must exist.
    package init(path: String, busyTimeoutSeconds: Double = 10) throws {
        self.path = path
        _ = Self.countsNoMemory
        do {
            var configuration = Self.configuration(busyTimeoutSeconds, cacheKiB: 8_000)
            pool = try DatabasePool(path: path, configuration: configuration)
            // The pool sets NORMAL on its writer after prepareDatabase; NORMAL may lose the last commits at a power cut.
            // A checkpoint costs two more flushes: a longer log (16 MiB) has fewer of them.
            try pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
            }
            writer = GroupWriter(pool)
            try pool.writeWithoutTransaction { db in try Migrator.bringUpToDate(db) }
            configuration = Self.configuration(busyTimeoutSeconds, cacheKiB: 2_000)
            configuration.readonly = true
            desk = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw StorageError(error, path: path)
        }
    }

    private static func configuration(_ busyTimeoutSeconds: Double, cacheKiB: Int) -> Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            db.add(function: SQLiteDatabase.folded)
            db.add(function: SQLiteDatabase.plain)
            try db.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -\(cacheKiB)")
        }
        return configuration
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.read { db in try body(SQLiteConnection(db: db)) }
        } catch {
            throw translated(error)
        }
    }

    package func lookUp<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        do {
            try Task.checkCancellation()
            return try desk.readHere { db in try body(SQLiteConnection(db: db)) }
        } catch {
            throw translated(error)
        }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        let box = ResultBox<Value>()
        do {
            try await writer.write { db in
                box.value.withLock { $0 = nil }
                try box.set(body(SQLiteConnection(db: db)))
            }
        } catch {
            throw translated(error)
        }
        guard let value = box.value.withLock({ $0 }) else { throw StorageError.other("a write gave no result") }
        return value
    }

    package func foreignChangeCount() async throws -> Int64 {
        // data_version is per connection, so it must always be asked of the same one: the writer. It moves when
        // another connection, of this or another process, has committed; our own writes do not move it.
        try await pool.writeWithoutTransactionAsync { db in
            try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0
        }
    }

    /// Waits for running writes and closes the file. Later calls fail.
    package func close() throws {
        try desk.close()
        try pool.close()
    }

    /// The schema's number in the file, and the newest this program knows.
    package func schema() async throws -> (found: Int, known: Int) {
        let found = try await pool.read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
        return (found, Migrator.migrations.last?.number ?? 0)
    }

    /// SQLite's own check of the whole file. Returns its complaints; empty when all is well.
    package func complaints() async throws -> [String] {
        try await pool.read { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check(10)").filter { $0 != "ok" }
        }
    }

    /// Errors of the engine become ours; errors of the caller's body pass through.
    func translated(_ error: any Error) -> any Error {
        error is DatabaseError ? StorageError(error, path: path) : error
    }
}

/// Carries a body's result past the commit.
private final class ResultBox<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
    func set(_ new: Value) { value.withLock { $0 = new } }
}

extension DatabaseQueue {
    /// On the caller's thread: handing a look of some microseconds to another thread and back costs more than the look.
    fileprivate func readHere<Value>(_ body: (GRDB.Database) throws -> Value) throws -> Value { try read(body) }
}

extension DatabasePool {
    fileprivate func writeWithoutTransactionAsync<Value: Sendable>(
        _ body: @escaping @Sendable (GRDB.Database) throws -> Value
    ) async throws -> Value {
        try await writeWithoutTransaction(body)
    }
}

extension StorageError {
    init(_ error: any Error, path: String) {
        if let known = error as? StorageError {
            self = known
            return
        }
        guard let failure = error as? DatabaseError else {
            self = .other(String(describing: error))
            return
        }
        let message = failure.message ?? failure.resultCode.description
        self =
            switch failure.resultCode {
            case .SQLITE_CONSTRAINT: .refused(message)
            case .SQLITE_FULL: .diskFull(path: path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(message)
            default: .other("\(message) (\(path))")
            }
    }
}
