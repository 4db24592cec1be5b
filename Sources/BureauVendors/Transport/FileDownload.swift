import Crypto
import Foundation
import NIOCore
import NIOFoundationCompat

/// What a download left on disk.
package struct Downloaded: Hashable, Sendable {
    package let bytes: Int64
    /// Lower-case hex of the SHA-256 of the contents.
    package let sha256: String
}

/// Saves a streamed body so that the final name holds the whole contents or does not exist.
struct FileDownload {
    let stream: VendorByteStream
    let request: VendorRequest
    let bytesMax: Int64
    let timeoutSeconds: Double

    func save(to path: String) async throws(VendorError) -> Downloaded {
        let temporary = Self.temporary(for: path)
        do {
            let saved = try await write(to: temporary)
            try await BlockingWork.run { try Self.publish(temporary, as: path) }
            return saved
        } catch {
            try? await BlockingWork.run { try FileManager.default.removeItem(atPath: temporary) }
            throw TransportFailure.error(from: error, request: request)
        }
    }

    /// Hidden, for the name of a file from outside never begins with a dot: "audit.md.part" is a name it may have.
    private static func temporary(for path: String) -> String {
        let path = path as NSString
        return (path.deletingLastPathComponent as NSString).appendingPathComponent(".\(path.lastPathComponent).part")
    }

    private func write(to path: String) async throws -> Downloaded {
        let announced = stream.headers["content-length"].flatMap { Int64($0) }
        if let announced, announced > bytesMax { throw tooLarge }
        let file = try await BlockingWork.run { try Self.created(path) }
        defer { try? file.close() }
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(timeoutSeconds))
        var hash = SHA256()
        var bytes: Int64 = 0
        for try await chunk in stream {
            bytes += Int64(chunk.readableBytes)
            guard bytes <= bytesMax else { throw tooLarge }
            // Silence is the transport's to notice; a trickle that would take for ever is noticed here.
            guard clock.now < deadline else { throw request.failure(.noAnswer, "the file did not arrive in time") }
            hash.update(data: chunk.readableBytesView)
            try await BlockingWork.run { try Self.append(chunk, to: file) }
        }
        if let announced, announced != bytes {
            throw request.failure(.noAnswer, "the file is cut: \(bytes) of \(announced) bytes arrived")
        }
        try await BlockingWork.run { try Self.flush(file) }
        return Downloaded(bytes: bytes, sha256: hash.finalize().map(Self.hex).joined())
    }

    private var tooLarge: VendorError {
        request.failure(.rejected(status: 0, code: "file_too_large"), "the file is larger than \(bytesMax) bytes")
    }

    private static func hex(_ byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }

    private static func created(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else {
            throw TransportFailure.LocalFile(reason: "the file cannot be created here: check the folder and its rights")
        }
        return file
    }

    private static func append(_ chunk: ByteBuffer, to file: FileHandle) throws {
        do { try file.write(contentsOf: Data(chunk.readableBytesView)) } catch { throw writeFailure }
    }

    private static func flush(_ file: FileHandle) throws {
        do { try file.synchronize() } catch { throw writeFailure }
    }

    private static let writeFailure = TransportFailure.LocalFile(reason: "the file cannot be written: check free space")

    /// Renames, then flushes the folder: without that the new name may be gone after a power cut.
    private static func publish(_ temporary: String, as path: String) throws {
        guard rename(temporary, path) == 0 else {
            throw TransportFailure.LocalFile(reason: "the finished file cannot be renamed")
        }
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
