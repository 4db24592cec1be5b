import BureauVendors
import Foundation

/// `SESSION_LOG_DIR/<session>.jsonl`: every event of a session once, byte for byte, one a line.
///
/// It is the record: what is known of a session after a restart is rebuilt from it. A line that a crash cut short is
/// removed when the log is opened; the event comes again with the history. Not flushed: the vendor keeps the original.
final class SessionLog {
    private let descriptor: Int32
    let path: String
    /// As we left it. When the file is another size, another worker writes it: ours was paused past its lease.
    private var sizeBytes: off_t = 0

    /// Opens or creates the log and hands every whole line to `visit`, in order.
    init(folder: URL, session: String, visit: (RawEvent) -> Void) throws {
        guard Self.isSafe(session) else {
            throw SessionLogError(path: session, why: "the session id is not a file name")
        }
        try Self.make(folder)
        path = folder.appendingPathComponent(session + ".jsonl").path
        // Appending, so that a worker that was paused past its lease never writes over its successor's lines.
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SessionLogError(path: path, why: String(cString: strerror(errno))) }
        do { try readWholeLines(visit) } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Appends events with one write. Throws when the disk refuses; what it took of them is removed again, so that
    /// the next line does not begin in the middle of one.
    func append(_ events: [RawEvent]) throws {
        guard !events.isEmpty else { return }
        var lines: [UInt8] = []
        lines.reserveCapacity(events.reduce(0) { $0 + $1.bytes.count + 1 })
        for event in events { Self.appendLine(event.bytes, to: &lines) }
        guard lseek(descriptor, 0, SEEK_END) == sizeBytes else {
            throw takenOver
        }
        try put(lines)
    }

    private var takenOver: SessionLogError {
        SessionLogError(path: path, why: "another worker has gone on with it", isTakenOver: true)
    }

    /// What is written after another worker's lines is taken back: ours may be stopped between its look and its write.
    func put(_ lines: [UInt8]) throws {
        try lines.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    let why = String(cString: strerror(errno))
                    if written > 0 { ftruncate(descriptor, lseek(descriptor, 0, SEEK_CUR) - off_t(written)) }
                    throw SessionLogError(path: path, why: why)
                }
                written += count
            }
        }
        let end = lseek(descriptor, 0, SEEK_END), start = end - off_t(lines.count)
        guard start == sizeBytes else {
            if isThere(lines, at: start) { ftruncate(descriptor, start) }
            throw takenOver
        }
        sizeBytes = end
    }

    private func isThere(_ lines: [UInt8], at start: off_t) -> Bool {
        var found = [UInt8](repeating: 0, count: lines.count)
        guard start >= 0 else { return false }
        let count = found.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, start) }
        return count == lines.count && found == lines
    }

    /// JSON needs no raw line ends; an event that has some all the same (between members) must stay one line.
    private static func appendLine(_ bytes: [UInt8], to lines: inout [UInt8]) {
        if has(10, bytes) || has(13, bytes) {
            lines.append(contentsOf: bytes.map { $0 == 10 || $0 == 13 ? 32 : $0 })
        } else {
            lines.append(contentsOf: bytes)
        }
        lines.append(10)
    }

    private static func has(_ byte: Int32, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { piece in piece.baseAddress.map { memchr($0, byte, piece.count) != nil } ?? false }
    }

    private func readWholeLines(_ visit: (RawEvent) -> Void) throws {
        guard lseek(descriptor, 0, SEEK_END) > 0 else { return }
        lseek(descriptor, 0, SEEK_SET)
        var pending: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var wholeBytes: Int64 = 0
        while true {
            let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SessionLogError(path: path, why: String(cString: strerror(errno))) }
            guard count > 0 else { break }
            var rest = piece[..<count]
            while let end = rest.firstIndex(of: 10) {
                pending.append(contentsOf: rest[..<end])
                wholeBytes += Int64(pending.count + 1)
                if let event = RawEvent(bytes: pending) { visit(event) }
                pending.removeAll(keepingCapacity: true)
                rest = rest[(end + 1)...]
            }
            pending.append(contentsOf: rest)
        }
        guard ftruncate(descriptor, off_t(wholeBytes)) == 0, lseek(descriptor, off_t(wholeBytes), SEEK_SET) >= 0 else {
            throw SessionLogError(path: path, why: String(cString: strerror(errno)))
        }
        sizeBytes = off_t(wholeBytes)
    }

    /// Throws when the folder takes no file now: a session whose events cannot be kept is better not opened.
    static func probe(_ folder: URL, name: String) throws {
        // By the system's own calls: every run that begins waits for it.
        let path = folder.path + "/.probe-" + name, flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        var file = open(path, flags, 0o640)
        if file < 0, errno == ENOENT {
            try make(folder)
            file = open(path, flags, 0o640)
        }
        guard file >= 0 else { throw SessionLogError(path: folder.path, why: String(cString: strerror(errno))) }
        defer {
            close(file)
            unlink(path)
        }
        guard write(file, "\n", 1) == 1 else {
            throw SessionLogError(path: folder.path, why: String(cString: strerror(errno)))
        }
    }

    private static func make(_ folder: URL) throws {
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw SessionLogError(path: folder.path, error)
        }
    }

    static func isSafe(_ session: String) -> Bool {
        (1...128).contains(session.utf8.count)
            && session.utf8.allSatisfy {
                $0 == 95 || $0 == 45 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            }
    }
}

struct SessionLogError: Error, CustomStringConvertible {
    let path: String
    let why: String
    /// Not the disk's doing: the run is in other hands.
    var isTakenOver = false

    init(path: String, why: String, isTakenOver: Bool = false) {
        (self.path, self.why, self.isTakenOver) = (path, why, isTakenOver)
    }

    /// What the file system says, without Foundation's words around it.
    init(path: String, _ error: any Error) {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let code = cause.map { Int32($0.code) } ?? errno
        self.init(path: path, why: String(cString: strerror(code)))
    }

    var description: String { "the session log \(path) cannot be written: \(why)" }
}
