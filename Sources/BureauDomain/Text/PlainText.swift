extension String {
    /// As one harmless line: text from elsewhere may hold controls and marks that turn the direction of what follows. A
    /// blank is in their place.
    package var plainLine: String {
        guard unicodeScalars.contains(where: \.isHostile) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.isHostile ? " " : $0 }))
    }
}

extension Unicode.Scalar {
    /// Controls (C0, C1, DEL), line separators, and marks that turn the direction of what follows.
    fileprivate var isHostile: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
