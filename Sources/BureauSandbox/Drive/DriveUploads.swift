import Foundation
import Synchronization

/// Resumable upload sessions. A session's address is all a caller needs: it is a secret of its own.
final class DriveUploads: Sendable {
    static let chunkBytes = 262_144

    struct Session: Sendable {
        let metadata: DriveMetadata
        /// Set when a new version of this file is being sent.
        let fileID: String?
        let query: FormFields
        /// What the caller announced, when it did.
        let announced: Int?
        var bytes: [UInt8] = []
        /// The file once everything has come.
        var made: DriveItem?
    }
    private let sessions = Mutex<[String: Session]>([:])

    func forget() { sessions.withLock { $0 = [:] } }

    func open(_ session: Session) -> String {
        let id = "ABg5" + UUID().uuidString.replacingOccurrences(of: "-", with: "")
        sessions.withLock { $0[id] = session }
        return id
    }

    func session(_ id: String) -> Session? { sessions.withLock { $0[id] } }
    func close(_ id: String) { sessions.withLock { $0[id] = nil } }

    func finish(_ id: String, with item: DriveItem) {
        sessions.withLock { sessions in
            sessions[id]?.made = item
            // The file has the bytes now.
            sessions[id]?.bytes = []
        }
    }

    /// Adds bytes that follow directly on what is there; false when they do not.
    func append(_ bytes: [UInt8], at offset: Int, to id: String) -> Bool {
        sessions.withLock { sessions in
            guard sessions[id]?.bytes.count == offset else { return false }
            sessions[id]?.bytes += bytes
            return true
        }
    }
}

/// A `Content-Range` of an upload: `bytes 0-8388607/73400320`, `bytes */73400320`, and `*` for a total not known yet.
struct UploadRange: Hashable {
    var bounds: ClosedRange<Int>?
    var total: Int?

    init?(_ header: String) {
        guard header.hasPrefix("bytes ") else { return nil }
        let halves = header.dropFirst("bytes ".count).split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        total = Int(halves[1])
        guard total != nil || halves[1] == "*" else { return nil }
        if halves[0] == "*" { return }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard ends.count == 2, ends[0] >= 0, ends[0] <= ends[1], ends[1] < total ?? .max else { return nil }
        bounds = ends[0]...ends[1]
    }
}
