import BureauStorage
import Foundation

/// PDFs that were made, by the SHA-256 of what they were made from; the oldest give way. Whatever is missing is made
/// again, so that no backup has them.
struct PDFShelf: Sendable {
    let folder: URL
    static let filesMax = 200
    static let bytesMax: Int64 = 256 << 20

    private func place(_ name: String) -> URL { folder.appendingPathComponent(name + ".pdf") }

    func find(_ name: String) throws -> PDFPress.Sheet? {
        guard let handle = try? FileHandle(forReadingFrom: place(name)) else { return nil }
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 0)
        return PDFPress.Sheet(handle: handle, sizeBytes: Int64(size))
    }

    /// Takes a copy, whole or not at all, and opens it.
    func put(_ file: URL, _ name: String) throws -> PDFPress.Sheet {
        try Durable.makeFolder(folder)
        // Another process may make the same.
        let part = folder.appendingPathComponent("\(name).\(UUID().uuidString).part")
        defer { try? FileManager.default.removeItem(at: part) }
        try Durable.copy(file, to: part)
        try Durable.replace(place(name), with: part)
        guard let sheet = try find(name) else { throw StorageError.other("\(place(name).path) cannot be read") }
        prune(sparing: name)
        return sheet
    }

    private func prune(sparing name: String) {
        struct Kept {
            let path: String, sizeBytes: Int64, madeAt: Date
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        var files = names.compactMap { file -> Kept? in
            let path = folder.appendingPathComponent(file).path
            guard file != name + ".pdf", let facts = try? FileManager.default.attributesOfItem(atPath: path) else {
                return nil
            }
            return Kept(
                path: path, sizeBytes: (facts[.size] as? NSNumber)?.int64Value ?? 0,
                madeAt: facts[.modificationDate] as? Date ?? .distantPast)
        }.sorted { $0.madeAt < $1.madeAt }
        var bytes = files.reduce(Int64(0)) { $0 + $1.sizeBytes }
        while let oldest = files.first, files.count >= Self.filesMax || bytes > Self.bytesMax {
            try? FileManager.default.removeItem(atPath: oldest.path)
            bytes -= oldest.sizeBytes
            files.removeFirst()
        }
    }
}
