import BureauStorage
package import Foundation

/// Puts a backup back. One rename, of the database file, is the moment it takes effect: everything before it only adds
/// files, so a restore that fails or is killed leaves the state as it was.
package struct Restore: Sendable {
    let backup: BackupReader
    let databasePath: URL
    let dataFolder: URL
    let sessionLogs: URL
    let doors: Doors

    package init(
        backup: BackupReader, databasePath: URL, dataFolder: URL, sessionLogs: URL, doors: Doors
    ) {
        self.backup = backup
        self.databasePath = databasePath
        self.dataFolder = dataFolder
        self.sessionLogs = sessionLogs
        self.doors = doors
    }

    package struct Done: Sendable {
        /// Where the database of before lies; nil when there was none.
        package let aside: URL?
        package let runs: Int64
    }

    /// When the data folder knows of newer things than the backup does: the newest of them.
    package func newerFact() async throws -> Int64? {
        guard FileManager.default.fileExists(atPath: databasePath.path) else { return nil }
        let current = try SQLiteDatabase(path: databasePath.path)
        let newest = try await current.read { try NewestFact(db: $0).at() }
        try current.close()
        return newest > backup.newestAt ? newest : nil
    }

    package func run() async throws -> Done {
        let staged = databasePath.deletingLastPathComponent().appendingPathComponent("restore.db")
        Self.clear(staged)
        do {
            try Durable.makeFolder(databasePath.deletingLastPathComponent())
            try Durable.copy(backup.database, to: staged)
            try await mark(staged)
            try addFiles(backup.blobs, to: dataFolder.appendingPathComponent("blobs"))
            try addFiles(backup.logs, to: sessionLogs)
            let aside = try keepAside()
            let key = dataFolder.appendingPathComponent(SealingKey.fileName)
            if let kept = backup.sealingKey, !FileManager.default.fileExists(atPath: key.path) {
                try Durable.copy(kept, to: key)
            }
            // Whoever has opened the old file since would lose what it writes, and its log would be read as the new one's.
            let log = databasePath.path + "-wal"
            guard !FileManager.default.fileExists(atPath: log) else { throw StorageError.busy }
            try Durable.replace(databasePath, with: staged)
            return Done(aside: aside, runs: backup.runs)
        } catch {
            Self.clear(staged)
            throw error
        }
    }

    /// With its log: what a killed restore has left there would be read as changes to the next copy.
    private static func clear(_ staged: URL) {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: staged.path + suffix) }
    }

    /// Checks the copy and writes into it that it is an old one: whatever was open may have been written since.
    private func mark(_ staged: URL) async throws {
        let database = try SQLiteDatabase(path: staged.path)
        if let first = try await database.complaints().first { throw StorageError.damaged(first) }
        let (now, madeAt) = (doors.now(), backup.madeAt)
        try await database.write { db in
            let settings = SettingStore(db: db)
            try settings.put(RestoreMark.restoredAt, String(now), now: now)
            try settings.put(RestoreMark.forgottenFrom, String(madeAt), now: now)
            try db.execute(
                "UPDATE step SET lease_owner = NULL, lease_until = NULL, intended_at = coalesce(intended_at, created_at), "
                    + "state = 'intended' WHERE state IN ('pending', 'intended')", [])
            try db.execute(
                "UPDATE run SET lease_owner = NULL, lease_until = NULL, lease_epoch = lease_epoch + 1, due_at = min(due_at, ?), "
                    + "queued_at = CASE WHEN state = 'queued' THEN ? ELSE queued_at END",
                [now, now])
        }
        try database.closeWhole()
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: staged.path + suffix) }
        try Durable.settle(staged)
    }

    /// Only adds. A file that is there already stays: keys are made once, and a log that is longer is the newer one.
    private func addFiles(_ source: URL?, to target: URL) throws {
        guard let source, let walk = FileManager.default.enumerator(atPath: source.path) else { return }
        for case let path as String in walk {
            guard walk.fileAttributes?[.type] as? FileAttributeType != .typeDirectory else { continue }
            let (from, to) = (source.appendingPathComponent(path), target.appendingPathComponent(path))
            if try isAsGood(to, as: from) { continue }
            // Hidden, for no stored name begins with a dot: "audit.md.part" is a name a run's file may have.
            let part = to.deletingLastPathComponent().appendingPathComponent(".\(to.lastPathComponent).part")
            try? FileManager.default.removeItem(at: part)
            try Durable.copy(from, to: part)
            try Durable.replace(to, with: part)
        }
    }

    private func isAsGood(_ there: URL, as copy: URL) throws -> Bool {
        guard FileManager.default.fileExists(atPath: there.path) else { return false }
        if there.pathExtension == "jsonl", copy.path.contains("/\(BackupWriter.logsFolder)/") {
            return try Self.bytes(there) >= Self.bytes(copy)
        }
        return try FolderManifest.sha256(there) == FolderManifest.sha256(copy)
    }

    private static func bytes(_ url: URL) throws -> Int64 {
        (try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? NSNumber)?.int64Value ?? 0
    }

    /// The database of before, whole, under a second name.
    private func keepAside() throws -> URL? {
        guard FileManager.default.fileExists(atPath: databasePath.path) else {
            // A log whose file is gone would be read as the new file's.
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: databasePath.path + suffix) }
            return nil
        }
        // Two restores may fall into one second: the end of an id tells them apart.
        let name = "before-restore-\(BackupWriter.stamp(doors.now()))-\(doors.makeID().suffix(6))"
        let folder = dataFolder.appendingPathComponent(name)
        let kept = folder.appendingPathComponent(databasePath.lastPathComponent)
        // A damaged one is kept as it lies, with its log; else everything is moved into the file first.
        let isWhole: Bool
        do {
            try SQLiteDatabase(path: databasePath.path).closeAlone()
            isWhole = true
        } catch StorageError.busy { throw StorageError.busy } catch { isWhole = false }
        try Durable.copy(databasePath, to: kept)
        for suffix in ["-wal", "-shm"] {
            let log = URL(fileURLWithPath: databasePath.path + suffix)
            guard FileManager.default.fileExists(atPath: log.path) else { continue }
            if !isWhole { try Durable.copy(log, to: URL(fileURLWithPath: kept.path + suffix)) }
            try FileManager.default.removeItem(at: log)
        }
        try Durable.flush(folder)
        return folder
    }
}
