/// Where an endpoint may be: an address on the open internet, unless a block of others was allowed.
package struct EndpointAddress: Hashable, Sendable {
    package static let charactersMax = 2_000

    /// Why an address is not taken, in words.
    package struct Refused: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    package let url: String
    /// Without the brackets of an IPv6 address.
    package let host: String
    package let port: Int
    package let isPlain: Bool

    /// `allowed` are blocks of addresses that count as open although they are not. `mayBePlain` is for what is only looked
    /// at and told nothing.
    package init(_ text: String, allowed: [AddressRange], mayBePlain: Bool = false) throws(Refused) {
        guard text.utf8.count <= Self.charactersMax, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Refused(description: "an endpoint's address has at most \(Self.charactersMax) plain characters")
        }
        let isPlain = text.lowercased().hasPrefix("http://")
        guard isPlain || text.lowercased().hasPrefix("https://") else {
            throw Refused(description: "an endpoint's address begins with https://")
        }
        let rest = text.drop { $0 != ":" }.dropFirst(3)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !rest.contains("#"), !authority.contains("@"), !rest.contains("\\") else {
            throw Refused(description: "an endpoint's address has no user name, fragment or backslash")
        }
        let (host, port) = try Self.split(authority)
        self.port = port ?? (isPlain ? 80 : 443)
        (url, self.host, self.isPlain) = (text, host, isPlain)
        if isPlain, !mayBePlain, !allowed.contains(where: { $0.contains(host) }) {
            throw Refused(description: "an endpoint's address begins with https:// unless its address is allowed")
        }
        if AddressRange(host) != nil, !Self.isOpen(host, allowed: allowed) {
            throw Refused(description: "\(host) is not an address on the open internet")
        }
        guard host.contains(".") || host.contains(":"), host != "localhost", !host.hasSuffix(".localhost") else {
            throw Refused(description: "\"\(host.prefix(80))\" is not a name on the open internet")
        }
    }

    private static func split(_ authority: Substring) throws(Refused) -> (String, Int?) {
        let unreadable = Refused(description: "an endpoint's address names no host that can be read")
        let name: Substring, rest: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw unreadable }
            name = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
            guard AddressRange(String(name)) != nil, !name.contains("/") else { throw unreadable }
        } else {
            name = authority.prefix { $0 != ":" }
            rest = authority[name.endIndex...]
            let isName = name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    || byte == 46
            }
            guard isName, (1...253).contains(name.utf8.count) else { throw unreadable }
            // "2130706433" and "0x7f.1" are addresses to some readers and names to others.
            let last = name.split(separator: ".").last ?? ""
            guard AddressRange(String(name)) != nil || last.first?.isLetter ?? false else { throw unreadable }
        }
        guard !rest.isEmpty else { return (name.lowercased(), nil) }
        guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65_535).contains(port) else {
            throw unreadable
        }
        return (name.lowercased(), port)
    }

    // IANA's registries of special-purpose addresses (RFC 6890 and later).
    private static let closed = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    ].compactMap { AddressRange($0) }
    private static let global = ["0.0.0.0/0", "2000::/3"].compactMap { AddressRange($0) }

    /// Asked once more of the address a name leads to, when it is called.
    package static func isOpen(_ address: String, allowed: [AddressRange]) -> Bool {
        if allowed.contains(where: { $0.contains(address) }) { return true }
        return global.contains { $0.contains(address) } && !closed.contains { $0.contains(address) }
    }
}
