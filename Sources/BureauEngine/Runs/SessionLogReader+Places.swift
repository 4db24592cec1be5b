import BureauVendors
import Foundation

/// Finding a place in a log without reading what lies before it.
extension SessionLogReader {
    private static let probeBytesMax = 64 << 10, firstLinesMax = 50

    /// What the session was told first, uncut and without credentials; nil where it is not near the beginning.
    package func firstRequest() -> String? {
        let data = bytes(from: 0, to: UInt64(Self.wholeBytesMax)) ?? Data()
        var (rest, seen) = (data[...], 0)
        while let newline = rest.firstIndex(of: 10), seen < Self.firstLinesMax {
            let raw = Array(rest[..<newline]), place = UInt64(rest.startIndex - data.startIndex)
            // Nothing else is worth the time to read it.
            if RawEvent(bytes: raw)?.type == SessionLine.requestType,
                let line = SessionLine(raw, start: place, charactersMax: Self.wholeBytesMax)
            {
                return String(line.text.dropFirst(SessionLine.requestWords.count))
            }
            (rest, seen) = (rest[(newline + 1)...], seen + 1)
        }
        return nil
    }

    /// Where the lines up to a moment end, by halving: they stand in the order of time. A line longer than a probe may
    /// make it end earlier.
    package func end(at moment: Int64) -> UInt64 {
        var (low, high) = (UInt64(0), size)
        while high > low, high - low > UInt64(Self.probeBytesMax) {
            let middle = low + (high - low) / 2
            if let line = firstTimed(from: middle, to: high), let at = line.at, at <= moment {
                low = line.end
            } else {
                high = middle
            }
        }
        for line in read(after: low).lines {
            guard line.at.map({ $0 <= moment }) ?? true else { break }
            low = line.end
        }
        return low
    }

    /// The first whole line after `start` that says when it was.
    private func firstTimed(from start: UInt64, to last: UInt64) -> SessionLine? {
        guard let data = bytes(from: start, to: min(last, start + UInt64(Self.probeBytesMax))),
            let before = data.firstIndex(of: 10)
        else { return nil }
        var rest = data[(before + 1)...]
        while let newline = rest.firstIndex(of: 10) {
            let place = start + UInt64(rest.startIndex - data.startIndex)
            if let line = SessionLine(Array(rest[..<newline]), start: place), line.at != nil { return line }
            rest = rest[(newline + 1)...]
        }
        return nil
    }
}
