import BureauStorage
import Foundation
import Testing

@Suite("A folder as one zip")
struct ZipArchiveTests {
    @Test("It comes back as it was, other programs can read it, and any flipped bit is refused")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let source = folder.url.appendingPathComponent("export"), file = folder.url.appendingPathComponent("export.zip")
        let contents = ["run.json": "{}", "files/größe.md": "# Ü\n", "files/empty.txt": ""]
        for (path, text) in contents {
            let url = source.appendingPathComponent(path)
            try Durable.makeFolder(url.deletingLastPathComponent())
            try Data(text.utf8).write(to: url)
        }
        try ZipArchive.write(source, to: file)
        let back = folder.url.appendingPathComponent("back")
        try ZipArchive.unpack(file, to: back)
        for (path, text) in contents {
            #expect(try String(contentsOf: back.appendingPathComponent(path), encoding: .utf8) == text)
        }
        #expect(try Self.isReadElsewhere(file))
        let whole = try Data(contentsOf: file)
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 1 << (place % 8)
            try bytes.write(to: file)
            let target = folder.url.appendingPathComponent("flip-\(place)")
            #expect(throws: ZipArchive.Unusable.self, "byte \(place)") { try ZipArchive.unpack(file, to: target) }
        }
    }

    @Test("A name that leaves the folder is refused")
    func climbing() throws {
        let folder = try TemporaryFolder()
        let source = folder.url.appendingPathComponent("export"), file = folder.url.appendingPathComponent("export.zip")
        try Durable.makeFolder(source)
        try Data("x".utf8).write(to: source.appendingPathComponent("aa_bbbb"))
        try ZipArchive.write(source, to: file)
        var bytes = try Data(contentsOf: file)
        for range in [
            bytes.range(of: Data("aa_bbbb".utf8)), bytes.range(of: Data("aa_bbbb".utf8), options: .backwards),
        ] {
            if let range { bytes.replaceSubrange(range, with: Data("../bbbb".utf8)) }
        }
        try bytes.write(to: file)
        #expect(throws: ZipArchive.Unusable.self) {
            try ZipArchive.unpack(file, to: folder.url.appendingPathComponent("out"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("bbbb").path))
    }

    /// Python's zipfile checks headers and checksums; where there is no Python there is nobody to ask.
    private static func isReadElsewhere(_ file: URL) throws -> Bool {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") else { return true }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-m", "zipfile", "-t", file.path]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
