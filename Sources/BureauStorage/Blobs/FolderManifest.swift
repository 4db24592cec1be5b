import Crypto
package import Foundation

/// The list of a folder's files with their hashes, in a file `MANIFEST` beside them, in the form `sha256sum -c` reads.
/// Its last line hashes the lines before it, so that a change of any byte of any file shows, the list's own included.
package struct FolderManifest: Sendable {
    package static let fileName = "MANIFEST"
    package static let filesMax = 200_000

    /// Hashes by relative path.
    package let files: [String: String]

    /// What is wrong with one file.
    package struct Complaint: Error, Hashable, Sendable, CustomStringConvertible {
        package let path: String
        package let why: String
        package var description: String { "\(path) \(why)" }

        package init(path: String, why: String) { (self.path, self.why) = (path, why) }
    }

    /// Hashes every file below `folder` and writes the list.
    @discardableResult
    package static func write(_ folder: URL) throws -> FolderManifest {
        var files: [String: String] = [:]
        for path in try paths(folder) { files[path] = try sha256(folder.appendingPathComponent(path)) }
        let lines = files.sorted { $0.key < $1.key }.map { "\($1)  \($0)\n" }.joined()
        let text = lines + "# \(hex(SHA256.hash(data: Data(lines.utf8))))\n"
        try Durable.write(Data(text.utf8), to: folder.appendingPathComponent(fileName))
        return FolderManifest(files: files)
    }

    /// Reads the list and checks that nobody changed it. What it lists is checked by `complaints`.
    package static func read(_ folder: URL) throws -> FolderManifest {
        let url = folder.appendingPathComponent(fileName)
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw Complaint(path: fileName, why: "is missing")
        }
        let changed = Complaint(path: fileName, why: "was changed or cut off")
        guard let text = String(data: data, encoding: .utf8), let mark = text.range(of: "# ", options: .backwards),
            text[mark.upperBound...] == hex(SHA256.hash(data: Data(text[..<mark.lowerBound].utf8))) + "\n"
        else { throw changed }
        var files: [String: String] = [:]
        for line in text[..<mark.lowerBound].split(separator: "\n") {
            guard line.count > 66 else { throw changed }
            files[String(line.dropFirst(66))] = String(line.prefix(64))
        }
        return FolderManifest(files: files)
    }

    /// Files that are changed, missing or too many, in the order of their names.
    package func complaints(_ folder: URL) throws -> [Complaint] {
        var found: [Complaint] = []
        for (path, hash) in files.sorted(by: { $0.key < $1.key }) {
            let url = folder.appendingPathComponent(path)
            guard FileManager.default.fileExists(atPath: url.path) else {
                found.append(Complaint(path: path, why: "is missing"))
                continue
            }
            if try Self.sha256(url) != hash { found.append(Complaint(path: path, why: "was changed")) }
        }
        for path in try Self.paths(folder) where files[path] == nil {
            found.append(Complaint(path: path, why: "is not on the list"))
        }
        return found
    }

    private static func paths(_ folder: URL) throws -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        var found: [String] = []
        for case let path as String in walk where path != fileName {
            guard walk.fileAttributes?[.type] as? FileAttributeType != .typeDirectory else { continue }
            guard found.count < filesMax else {
                throw Complaint(path: folder.path, why: "holds more than \(filesMax) files")
            }
            found.append(path)
        }
        return found.sorted()
    }

    /// The lower-case hex SHA-256 of a file, read in pieces.
    package static func sha256(_ url: URL) throws -> String {
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        var hash = SHA256()
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        return hex(hash.finalize())
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
