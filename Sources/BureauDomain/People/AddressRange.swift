/// A block of IP addresses as CIDR writes it: "203.0.113.0/24", "2001:db8::/32", or one address.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes, in network order.
    private let bytes: [UInt8]
    private let prefixBits: Int
    package let description: String

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.bytes(parts[0]) else { return nil }
        let widest = bytes.count * 8
        let given = parts.count == 2 ? Int(parts[1]) : widest
        guard let bits = given, (0...widest).contains(bits) else { return nil }
        self.bytes = bytes
        prefixBits = bits
        description = text
    }

    package func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(address[...]), other.count == bytes.count else { return false }
        let whole = prefixBits / 8, rest = prefixBits % 8
        guard bytes.prefix(whole) == other.prefix(whole) else { return false }
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - rest))
        return bytes[whole] & mask == other[whole] & mask
    }

    /// An IPv4 address in IPv6 clothes ("::ffff:192.0.2.1") counts as the IPv4 address it is.
    private static func bytes(_ text: Substring) -> [UInt8]? {
        guard text.contains(":") else { return four(text) }
        guard let all = sixteen(text) else { return nil }
        let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
        return isMapped ? Array(all[12...]) : all
    }

    private static func four(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) } ? UInt8(part) : nil
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func sixteen(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count <= 45 else { return nil }
        var text = String(text)
        if let colon = text.lastIndex(of: ":"), text[colon...].contains(".") {
            guard let tail = four(text[text.index(after: colon)...]) else { return nil }
            let groups = [tail[0...1], tail[2...3]].map { pair in
                String(pair.reduce(0) { $0 << 8 | Int($1) }, radix: 16)
            }
            text = text[...colon] + groups.joined(separator: ":")
        }
        guard let gap = doubleColon(in: text) else { return groups(text[...], count: 8) }
        let after = text[text.index(gap, offsetBy: 2)...]
        guard doubleColon(in: String(after)) == nil, let head = groups(text[..<gap], count: nil),
            let tail = groups(after, count: nil), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func doubleColon(in text: String) -> String.Index? {
        text.indices.first { text[$0...].hasPrefix("::") }
    }

    private static func groups(_ text: Substring, count: Int?) -> [UInt8]? {
        guard !text.isEmpty else { return count == nil ? [] : nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let words = parts.compactMap { (1...4).contains($0.utf8.count) ? UInt16($0, radix: 16) : nil }
        guard words.count == parts.count, count == nil || words.count == count else { return nil }
        return words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
