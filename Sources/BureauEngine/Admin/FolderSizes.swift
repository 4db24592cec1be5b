import BureauStorage
import CProcess
import Foundation

/// What session logs and stored files take, measured now and then: walking their folders is nothing for a page.
struct FolderSizes: Sendable {
    let parts: EngineParts
    static let everyMilliseconds: Int64 = 600_000, filesMax: Int64 = 2_000_000

    func look() async throws {
        let now = parts.doors.now()
        let last = try await parts.database.read { try CareBook(db: $0).lastSizes()?.at }
        guard last.map({ now - $0 >= Self.everyMilliseconds }) ?? true else { return }
        let sizes = CareBook.Sizes(
            at: now, logBytes: Self.bytes(parts.settings.sessionLogFolder), fileBytes: Self.bytes(parts.blobs.root))
        try await parts.database.write { try CareBook(db: $0).put(sizes) }
    }

    /// By the C library: Foundation takes far longer for each file, and a thread of ours waits for it.
    static func bytes(_ folder: URL) -> Int64 { cprocess_file_bytes(folder.path, filesMax) }
}
