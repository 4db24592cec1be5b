import Foundation

/// Takes a stream of server-sent events apart (WHATWG HTML, section 9.2), byte by byte: lines end in LF, CRLF or CR and
/// nothing else, wherever the network happens to cut. A frame that is not closed by an empty line is never delivered.
/// A frame that lies whole within one chunk is handed out without being copied.
package struct SSEParser: Sendable {
    package struct EventTooLarge: Error, Hashable { package let bytesMax: Int }

    private let eventBytesMax: Int
    private var partialLine: [UInt8] = []
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var lastWasCR = false
    private var isFirstLine = true

    package init(eventBytesMax: Int) { self.eventBytesMax = eventBytesMax }

    /// Feeds one chunk and hands out every frame that it completes. `name` is empty when the frame has none; both
    /// spans are valid during the call only. After a throw the parser must not be used again.
    package mutating func feed(
        _ chunk: RawSpan, onFrame: (_ name: RawSpan, _ data: RawSpan) -> Void
    ) throws(EventTooLarge) {
        var failure: EventTooLarge?
        chunk.withUnsafeBytes { bytes in
            do throws(EventTooLarge) { try feed(bytes, onFrame) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private mutating func feed(_ bytes: UnsafeRawBufferPointer, _ onFrame: (RawSpan, RawSpan) -> Void)
        throws(EventTooLarge)
    {
        guard !bytes.isEmpty else { return }
        var lines = LineEnds(bytes)
        var start = 0
        if lastWasCR, bytes[0] == 0x0A { start = 1 }
        lastWasCR = false
        // Where in this chunk the only data line of the current frame lies, as long as it need not be copied.
        var inPlace: Range<Int>?
        while start < bytes.count {
            guard let end = lines.next(from: start) else { break }
            if partialLine.isEmpty {
                try take(start..<end, of: bytes, &inPlace, onFrame)
            } else {
                try keep(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                // The line moves out while it is read. Its storage is not kept: most streams are silent most of the time.
                var line: [UInt8] = []
                swap(&line, &partialLine)
                let failure = line.withUnsafeBytes { whole -> EventTooLarge? in
                    var copied: Range<Int>?
                    do throws(EventTooLarge) {
                        try take(0..<whole.count, of: whole, &copied, onFrame)
                        if let copied { try append(copied, of: whole) }
                        return nil
                    } catch { return error }
                }
                if let failure { throw failure }
            }
            start = end + 1
            if bytes[end] == 0x0D {
                if start == bytes.count { lastWasCR = true } else if bytes[start] == 0x0A { start += 1 }
            }
        }
        if let inPlace { try append(inPlace, of: bytes) }
        if start < bytes.count { try keep(UnsafeRawBufferPointer(rebasing: bytes[start...])) }
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) throws(EventTooLarge) {
        guard partialLine.count + piece.count <= eventBytesMax + 16 else {
            throw EventTooLarge(bytesMax: eventBytesMax)
        }
        partialLine.append(contentsOf: piece)
    }

    /// Handles one whole line.
    private mutating func take(
        _ line: Range<Int>, of bytes: UnsafeRawBufferPointer, _ inPlace: inout Range<Int>?,
        _ onFrame: (RawSpan, RawSpan) -> Void
    ) throws(EventTooLarge) {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if line.count >= 3, bytes[line].prefix(3).elementsEqual([0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        }
        guard !line.isEmpty else { return dispatch(bytes, &inPlace, onFrame) }
        let colon = Self.find(0x3A, in: bytes, line) ?? line.upperBound
        guard colon > line.lowerBound else { return }  // a comment
        var value = min(colon + 1, line.upperBound)..<line.upperBound
        if let first = value.first, bytes[first] == 0x20 { value = value.dropFirst() }
        if Self.equals(bytes, line.lowerBound..<colon, "data") {
            try takeData(value, of: bytes, &inPlace)
        } else if Self.equals(bytes, line.lowerBound..<colon, "event") {
            guard value.count <= eventBytesMax else { throw EventTooLarge(bytesMax: eventBytesMax) }
            name.removeAll(keepingCapacity: true)
            name.append(contentsOf: bytes[value])
        }
    }

    private mutating func takeData(
        _ value: Range<Int>, of bytes: UnsafeRawBufferPointer, _ inPlace: inout Range<Int>?
    ) throws(EventTooLarge) {
        guard hasData else {
            guard value.count <= eventBytesMax else { throw EventTooLarge(bytesMax: eventBytesMax) }
            (hasData, inPlace) = (true, value)
            return
        }
        if let first = inPlace {
            inPlace = nil
            try append(first, of: bytes)
        }
        guard data.count + 1 + value.count <= eventBytesMax else { throw EventTooLarge(bytesMax: eventBytesMax) }
        data.append(0x0A)
        data.append(contentsOf: bytes[value])
    }

    private mutating func append(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer) throws(EventTooLarge) {
        guard data.count + range.count <= eventBytesMax else { throw EventTooLarge(bytesMax: eventBytesMax) }
        data.append(contentsOf: bytes[range])
    }

    private mutating func dispatch(
        _ bytes: UnsafeRawBufferPointer, _ inPlace: inout Range<Int>?, _ onFrame: (RawSpan, RawSpan) -> Void
    ) {
        if hasData {
            if let range = inPlace {
                onFrame(name.span.bytes, UnsafeRawBufferPointer(rebasing: bytes[range]).bytes)
            } else {
                onFrame(name.span.bytes, data.span.bytes)
            }
        }
        (hasData, inPlace) = (false, nil)
        name.removeAll(keepingCapacity: true)
        data.removeAll()
    }

    private static func find(_ byte: Int32, in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        guard let base = bytes.baseAddress, let hit = memchr(base + range.lowerBound, byte, range.count) else {
            return nil
        }
        return UnsafeRawPointer(hit) - base
    }

    private static func equals(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount, let base = bytes.baseAddress else { return false }
        return memcmp(base + range.lowerBound, word.utf8Start, range.count) == 0
    }

    /// Finds line ends by looking for each of the two bytes once per chunk, not once per line.
    private struct LineEnds {
        private let bytes: UnsafeRawBufferPointer
        private var lf: Int, cr: Int

        init(_ bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
            lf = SSEParser.find(0x0A, in: bytes, 0..<bytes.count) ?? bytes.count
            cr = SSEParser.find(0x0D, in: bytes, 0..<bytes.count) ?? bytes.count
        }

        mutating func next(from start: Int) -> Int? {
            if lf < start { lf = SSEParser.find(0x0A, in: bytes, start..<bytes.count) ?? bytes.count }
            if cr < start { cr = SSEParser.find(0x0D, in: bytes, start..<bytes.count) ?? bytes.count }
            let end = min(lf, cr)
            return end < bytes.count ? end : nil
        }
    }
}
