import Foundation
import NIOCore

/// A request body as a row of memory and file pieces, read from disk only as the network takes them.
struct BodySegments: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    enum Segment: Sendable {
        case bytes([UInt8])
        case file(path: String, offsetBytes: Int64, lengthBytes: Int64)
    }

    static let chunkBytes = 256 << 10

    let segments: [Segment]
    let contentType: String?
    let lengthBytes: Int64

    /// Nil for a request without a body. Throws `LocalFile` when a file cannot be read, before anything is sent.
    init?(_ body: VendorRequest.Body) throws {
        switch body {
        case .none: return nil
        case .bytes(let bytes):
            (segments, contentType) = ([.bytes(bytes)], nil)
        case .file(let path, let offset, let length):
            let size = try Self.fileBytes(path)
            guard offset >= 0, offset <= size, length.map({ $0 >= 0 && offset + $0 <= size }) ?? true else {
                throw TransportFailure.LocalFile(reason: "the file is shorter than expected")
            }
            segments = [.file(path: path, offsetBytes: offset, lengthBytes: length ?? size - offset)]
            contentType = nil
        case .multipart(let multipart):
            segments = try Self.segments(of: multipart)
            contentType = "multipart/\(multipart.subtype.rawValue); boundary=\(multipart.boundary)"
        }
        lengthBytes = segments.reduce(0) { sum, segment in
            switch segment {
            case .bytes(let bytes): sum + Int64(bytes.count)
            case .file(_, _, let length): sum + length
            }
        }
    }

    /// The body when it is in memory already, which lets it be sent in one piece.
    var whole: ByteBuffer? {
        guard segments.count == 1, case .bytes(let bytes)? = segments.first else { return nil }
        return ByteBuffer(bytes: bytes)
    }

    private static func segments(of multipart: MultipartBody) throws -> [Segment] {
        var segments: [Segment] = []
        for part in multipart.parts {
            // Header values come from file names: a line break in one would start a header of its own.
            let headers = part.headers.map { "\($0.name): \($0.value.filter { !$0.isNewline })\r\n" }.joined()
            segments.append(.bytes(Array("--\(multipart.boundary)\r\n\(headers)\r\n".utf8)))
            switch part.content {
            case .bytes(let bytes): segments.append(.bytes(bytes))
            case .file(let path):
                segments.append(.file(path: path, offsetBytes: 0, lengthBytes: try fileBytes(path)))
            }
            segments.append(.bytes(Array("\r\n".utf8)))
        }
        segments.append(.bytes(Array("--\(multipart.boundary)--\r\n".utf8)))
        return segments
    }

    static func fileBytes(_ path: String) throws -> Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? NSNumber, FileManager.default.isReadableFile(atPath: path)
        else { throw TransportFailure.LocalFile(reason: "the file to send cannot be read") }
        return size.int64Value
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(segments: segments[...]) }

    struct AsyncIterator: AsyncIteratorProtocol {
        var segments: ArraySlice<Segment>
        private var open: (handle: FileHandle, leftBytes: Int64)?

        init(segments: ArraySlice<Segment>) { self.segments = segments }

        mutating func next() async throws -> ByteBuffer? {
            while true {
                if let chunk = try await nextOfFile() { return chunk }
                switch segments.popFirst() {
                case nil: return nil
                case .bytes(let bytes)?: return ByteBuffer(bytes: bytes)
                case .file(let path, let offset, let length)?:
                    open = (try await Self.opened(path, at: offset), length)
                }
            }
        }

        private mutating func nextOfFile() async throws -> ByteBuffer? {
            guard let (handle, left) = open else { return nil }
            guard left > 0 else {
                open = nil
                try? handle.close()
                return nil
            }
            let count = Int(Swift.min(left, Int64(BodySegments.chunkBytes)))
            // Disk reads may block: they have threads of their own.
            let chunk = try await BlockingWork.run {
                ByteBuffer(bytes: try handle.read(upToCount: count) ?? Data())
            }
            guard chunk.readableBytes > 0 else {
                throw TransportFailure.LocalFile(reason: "the file became shorter while it was sent")
            }
            open = (handle, left - Int64(chunk.readableBytes))
            return chunk
        }

        private static func opened(_ path: String, at offset: Int64) async throws -> FileHandle {
            try await BlockingWork.run {
                guard let handle = FileHandle(forReadingAtPath: path) else {
                    throw TransportFailure.LocalFile(reason: "the file to send cannot be opened")
                }
                try handle.seek(toOffset: UInt64(offset))
                return handle
            }
        }
    }
}
