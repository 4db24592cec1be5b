import BureauStorage
import BureauVendors

/// Google Drive: the folder path once, then each file under an id that was generated and stored before its first try,
/// so that a repeat can only find what is there.
struct DriveChannel: Channel {
    func deliver(_ steps: [StepRecord], _ context: DeliveryContext) async throws {
        guard let drive = context.parts.connections.drive else {
            return try await context.fail(steps, "Google Drive is not connected: set GOOGLE_SERVICE_ACCOUNT_JSON_PATH.")
        }
        guard let root = context.parts.settings.driveRootFolderID else {
            return try await context.fail(steps, "No Drive folder is configured: set GOOGLE_DRIVE_ROOT_FOLDER_ID.")
        }
        guard let folderStep = steps.first(where: { $0.kind == "folder" }) else { return }
        guard let folder = try await self.folder(folderStep, drive, root, context) else {
            return try await context.fail(steps.filter { $0.kind == "upload" }, "The Drive folder could not be made.")
        }
        let kept = steps.filter { $0.kind == "upload" && $0.isOpen }
        let uploads = try await DriveRemake(drive: drive, folder: folder, context: context).settled(kept)
        for (step, file) in try await withIDs(uploads, drive, context) {
            let path = try context.path(of: file.blobKey)
            _ = try await context.perform(
                step, DriveUploadWrite(drive: drive, file: file, parent: folder, path: path, mark: step.id))
        }
    }

    private func folder(
        _ step: StepRecord, _ drive: GoogleDriveClient, _ root: String, _ context: DeliveryContext
    ) async throws -> String? {
        if !step.isOpen, let known = try step.receipt(as: DeliveryReceipt.self) { return known.id }
        let intent = try step.intent(as: FolderIntent.self)
        let path = DriveFolderPath(
            drive: drive, database: context.parts.database, root: root, segments: intent.segments,
            patience: Patience(doors: context.parts.doors), forgotten: intent.forgotten ?? [])
        guard case .done(let receipt) = try await context.perform(step, path) else { return nil }
        return try JSONText.decode(DeliveryReceipt.self, receipt).id
    }

    /// Gives every upload its id. Stored before any upload begins.
    private func withIDs(
        _ steps: [StepRecord], _ drive: GoogleDriveClient, _ context: DeliveryContext
    ) async throws -> [(StepRecord, FileIntent)] {
        var pairs = try steps.map { ($0, try $0.intent(as: FileIntent.self)) }
        let bare = pairs.indices.filter { pairs[$0].1.driveID == nil && pairs[$0].0.state != .done }
        guard !bare.isEmpty else { return pairs }
        let ids: [String]
        do {
            ids = try await context.patiently(.googleDrive) { try await drive.generateIDs(bare.count) }
        } catch let error as VendorError {
            try Task.checkCancellation()
            try await context.fail(steps, error.sentence)
            return []
        }
        for (index, id) in zip(bare, ids) { pairs[index].1.driveID = id }
        let intents = try bare.map { (pairs[$0].0.id, try JSONText.encode(pairs[$0].1)) }
        try await context.parts.write(context.hand.lease) { db in
            for (step, intent) in intents { try StepStore(db: db).replaceIntent(step, intent) }
        }
        return pairs.filter { $0.1.driveID != nil }
    }
}

struct DriveUploadWrite: OutboundWrite {
    let drive: GoogleDriveClient
    let file: FileIntent
    let parent: String
    let path: String
    let mark: String
    var sent: SentContent? { SentContent(file) }

    func write() async throws -> String {
        guard let id = file.driveID else { throw StepProblem(description: "the upload has no id") }
        do {
            let made = try await drive.upload(
                id: id, name: file.title, parent: parent, mime: file.mimeType, path: path,
                appProperties: [Self.property: mark])
            return try receipt(made)
        } catch let error as VendorError {
            // An earlier try got through: that is success, if it is whole.
            if case .rejected(409, _) = error.kind, case .found(let receipt) = try await probe() { return receipt }
            throw error
        }
    }

    func probe() async throws -> Probe {
        guard let id = file.driveID, let there = try await drive.file(id) else { return try await probeByMark() }
        guard !there.isTrashed else { return .unknown(why: "the file was uploaded and then moved to the trash") }
        return .found(receipt: try receipt(there))
    }

    /// The id may be younger than the upload, when a backup was restored in between: the file carries the step's mark.
    private func probeByMark() async throws -> Probe {
        let driveID = try await drive.file(parent)?.driveID
        let marked = try await drive.find(appProperty: Self.property, value: mark, driveID: driveID)
        guard let first = marked.first else { return .absent }
        guard marked.count == 1 else {
            return .unknown(why: "\(marked.count) files in Drive carry the mark of this one: \(first.id) and others")
        }
        guard !first.isTrashed else { return .unknown(why: "the file was uploaded and then moved to the trash") }
        return .found(receipt: try receipt(first))
    }

    func whyGone(_ receipt: String) async throws -> String? {
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        guard let there = try await drive.file(id) else { return "the file \(id) was in Drive and is gone" }
        return there.isTrashed ? "the file \(id) was moved to Drive's trash" : nil
    }

    private static let property = "bureau_step"

    private func receipt(_ made: DriveFile) throws -> String {
        guard made.sha256 == nil || made.sha256 == file.sha256,
            made.sizeBytes == nil || made.sizeBytes == file.sizeBytes
        else {
            throw StepProblem(description: "\(file.title) arrived in Drive with other contents")
        }
        return try JSONText.encode(DeliveryReceipt(id: made.id, link: made.webViewLink))
    }
}
