import BureauDomain
import BureauStorage
package import Foundation

/// A backup as it lies in its folder, checked before anything is believed of it.
package struct BackupReader: Sendable {
    package let folder: URL
    package let madeAt: Int64
    package let newestAt: Int64
    package let runs: Int64

    /// Throws a sentence for people when the copy is not whole, not ours, or damaged.
    package init(_ folder: URL) async throws {
        self.folder = folder
        let manifest = try FolderManifest.read(folder)
        if let first = try manifest.complaints(folder).first { throw first }
        let facts = FileManager.default.contents(
            atPath: folder.appendingPathComponent(BackupWriter.factsFile).path
        ).flatMap { try? JSONValue.parse(Array($0)) }
        guard let facts, let madeAt = facts["made_at"]?.int, let newest = facts["newest_at"]?.int,
            let runs = facts["runs"]?.int, manifest.files[BackupWriter.databaseFile] != nil
        else {
            throw FolderManifest.Complaint(path: BackupWriter.factsFile, why: "is not that of a Bureau backup")
        }
        (self.madeAt, newestAt, self.runs) = (Int64(madeAt), Int64(newest), Int64(runs))
    }

    var database: URL { folder.appendingPathComponent(BackupWriter.databaseFile) }
    var sealingKey: URL? { existing(SealingKey.fileName) }
    var blobs: URL? { existing(BackupWriter.blobsFolder) }
    var logs: URL? { existing(BackupWriter.logsFolder) }

    private func existing(_ name: String) -> URL? {
        let url = folder.appendingPathComponent(name)
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
}
