import Foundation
import GRDB

extension SQLiteDatabase {
    /// Copies the whole database, as it is at one moment, into a new file at `copy`. Readers and writers of this and of
    /// other processes go on meanwhile. The copy is one file without a log beside it, flushed to the disk.
    package func backup(to copy: String) throws {
        do {
            let target = try DatabaseQueue(path: copy)
            try pool.backup(to: target)
            try target.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            try target.close()
        } catch {
            throw error is DatabaseError ? StorageError(error, path: copy) : error
        }
    }

    /// As `closeWhole`, of a file that nobody else may have open, not even idle. Throws `.busy` when somebody has. This one
    /// must have read nothing: readers of its own are closed after the writer and would leave the log.
    package func closeAlone() throws {
        try closeWhole()
        // The last connection to close removes the log: one that is left belongs to somebody.
        guard !FileManager.default.fileExists(atPath: path + "-wal") else { throw StorageError.busy }
    }

    /// Moves everything committed into the file itself and closes it. Throws `.busy` when another is writing to it.
    package func closeWhole() throws {
        do {
            let busy = try pool.writeWithoutTransaction { db in
                try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? 1
            }
            guard busy == 0 else { throw StorageError.busy }
            try close()
        } catch {
            throw StorageError(error, path: path)
        }
        let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? NSNumber
        guard (log?.intValue ?? 0) == 0 else { throw StorageError.busy }
    }

    /// Rows that point to rows that are not there: "step.run_id" and the like.
    package func danglingReferences() async throws -> [String] {
        try await pool.read { db in
            try GRDB.Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(20).map { row in
                let (table, parent): (String, String) = (row["table"], row["parent"])
                return "a row of \(table) points to a row of \(parent) that is not there"
            }
        }
    }
}
