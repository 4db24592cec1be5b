import BureauStorage

/// The folders in Drive that are remembered, seen from a decision: where the path begins is not known here.
struct DriveFolderRows {
    let db: any Connection
    /// Roots a bureau may have had, each with a path of the same names.
    static let foldersMax = 100

    /// Ids of the folders on a path, each below the one before it; no other client's.
    func known(on segments: [String]) throws -> [String] {
        guard let first = segments.first else { return [] }
        // A path begins below a root, which is no folder of ours.
        var level = try db.query(
            """
            SELECT folder_id FROM drive_folder AS own WHERE name = ? AND created = 1
              AND NOT EXISTS (SELECT 1 FROM drive_folder AS above WHERE above.folder_id = own.parent_id)
            LIMIT ?
            """, [first, Self.foldersMax]
        ).map { try $0.text("folder_id") }
        var found = level
        for segment in segments.dropFirst() {
            var next: [String] = []
            for parent in level {
                let row = try db.first(
                    "SELECT folder_id FROM drive_folder WHERE parent_id = ? AND name = ? AND created = 1",
                    [parent, segment])
                if let row { next.append(try row.text("folder_id")) }
            }
            found += next
            level = next
        }
        return found
    }
}
