import Foundation

/// Finds where the values of a JSON text begin and end, without building anything. It walks nested values with a
/// counter in place of recursion, so hostile depth costs nothing, and it accepts more than JSON allows inside values
/// it only skips: whoever decodes them afterwards is strict.
struct JSONScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Calls `body` with the ranges of each name (without quotes) and value of the object at the current position.
    /// Returns false when there is no whole object here.
    mutating func members(_ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void) -> Bool {
        guard take(0x7B) else { return false }
        if take(0x7D) { return true }
        while true {
            skipSpace()
            guard let name = string(), take(0x3A), let value = value() else { return false }
            body(name, value)
            if take(0x2C) { continue }
            return take(0x7D)
        }
    }

    /// Calls `body` with the range of each element of the array at the current position.
    mutating func elements(_ body: (Range<Int>) -> Void) -> Bool {
        guard take(0x5B) else { return false }
        if take(0x5D) { return true }
        while true {
            guard let value = value() else { return false }
            body(value)
            if take(0x2C) { continue }
            return take(0x5D)
        }
    }

    /// Whether only white space is left.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return position == bytes.count
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// The contents of the string that starts here, still escaped.
    private mutating func string() -> Range<Int>? {
        guard position < bytes.count, bytes[position] == 0x22 else { return nil }
        let start = position + 1
        guard let end = endOfString(from: start) else { return nil }
        position = end + 1
        return start..<end
    }

    /// Jumps from quote to quote; one that follows an odd number of backslashes belongs to the text.
    private func endOfString(from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var from = start
        while from < bytes.count, let hit = memchr(base + from, 0x22, bytes.count - from) {
            let quote = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
            var backslash = quote
            while backslash > from, bytes[backslash - 1] == 0x5C { backslash -= 1 }
            if (quote - backslash).isMultiple(of: 2) { return quote }
            from = quote + 1
        }
        return nil
    }

    /// The range of the value that starts here, of any kind.
    private mutating func value() -> Range<Int>? {
        skipSpace()
        let start = position
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case 0x22:
                guard string() != nil else { return nil }
                if depth == 0 { return start..<position }
            case 0x7B, 0x5B:
                depth += 1
                position += 1
            case 0x7D, 0x5D:
                if depth == 0 { return start < position ? start..<position : nil }
                depth -= 1
                position += 1
                if depth == 0 { return start..<position }
            case 0x2C, 0x20, 0x09, 0x0A, 0x0D, 0x3A:
                if depth == 0 { return start < position ? start..<position : nil }
                position += 1
            default: position += 1
            }
        }
        return depth == 0 && start < position ? start..<position : nil
    }
}

extension JSONScanner {
    /// The text of a string value, given its range with the quotes; nil for any other kind of value.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ value: Range<Int>) -> String? {
        guard value.count >= 2, bytes[value.lowerBound] == 0x22 else { return nil }
        let inner = UnsafeBufferPointer(rebasing: bytes[value.lowerBound + 1..<value.upperBound - 1])
        guard inner.contains(0x5C) else { return String(decoding: inner, as: UTF8.self) }
        return try? JSONDecoder().decode(String.self, from: Data(bytes[value]))
    }

    static func name(_ bytes: UnsafeBufferPointer<UInt8>, _ name: Range<Int>, is wanted: StaticString) -> Bool {
        if name.count == wanted.utf8CodeUnitCount, let base = bytes.baseAddress {
            return memcmp(base + name.lowerBound, wanted.utf8Start, name.count) == 0
        }
        // A name may be written with escapes ("\u0069d"); nobody does, but it is legal.
        guard name.count > wanted.utf8CodeUnitCount, bytes[name].contains(0x5C) else { return false }
        return text(bytes, name.lowerBound - 1..<name.upperBound + 1) == "\(wanted)"
    }

    /// The exact bytes of one top-level member of an object, nil when it is absent or the text is no object.
    static func member(_ wanted: StaticString, of bytes: [UInt8]) -> [UInt8]? {
        bytes.withUnsafeBufferPointer { buffer in
            var scanner = JSONScanner(buffer)
            var found: Range<Int>?
            let whole = scanner.members { name, value in
                if found == nil, Self.name(buffer, name, is: wanted) { found = value }
            }
            return whole ? found.map { Array(buffer[$0]) } : nil
        }
    }
}
