import BureauStorage

/// One output file of a run: stored and hashed, or with the reason why not.
package struct FileRecord: Sendable, Hashable {
    package let runID: String
    package let vendorID: String
    package let position: Int
    /// As the agent named it; for display only.
    package let name: String
    package let safeName: String
    package let mimeType: String
    package let sizeBytes: Int64
    package let sha256: String?
    package let blobKey: String?
    package let error: String?
    /// The round that made it.
    package let round: Int

    init(_ row: Row) throws {
        runID = try row.text("run_id")
        vendorID = try row.text("vendor_id")
        position = Int(try row.integer("position"))
        name = try row.text("name")
        safeName = try row.text("safe_name")
        mimeType = try row.text("mime_type")
        sizeBytes = try row.integer("size_bytes")
        sha256 = try row.textIfAny("sha256")
        blobKey = try row.textIfAny("blob_key")
        error = try row.textIfAny("error")
        round = Int(try row.integer("round"))
    }
}

extension [FileRecord] {
    /// Of each file the newest round's, as the results stand now.
    package var current: [FileRecord] {
        let newest = Dictionary(map { ($0.name, $0.round) }, uniquingKeysWith: Swift.max)
        return filter { newest[$0.name] == $0.round }
    }
}

struct NewFile: Sendable {
    var vendorID: String
    var position: Int
    var name: String
    var safeName: String
    var mimeType: String
    var sizeBytes: Int64
    var sha256: String?
    var blobKey: String?
    var error: String?
    var round = 1
}

struct FileStore {
    let db: any Connection

    func list(_ runID: String) throws -> [FileRecord] {
        try db.query("SELECT * FROM file WHERE run_id = ? ORDER BY position LIMIT 2000", [runID]).map(FileRecord.init)
    }

    /// Writes the outcome for a file; one that is stored stays stored.
    func put(_ file: NewFile, run runID: String, now: Int64) throws {
        let changed = try db.execute(
            """
            INSERT INTO file (run_id, vendor_id, position, name, safe_name, mime_type, size_bytes, sha256, blob_key,
                error, stored_at, round)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id, vendor_id) DO UPDATE SET sha256 = excluded.sha256, blob_key = excluded.blob_key,
                error = excluded.error, stored_at = excluded.stored_at, size_bytes = excluded.size_bytes
            WHERE file.blob_key IS NULL
            """,
            [
                runID, file.vendorID, file.position, file.name, file.safeName, file.mimeType, file.sizeBytes,
                file.sha256, file.blobKey, file.error, now, file.round,
            ])
        if changed == 1 { try ReceiptStore(db: db).file(file, run: runID, now: now) }
    }
}
