import Foundation
import Testing

/// The clone these tests were compiled from, as text files. Read once, shared by all tests.
enum SourceTree {
    struct File: Sendable, CustomTestStringConvertible {
        /// From the root of the clone, with `/` between the parts.
        let path: String
        let text: String

        var name: String { String(path.split(separator: "/").last ?? "") }
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        /// `BureauDomain` for `Sources/BureauDomain/Runs/RunMachine.swift`; nil outside `Sources`.
        var ring: String? {
            let parts = path.split(separator: "/")
            return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
        }
        var testDescription: String { path }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every text file of the project: what a build, a run or a tool leaves behind is skipped by its folder's name.
    static let files: [File] = {
        let skipped: Set = [".git", ".cache", ".demo", ".swiftpm", ".vscode", "data", "logs", "tmp", "__pycache__"]
        guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isDirectoryKey]) else {
            return []
        }
        var files: [File] = []
        for case let url as URL in walk {
            let name = url.lastPathComponent
            if skipped.contains(name) || name.hasPrefix(".build") {
                walk.skipDescendants()
            } else if name != ".env", name != "Package.resolved", let file = read(url) {
                files.append(file)
            }
        }
        return files.sorted { $0.path < $1.path }
    }()

    static let sources = files.filter { $0.path.hasPrefix("Sources/") && $0.path.hasSuffix(".swift") }
    static let documents = files.filter { $0.path.hasSuffix(".md") }

    static func file(_ path: String) throws -> File {
        guard let file = files.first(where: { $0.path == path }) else {
            throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: path])
        }
        return file
    }

    /// Nothing written by a person is larger.
    private static let fileBytesMax = 4 << 20

    private static func read(_ url: URL) -> File? {
        let values = try? url.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
        guard values?.isRegularFile == true, (values?.fileSize ?? 0) <= fileBytesMax,
            let bytes = try? Data(contentsOf: url), !bytes.prefix(8000).contains(0),
            let text = String(data: bytes, encoding: .utf8)
        else { return nil }
        let path = url.standardizedFileURL.path.dropFirst(root.standardizedFileURL.path.count)
        return File(path: String(path.drop { $0 == "/" }), text: text)
    }
}
