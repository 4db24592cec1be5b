import Foundation
import Glibc
import Testing

@testable import BureauEngine

@Suite("The lock on a file")
struct FileLockTests {
    @Test("It is taken once at a time, and what cannot be opened says why")
    func outcomes() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.lock").path
        let first = try #require(Self.taken(FileLock.take(path)))
        #expect(FileLock.take(path) == .held)
        close(first)
        let second = try #require(Self.taken(FileLock.take(path)))
        // Under the same name there is another file by now, which nobody holds.
        unlink(path)
        let third = try #require(Self.taken(FileLock.take(path)))
        close(second)
        close(third)
        #expect(FileLock.take(path + "/b.lock") == .unopened(error: ENOTDIR))
        #expect(FileLock.take(folder.appendingPathComponent("gone/a.lock").path) == .unopened(error: ENOENT))
    }

    private static func taken(_ outcome: FileLock.Outcome) -> Int32? {
        guard case .taken(let descriptor) = outcome else { return nil }
        return descriptor
    }
}
