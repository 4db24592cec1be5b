import BureauDomain
import BureauVendors
package import Foundation

/// Reads a session's log in pieces of bounded size, from its end or from where one left off: a log of any length opens
/// as fast as a short one.
package struct SessionLogReader: Sendable {
    let path: String
    let form: SessionLine.Form
    package static let pieceBytesMax = 512 << 10
    /// Of one line that is looked at by itself.
    package static let wholeBytesMax = 256 << 10
    /// That a search looks through before it says how far it came.
    package static let searchPiecesMax = 8

    package init(folder: URL, session: String, as form: SessionLine.Form = .words) {
        path = folder.appendingPathComponent(SessionLog.isSafe(session) ? session + ".jsonl" : "none").path
        self.form = form
    }

    /// What was found of a log, and how far it was looked through.
    package struct Piece: Sendable {
        /// In order.
        package fileprivate(set) var lines: [SessionLine] = []
        /// Where the oldest that was looked at begins; 0 when nothing is before it.
        package fileprivate(set) var start: UInt64
        package fileprivate(set) var end: UInt64
        /// The earliest moment among all that were looked at, wanted or not; nil where none had any.
        package fileprivate(set) var earliest: Int64?
        /// Lines that are no event.
        package fileprivate(set) var unreadableCount = 0
    }

    /// False before the first event, and when the days that logs are kept are over.
    package var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The newest lines before `end` (the log's own end when nil) that are wanted, of at most one piece. Read from the
    /// end: what is not shown is not read.
    package func newest(
        before end: UInt64? = nil, atMost linesMax: Int = .max, where isWanted: (SessionLine) -> Bool = { _ in true }
    ) -> Piece {
        let size = self.size
        let last = min(end ?? size, size)
        let first = last > UInt64(Self.pieceBytesMax) ? last - UInt64(Self.pieceBytesMax) : 0
        guard let data = bytes(from: first, to: last), let newline = data.lastIndex(of: 10) else {
            return Piece(start: first, end: first)
        }
        var piece = Piece(start: first, end: first + UInt64(newline + 1 - data.startIndex))
        var rest = data[...newline]
        while !rest.isEmpty, piece.lines.count < linesMax {
            let begin = rest.dropLast().lastIndex(of: 10).map { $0 + 1 } ?? rest.startIndex
            // The first bytes may be the middle of a line.
            if begin == rest.startIndex, first > 0 { break }
            let place = first + UInt64(begin - data.startIndex)
            if let line = SessionLine(Array(rest[begin...].dropLast()), start: place, as: form) {
                piece.take(line, isWanted(line))
            } else {
                piece.unreadableCount += 1
            }
            rest = rest[..<begin]
        }
        piece.lines.reverse()
        let start = first + UInt64(rest.endIndex - data.startIndex)
        // A line longer than a piece is passed over, or reading would stand still behind it.
        piece.start = start == piece.end ? first : start
        return piece
    }

    /// As `newest`, through several pieces: what is looked for may be rare. Where it stopped, a next search goes on.
    package func search(
        before end: UInt64? = nil, atMost linesMax: Int, where isWanted: (SessionLine) -> Bool
    ) -> Piece {
        var found = newest(before: end, atMost: linesMax, where: isWanted)
        for _ in 1..<Self.searchPiecesMax where found.start > 0 && found.lines.count < linesMax {
            found.put(newest(before: found.start, atMost: linesMax - found.lines.count, where: isWanted))
        }
        return found
    }

    /// The line that begins at `start`, its text uncut, and its JSON without credentials. Nil where no line begins, or
    /// one that is longer than `wholeBytesMax`.
    package func whole(at start: UInt64) -> (line: SessionLine, json: String)? {
        guard start == 0 || bytes(from: start - 1, to: start)?.first == 10,
            let data = bytes(from: start, to: start + UInt64(Self.wholeBytesMax)),
            let newline = data.firstIndex(of: 10)
        else { return nil }
        let raw = Array(data[..<newline])
        guard let line = SessionLine(raw, start: start, as: form, charactersMax: Self.wholeBytesMax),
            let value = try? JSONValue.parse(raw, bytesMax: Self.wholeBytesMax)
        else { return nil }
        return (line, Outgoing.clean(value).pretty)
    }

    /// Of the log's end that is looked through for one event.
    static let lateBytesMax = 64 << 10

    /// Whether this event is among those that were logged last. False too when it stands further up, or the log's last
    /// line was cut.
    func holdsLately(_ id: String) -> Bool {
        let size = self.size, count = UInt64(Self.lateBytesMax)
        guard !id.isEmpty, let data = bytes(from: size > count ? size - count : 0, to: size), data.last == 10 else {
            return false
        }
        return data.split(separator: 10).reversed().contains { RawEvent(bytes: Array($0))?.id == id }
    }

    var size: UInt64 {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.uint64Value ?? 0
    }

    /// What was added after `start`, at most one piece, and where it ends.
    package func read(after start: UInt64) -> (lines: [SessionLine], end: UInt64) {
        guard let data = bytes(from: start, to: .max) else { return ([], start) }
        var lines: [SessionLine] = []
        var rest = data[...]
        while let newline = rest.firstIndex(of: 10) {
            let place = start + UInt64(rest.startIndex - data.startIndex)
            if let line = SessionLine(Array(rest[..<newline]), start: place, as: form) { lines.append(line) }
            rest = rest[(newline + 1)...]
        }
        // A line longer than a piece is passed over, or reading would stand still in front of it.
        let isStuck = rest.count == Self.pieceBytesMax
        return (lines, start + UInt64(isStuck ? data.count : rest.startIndex - data.startIndex))
    }

    /// At most one piece; nil when there is nothing.
    func bytes(from start: UInt64, to last: UInt64) -> Data? {
        let count = Int(min(UInt64(Self.pieceBytesMax), last > start ? last - start : 0))
        guard count > 0, let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard (try? handle.seek(toOffset: start)) != nil else { return nil }
        return try? handle.read(upToCount: count)
    }
}

extension SessionLogReader.Piece {
    fileprivate mutating func take(_ line: SessionLine, _ isWanted: Bool) {
        if let at = line.at { earliest = min(earliest ?? at, at) }
        if isWanted { lines.append(line) }
    }

    /// What was found further up.
    fileprivate mutating func put(_ before: Self) {
        (lines, start) = (before.lines + lines, before.start)
        earliest = [earliest, before.earliest].compactMap(\.self).min()
        unreadableCount += before.unreadableCount
    }
}
