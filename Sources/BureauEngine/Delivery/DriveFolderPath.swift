import BureauStorage
import BureauVendors

/// Finds or makes a folder path below the root. Each folder has a row with an id that was stored before it was made:
/// making it again under that id finds it. Safe to repeat, so the rows are its only mark.
struct DriveFolderPath: OutboundWrite {
    let drive: GoogleDriveClient
    let database: any Database
    let root: String
    let segments: [String]
    let patience: Patience
    /// Ids of folders that a person has let be made anew.
    var forgotten: [String] = []

    func write() async throws -> String {
        try await checkKnown()
        var parent = root, link: String?, driveID: String??
        for segment in segments {
            if let known = try await row(parent, segment), known.created {
                (parent, link) = (known.id, known.link)
                continue
            }
            if driveID == nil { driveID = .some(try await rootDrive()) }
            let folder = try await ensure(segment, in: parent, driveID: driveID ?? nil)
            (parent, link) = (folder.id, folder.webViewLink)
        }
        return try JSONText.encode(DeliveryReceipt(id: parent, link: link))
    }

    func probe() async throws -> Probe { .absent }

    func whyGone(_ receipt: String) async throws -> String? {
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        guard let there = try await drive.file(id) else { return "the folder \(id) was in Drive and is gone" }
        return there.isTrashed ? "the folder \(id) was moved to Drive's trash" : nil
    }

    /// Folders are remembered, and people may have thrown one away since: nobody would find what is put into it. Asked
    /// for each delivery, of the highest one, for what lies in a folder goes with it. It stays remembered until
    /// somebody has decided, so that every delivery asks and none makes a second one.
    private func checkKnown() async throws {
        var parent = root, known: [Known] = []
        for segment in segments {
            guard let row = try await row(parent, segment), row.created else { break }
            known.append(Known(parent: parent, name: segment, id: row.id))
            parent = row.id
        }
        var gone: [Known] = [], doubt: StepDoubt?
        for folder in known.reversed() {
            let there = try await patience({ try await drive.file(folder.id) })
            guard there == nil || there?.isTrashed == true else { break }
            gone.append(folder)
            guard !forgotten.contains(folder.id) else { continue }
            let what = there == nil ? "is gone, or no longer shared with the service account" : "lies in Drive's trash"
            doubt = StepDoubt(
                why: "the folder \"\(folder.name)\" (\(folder.id)) \(what). Put it back, or let it be made anew")
        }
        if let doubt { throw doubt }
        try await forget(gone)
    }

    private struct Known: Sendable { let parent: String, name: String, id: String }

    /// Only what was seen to be gone: another run may have made the folder anew meanwhile.
    private func forget(_ gone: [Known]) async throws {
        guard !gone.isEmpty else { return }
        try await database.write { db in
            for folder in gone {
                try db.execute(
                    "DELETE FROM drive_folder WHERE parent_id = ? AND name = ? AND folder_id = ?",
                    [folder.parent, folder.name, folder.id])
            }
        }
    }

    private func rootDrive() async throws -> String? {
        guard let folder = try await patience({ try await drive.file(root) }) else {
            throw StepProblem(
                description:
                    "the Drive folder \(root) is missing or not shared with the service account (GOOGLE_DRIVE_ROOT_FOLDER_ID)"
            )
        }
        return folder.driveID
    }

    private func ensure(_ name: String, in parent: String, driveID: String?) async throws -> DriveFile {
        if try await row(parent, name) == nil {
            // Made by people, or by an earlier installation: the oldest of that name is the one.
            let found = try await patience { try await drive.folders(named: name, in: parent, driveID: driveID) }
            if let existing = found.first {
                try await save(parent, name, existing, created: true)
                return existing
            }
            guard let id = try await patience({ try await drive.generateIDs(1) }).first else {
                throw StepProblem(description: "Drive gave no id")
            }
            try await save(parent, name, id: id, link: nil, created: false)
        }
        guard let planned = try await row(parent, name) else {
            throw StepProblem(description: "the folder's row is gone")
        }
        let folder = try await patience { try await create(planned.id, name, parent) }
        try await save(parent, name, folder, created: true)
        return folder
    }

    private func create(_ id: String, _ name: String, _ parent: String) async throws -> DriveFile {
        do {
            return try await drive.createFolder(id: id, name: name, parent: parent, appProperties: ["bureau": "folder"])
        } catch {
            if case .rejected(409, _) = error.kind, let there = try await drive.file(id) { return there }
            throw error
        }
    }

    private func row(_ parent: String, _ name: String) async throws -> (id: String, link: String?, created: Bool)? {
        try await database.query(
            "SELECT folder_id, web_link, created FROM drive_folder WHERE parent_id = ? AND name = ?", [parent, name]
        ).first.map { (try $0.text("folder_id"), try $0.textIfAny("web_link"), try $0.flag("created")) }
    }

    private func save(_ parent: String, _ name: String, _ folder: DriveFile, created: Bool) async throws {
        try await save(parent, name, id: folder.id, link: folder.webViewLink, created: created)
    }

    /// The first row wins when two runs make the same folder at once: both then create under its id.
    private func save(_ parent: String, _ name: String, id: String, link: String?, created: Bool) async throws {
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO drive_folder (parent_id, name, folder_id, web_link, created) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (parent_id, name) DO UPDATE SET web_link = coalesce(excluded.web_link, drive_folder.web_link),
                    created = max(drive_folder.created, excluded.created)
                """, [parent, name, id, link, created])
        }
    }
}
