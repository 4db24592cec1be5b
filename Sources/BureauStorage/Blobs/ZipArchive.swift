package import Foundation

/// A folder as one zip file, stored without compression (PKWARE APPNOTE 6.3, no extensions). Files are sorted and their
/// dates fixed, so equal folders make equal bytes; unpacking makes the archive again and refuses one that differs in
/// any byte.
package enum ZipArchive {
    package static let filesMax = 10_000
    static let bytesMax: Int64 = 4_000_000_000

    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    package static func write(_ folder: URL, to file: URL) throws {
        guard FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw Unusable(description: "\(file.path) cannot be made") }
        do {
            let output = try FileHandle(forWritingTo: file)
            defer { try? output.close() }
            var directory = Data(), offset: Int64 = 0
            let paths = try Self.paths(folder)
            for path in paths {
                let entry = try Entry(folder, path)
                let start = offset
                try output.write(contentsOf: entry.header)
                try eachPiece(folder.appendingPathComponent(path)) { try output.write(contentsOf: $0) }
                offset += Int64(entry.header.count) + entry.size
                guard offset < bytesMax else { throw Unusable(description: "a zip of more than 4 GB cannot be made") }
                directory += entry.directory(at: UInt32(start))
            }
            try output.write(contentsOf: directory + end(paths.count, directory.count, at: offset))
            try output.synchronize()
        } catch {
            try? FileManager.default.removeItem(at: file)
            throw error
        }
    }

    /// Unpacks into a folder that does not exist.
    package static func unpack(_ file: URL, to folder: URL) throws {
        let changed = Unusable(description: "\(file.lastPathComponent) is not byte for byte the zip that was written")
        do { try unpack(file, to: folder, changed) } catch let error as CocoaError {
            // Names that cannot be made here were never written by us.
            if error.code == .fileWriteOutOfSpace { throw error }
            throw changed
        }
    }

    private static func unpack(_ file: URL, to folder: URL, _ changed: Unusable) throws {
        let bytes = try Data(contentsOf: file, options: .mappedIfSafe)
        try Durable.makeFolder(folder)
        var at = 0, count = 0
        while bytes.number(at, 4) == 0x0403_4b50 {
            guard let size = bytes.number(at + 18, 4), let length = bytes.number(at + 26, 2), count < filesMax,
                at + 30 + length + size <= bytes.count,
                let path = String(data: bytes[(at + 30)..<(at + 30 + length)], encoding: .utf8), isSafe(path)
            else { throw changed }
            let target = folder.appendingPathComponent(path), start = at + 30 + length
            guard !FileManager.default.fileExists(atPath: target.path) else { throw changed }
            try Durable.makeFolder(target.deletingLastPathComponent())
            try bytes[start..<(start + size)].write(to: target)
            (at, count) = (start + size, count + 1)
        }
        let again = folder.appendingPathExtension("zip")
        defer { try? FileManager.default.removeItem(at: again) }
        try write(folder, to: again)
        guard try FolderManifest.sha256(again) == FolderManifest.sha256(file) else { throw changed }
    }

    private static func isSafe(_ path: String) -> Bool {
        !path.isEmpty
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\0")
            }
    }

    private static func paths(_ folder: URL) throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
            var isFolder = ObjCBool(false)
            let exists = FileManager.default.fileExists(
                atPath: folder.appendingPathComponent(path).path, isDirectory: &isFolder)
            return exists && !isFolder.boolValue
        }
        guard all.count <= filesMax else { throw Unusable(description: "more than \(filesMax) files") }
        return all.sorted()
    }

    fileprivate static func eachPiece(_ url: URL, _ body: (Data) throws -> Void) throws {
        let handle = try FileHandle(forReadingFrom: url)
        defer { try? handle.close() }
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { try body(piece) }
    }

    private static func end(_ count: Int, _ directoryBytes: Int, at offset: Int64) -> Data {
        var data = Data()
        data.append(0x0605_4b50, 4)
        for value in [0, 0, count, count] { data.append(value, 2) }
        data.append(directoryBytes, 4)
        data.append(Int(offset), 4)
        data.append(0, 2)
        return data
    }

    private struct Entry {
        let name: Data
        let size: Int64
        let checksum: UInt32

        init(_ folder: URL, _ path: String) throws {
            var (size, sum): (Int64, UInt32) = (0, .max)
            try eachPiece(folder.appendingPathComponent(path)) { piece in
                size += Int64(piece.count)
                for byte in piece { sum = CRC32.table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8) }
            }
            guard size < bytesMax else { throw Unusable(description: "\(path) is too large for a zip") }
            (name, self.size, checksum) = (Data(path.utf8), size, ~sum)
        }

        /// What the local header and the directory have in common: version, UTF-8 names, stored, 1 January 1980.
        private var common: Data {
            var data = Data()
            for value in [20, 0x0800, 0, 0, 0x21] { data.append(value, 2) }
            for value in [Int(checksum), Int(size), Int(size)] { data.append(value, 4) }
            for value in [name.count, 0] { data.append(value, 2) }
            return data
        }

        var header: Data {
            var data = Data()
            data.append(0x0403_4b50, 4)
            return data + common + name
        }

        func directory(at offset: UInt32) -> Data {
            var data = Data()
            data.append(0x0201_4b50, 4)
            data.append(0x0314, 2)
            data += common
            for value in [0, 0, 0] { data.append(value, 2) }
            data.append(0o100_600 << 16, 4)
            data.append(Int(offset), 4)
            return data + name
        }
    }
}

/// The checksum zip has (ISO 3309), reflected, polynomial 0xEDB88320.
private enum CRC32 {
    static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
}

extension Data {
    /// Little-endian, `bytes` long.
    fileprivate mutating func append(_ value: Int, _ bytes: Int) {
        for index in 0..<bytes { append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    fileprivate func number(_ at: Int, _ bytes: Int) -> Int? {
        guard at >= 0, at + bytes <= count else { return nil }
        return (0..<bytes).reduce(0) { $0 | Int(self[startIndex + at + $1]) << (8 * $1) }
    }
}
