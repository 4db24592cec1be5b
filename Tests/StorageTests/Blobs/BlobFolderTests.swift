import BureauStorage
import Foundation
import Testing

@Suite("The blob folder")
struct BlobFolderTests {
    @Test(
        "A key that could leave the folder is refused",
        arguments: [
            "", "/", "/etc/passwd", "..", "../x", "runs/../../x", "runs//x", "runs/./x", "runs/x/", "a\0b", "runs/..",
        ])
    func traversal(key: String) throws {
        let folder = try TemporaryFolder(), blobs = BlobFolder(root: folder.url)
        #expect(throws: StorageError.self) { try blobs.url(for: key) }
        #expect(throws: StorageError.self) { try blobs.prepare(key) }
        #expect(throws: StorageError.self) { try blobs.remove(key) }
        #expect(throws: StorageError.self) { try blobs.head(key, bytesMax: 10) }
    }

    @Test("A stored blob is read, hashed and removed by its key", arguments: ["runs/01A/audit.md", "x", "a/ü b/…"])
    func stored(key: String) throws {
        let folder = try TemporaryFolder(), blobs = BlobFolder(root: folder.url.appendingPathComponent("blobs"))
        #expect(try !blobs.exists(key))
        try Data("abc".utf8).write(to: blobs.prepare(key))
        #expect(try blobs.exists(key))
        #expect(try blobs.head(key, bytesMax: 2) == Data("ab".utf8))
        #expect(try blobs.sha256(key) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        try blobs.remove(key)
        #expect(try !blobs.exists(key))
        try blobs.remove(key)
    }
}
