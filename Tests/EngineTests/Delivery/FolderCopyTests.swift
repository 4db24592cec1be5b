import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("Files copied into a folder")
struct FolderCopyTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    private func copy(_ text: String, mark: String) throws -> FolderCopy {
        let source = folder.appending(path: "source-\(mark)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: source)
        let file = FileIntent(
            title: "audit.md", blobKey: "x", sizeBytes: Int64(text.utf8.count), sha256: Hex.sha256(Array(text.utf8)),
            mimeType: "text/markdown")
        return FolderCopy(source: source.path, folder: folder.appending(path: "out"), file: file, mark: mark)
    }

    private var delivered: [String: String] {
        get throws {
            let out = folder.appending(path: "out")
            let names = try FileManager.default.contentsOfDirectory(atPath: out.path)
            return Dictionary(
                try names.map { ($0, try String(contentsOf: out.appending(path: $0), encoding: .utf8)) },
                uniquingKeysWith: { one, _ in one })
        }
    }

    @Test("A copy made again is one file; another run's file of the same name stays as it was delivered")
    func kept() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for _ in 0..<2 { _ = try await copy("October", mark: "01STEPOCTOBER00000AAAAAAAA").write() }
        #expect(try delivered == ["audit.md": "October"])
        for _ in 0..<2 { _ = try await copy("November", mark: "01STEPNOVEMBER0000BBBBBBBB").write() }
        #expect(try delivered == ["audit.md": "October", "audit-bbbbbbbb.md": "November"])
    }

    @Test("Of runs that deliver files of one name at the same moment, each keeps its own")
    func together() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let texts = (0..<16).map { "run \($0)" }
        let copies = try texts.indices.map { try copy(texts[$0], mark: "01STEP\(10_000_000 + $0)") }
        try await withThrowingTaskGroup(of: String.self) { group in
            for copy in copies { group.addTask { try await copy.write() } }
            for try await _ in group {}
        }
        #expect(try delivered.values.sorted() == texts.sorted())
    }

    @Test("A name is given to one file only")
    func place() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let target = folder.appending(path: "audit.md")
        let parts = try ["one", "two"].map { text in
            let part = folder.appending(path: ".\(text).part")
            try Data(text.utf8).write(to: part)
            return part
        }
        #expect(try Durable.place(parts[0], at: target))
        #expect(try !Durable.place(parts[1], at: target))
        #expect(try String(contentsOf: target, encoding: .utf8) == "one")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.sorted() == [".two.part", "audit.md"])
    }
}
