import BureauDomain
package import BureauStorage
package import Foundation

/// Writes one backup of a data folder while a server may be at work: the database as it is at one moment, and every
/// file and session log it names. Files are stored before the rows that name them, so the copy is never short of one.
package struct BackupWriter: Sendable {
    let database: SQLiteDatabase
    let blobs: BlobFolder
    let sessionLogs: URL
    let doors: Doors
    let version: String
    static let namePrefix = "bureau-"
    static let partSuffix = ".part"
    package static let factsFile = "backup.json", databaseFile = "bureau.db"
    static let blobsFolder = "blobs", logsFolder = "sessions"

    package init(database: SQLiteDatabase, blobs: BlobFolder, sessionLogs: URL, doors: Doors, version: String) {
        self.database = database
        self.blobs = blobs
        self.sessionLogs = sessionLogs
        self.doors = doors
        self.version = version
    }

    package struct Made: Sendable {
        package let folder: URL
        package let files: Int
        package let bytes: Int64
        package let runs: Int64
        package let removed: [String]
    }

    /// `sealingKey` is copied too when it is given. At most `keep` backups stay in `folder`, the newest.
    package func make(in folder: URL, keep: Int? = nil, sealingKey: URL? = nil) async throws -> Made {
        try Durable.makeFolder(folder)
        let lock = try BackupLock.take(folder)
        defer { withExtendedLifetime(lock) {} }
        try removeUnfinished(folder)
        let madeAt = doors.now()
        let name = Self.namePrefix + Self.stamp(madeAt)
        let (part, whole) = (folder.appendingPathComponent(name + Self.partSuffix), folder.appendingPathComponent(name))
        guard !FileManager.default.fileExists(atPath: whole.path) else {
            throw StorageError.refused("a backup named \(name) is there already; try again in a second")
        }
        do {
            let (runs, copied) = try await fill(part, madeAt: madeAt, sealingKey: sealingKey)
            let manifest = try Self.seal(part, copied, as: whole)
            let bytes = try Self.bytes(whole)
            try? await remember(CareBook.Backup(at: madeAt, path: whole.path, bytes: bytes, isVerified: true))
            return Made(
                folder: whole, files: manifest.files.count, bytes: bytes, runs: runs,
                removed: try prune(folder, keep: keep))
        } catch {
            try? FileManager.default.removeItem(at: part)
            throw Self.named(error, folder)
        }
    }

    /// Lists what is there, which must be all that was copied, and gives it its name.
    static func seal(_ part: URL, _ copied: [String], as whole: URL) throws -> FolderManifest {
        let manifest = try FolderManifest.write(part)
        if let lost = copied.first(where: { manifest.files[$0] == nil }) {
            throw FolderManifest.Complaint(path: lost, why: "was removed while the backup was made")
        }
        try Durable.flush(part)
        // Read again from where it lies: what was written may not be what arrived.
        if let wrong = try FolderManifest.read(part).complaints(part).first { throw wrong }
        try Durable.replace(whole, with: part)
        return manifest
    }

    /// The backup stands whether or not this can be written.
    private func remember(_ backup: CareBook.Backup) async throws {
        try await database.write { try CareBook(db: $0).put(backup) }
    }

    /// How many runs it has, and the files it was given, by their paths in it.
    func fill(_ part: URL, madeAt: Int64, sealingKey: URL?) async throws -> (runs: Int64, copied: [String]) {
        try Durable.makeFolder(part)
        let copy = part.appendingPathComponent(Self.databaseFile)
        try database.backup(to: copy.path)
        try Durable.settle(copy)
        // From here on only the copy is asked: what came after its moment is not in this backup.
        let (keys, sessions, runs, newest, schema) = try await Self.contents(copy)
        var copied = [Self.databaseFile, Self.factsFile]
        for key in keys where try copyBlob(key, to: part) { copied.append("\(Self.blobsFolder)/\(key)") }
        for session in sessions where try copyLog(session, to: part) {
            copied.append("\(Self.logsFolder)/\(session).jsonl")
        }
        if let sealingKey {
            try Durable.copy(sealingKey, to: part.appendingPathComponent(SealingKey.fileName))
            copied.append(SealingKey.fileName)
        }
        let facts: [(String, JSONValue)] = [
            ("made_at", .number(JSONNumber(madeAt))), ("newest_at", .number(JSONNumber(newest))),
            ("runs", .number(JSONNumber(runs))), ("files", .number(JSONNumber(Int64(keys.count)))),
            ("migrations", .number(JSONNumber(Int64(schema)))), ("version", .string(version)),
        ]
        let text = JSONValue.object(JSONObject(facts)).pretty + "\n"
        try Durable.write(Data(text.utf8), to: part.appendingPathComponent(Self.factsFile))
        return (runs, copied)
    }

    private static func contents(_ copy: URL) async throws -> ([String], [String], Int64, Int64, Int) {
        let database = try SQLiteDatabase(path: copy.path)
        let found = try await database.read { db in
            (
                try db.query("SELECT blob_key FROM file WHERE blob_key IS NOT NULL ORDER BY blob_key")
                    .map { try $0.text("blob_key") },
                try db.query("SELECT session_id FROM run WHERE session_id IS NOT NULL ORDER BY id")
                    .map { try $0.text("session_id") },
                try db.first("SELECT count(*) AS n FROM run")?.integer("n") ?? 0, try NewestFact(db: db).at()
            )
        }
        let schema = try await database.schema().found
        if let complaint = try await database.complaints().first { throw StorageError.damaged(complaint) }
        try database.closeWhole()
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy.path + suffix) }
        try Durable.settle(copy)
        return (found.0, found.1, found.2, found.3, schema)
    }

    private func copyBlob(_ key: String, to part: URL) throws -> Bool {
        let source = try blobs.url(for: key)
        // A file that is lost already does not keep the rest from being saved: db check names it.
        guard FileManager.default.fileExists(atPath: source.path) else { return false }
        try Durable.copy(source, to: part.appendingPathComponent(Self.blobsFolder).appendingPathComponent(key))
        return true
    }

    /// A log grows while it is copied: the last line may be half, and is left out.
    private func copyLog(_ session: String, to part: URL) throws -> Bool {
        guard !session.contains("/"), !session.hasPrefix(".") else { return false }
        let source = sessionLogs.appendingPathComponent(session + ".jsonl")
        guard let data = FileManager.default.contents(atPath: source.path) else { return false }
        let whole = data.lastIndex(of: 10).map { data[...$0] } ?? Data()
        let target = part.appendingPathComponent(Self.logsFolder).appendingPathComponent(session + ".jsonl")
        try Durable.makeFolder(target.deletingLastPathComponent())
        try Durable.write(Data(whole), to: target)
        return true
    }

    /// What a killed backup left.
    private func removeUnfinished(_ folder: URL) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasPrefix(Self.namePrefix) && name.hasSuffix(Self.partSuffix) {
            try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }

    private func prune(_ folder: URL, keep: Int?) throws -> [String] {
        guard let keep else { return [] }
        let surplus = try Self.backups(in: folder).dropLast(max(keep, 1))
        for name in surplus { try FileManager.default.removeItem(at: folder.appendingPathComponent(name)) }
        return Array(surplus)
    }

    /// Names of the whole backups in a folder, oldest first.
    package static func backups(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            let place = folder.appendingPathComponent($0)
            return $0.hasPrefix(namePrefix) && !$0.hasSuffix(partSuffix)
                && [FolderManifest.fileName, databaseFile].allSatisfy {
                    FileManager.default.fileExists(atPath: place.appendingPathComponent($0).path)
                }
        }.sorted()
    }

    private static func bytes(_ folder: URL) throws -> Int64 {
        guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return 0 }
        var sum: Int64 = 0
        while walk.nextObject() != nil { sum += (walk.fileAttributes?[.size] as? NSNumber)?.int64Value ?? 0 }
        return sum
    }

    static func stamp(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            .formatted(
                .iso8601.year().month().day().time(includingFractionalSeconds: false).dateSeparator(.omitted)
                    .timeSeparator(.omitted)) + "Z"
    }

    private static func named(_ error: any Error, _ folder: URL) -> any Error {
        guard (error as? CocoaError)?.code == .fileWriteOutOfSpace else { return error }
        return StorageError.diskFull(path: folder.path)
    }
}

/// The time of the newest thing a database knows of.
struct NewestFact {
    let db: any Connection

    func at() throws -> Int64 {
        let newest = try db.first(
            """
            SELECT max(coalesce((SELECT max(at) FROM run_event), 0), coalesce((SELECT max(received_at) FROM signal), 0),
                coalesce((SELECT max(settled_at) FROM step), 0)) AS newest
            """)
        return try newest?.integer("newest") ?? 0
    }
}
