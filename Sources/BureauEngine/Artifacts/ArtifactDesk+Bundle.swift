import BureauDomain
import BureauStorage
package import Foundation

/// Files put together for one download.
extension ArtifactDesk {
    /// A finished zip that has no name any more: it is gone when the handle is closed.
    package struct Bundle {
        package let handle: FileHandle
        package let sizeBytes: Int64
    }

    package static let bundleBytesMax: Int64 = 256 << 20

    /// Every file of a version, each checked against its hash, as `export` leaves them in a folder.
    package func bundle(_ page: Page) throws -> Bundle {
        try Self.check(page.files.map(\.sizeBytes))
        return try zipped { try export(page, to: $0) }
    }

    /// Every file that a run's session left and that is stored.
    package func bundle(_ files: [FileRecord]) throws -> Bundle {
        let stored = files.filter { $0.blobKey != nil }
        guard !stored.isEmpty else {
            throw Refused(kind: .notFound, description: "no file of this run is stored", fix: "see its timeline")
        }
        try Self.check(stored.map(\.sizeBytes))
        return try zipped { folder in
            try Durable.makeFolder(folder)
            for file in stored {
                try FileManager.default.copyItem(at: try url(file), to: folder.appendingPathComponent(file.safeName))
            }
        }
    }

    /// Where a run's file is on this machine. Throws when it was not stored, is gone, or is not the one that was.
    package func url(_ file: FileRecord) throws -> URL {
        guard let key = file.blobKey, let hash = file.sha256 else {
            throw Refused(
                kind: .notFound, description: "the file \(file.safeName) was not stored: \(file.error ?? "no reason")",
                fix: "bureau runs show tells more")
        }
        guard try blobs.exists(key), try blobs.sha256(key) == hash else {
            throw Refused(
                kind: .damaged, description: "the file \(file.safeName) is not the one that was stored",
                fix: "bureau db check, then bureau db restore")
        }
        return try blobs.url(for: key)
    }

    private static func check(_ sizes: [Int64]) throws {
        let bytes = sizes.reduce(0, +)
        guard bytes <= bundleBytesMax else {
            throw Refused(
                kind: .tooLarge,
                description: "these files are \(Words.bytes(bytes)), and one zip holds \(Words.bytes(bundleBytesMax))",
                fix: "download them one by one")
        }
    }

    private func zipped(_ fill: (URL) throws -> Void) throws -> Bundle {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("bureau-zip-\(doors.makeID())")
        defer { try? FileManager.default.removeItem(at: place) }
        try Durable.makeFolder(place)
        let folder = place.appendingPathComponent("files"), file = place.appendingPathComponent("all.zip")
        try fill(folder)
        try ZipArchive.write(folder, to: file)
        let handle = try FileHandle(forReadingFrom: file)
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 0)
        return Bundle(handle: handle, sizeBytes: Int64(size))
    }
}
