import BureauStorage
import Foundation

/// What session logs and stored files take, measured now and then: walking their folders is nothing for a page.
struct FolderSizes: Sendable {
    let parts: EngineParts
    static let everyMilliseconds: Int64 = 600_000, filesMax = 2_000_000

    func look() async throws {
        let now = parts.doors.now()
        let last = try await parts.database.read { try CareBook(db: $0).lastSizes()?.at }
        guard last.map({ now - $0 >= Self.everyMilliseconds }) ?? true else { return }
        let sizes = CareBook.Sizes(
            at: now, logBytes: Self.bytes(parts.settings.sessionLogFolder), fileBytes: Self.bytes(parts.blobs.root))
        try await parts.database.write { try CareBook(db: $0).put(sizes) }
    }

    static func bytes(_ folder: URL) -> Int64 {
        guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return 0 }
        var (sum, seen): (Int64, Int) = (0, 0)
        while seen < filesMax, walk.nextObject() != nil {
            seen += 1
            guard walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular else { continue }
            sum += (walk.fileAttributes?[.size] as? NSNumber)?.int64Value ?? 0
        }
        return sum
    }
}
