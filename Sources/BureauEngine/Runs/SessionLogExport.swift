import BureauDomain
package import Foundation

/// A session's log to take away: every whole line in order, without credentials. A line that holds none leaves byte for
/// byte as the service wrote it.
package struct SessionLogExport {
    private let handle: FileHandle
    private var rest = Data()
    private var isPassing = false
    package static let lineBytesMax = 8 << 20
    /// Deeper members are left out only beyond what any event has.
    private static let depthMore = -20

    /// Nil when there is no log.
    package init?(folder: URL, session: String) {
        let path = folder.appendingPathComponent(SessionLog.isSafe(session) ? session + ".jsonl" : "none").path
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        self.handle = handle
    }

    /// The next lines, some at a time; nil at the end. What is being written at its end is not yet a line.
    package mutating func next() -> [UInt8]? {
        while true {
            if let newline = rest.lastIndex(of: 10) {
                let whole = rest[...newline]
                rest = Data(rest[(newline + 1)...])
                return lines(whole)
            }
            if rest.count > Self.lineBytesMax { (isPassing, rest) = (true, Data()) }
            guard let more = try? handle.read(upToCount: SessionLogReader.pieceBytesMax), !more.isEmpty else {
                try? handle.close()
                return nil
            }
            rest += more
        }
    }

    private mutating func lines(_ whole: Data) -> [UInt8] {
        var cleaned: [UInt8] = []
        for line in whole.dropLast().split(separator: 10, omittingEmptySubsequences: false) {
            cleaned += isPassing || line.count > Self.lineBytesMax ? Self.passed : Self.clean(Array(line))
            cleaned.append(10)
            isPassing = false
        }
        return cleaned
    }

    private static let passed = Array(
        #"{"type":"bureau.line_too_long","bytes_max":\#(lineBytesMax)}"#.utf8)

    static func clean(_ line: [UInt8]) -> [UInt8] {
        guard let value = try? JSONValue.parse(line, bytesMax: lineBytesMax) else {
            return Array(Outgoing.clean(String(decoding: line, as: UTF8.self)).utf8)
        }
        let cleaned = Outgoing.clean(value, depth: depthMore)
        return cleaned == value ? line : Array(cleaned.compact.utf8)
    }
}
