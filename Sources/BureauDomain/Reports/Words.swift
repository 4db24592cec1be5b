/// Figures as people read them, the same on every surface.
package enum Words {
    /// "23m 14s", "1h 02m", "45s".
    package static func duration(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m \(padded(seconds % 60))s"
        default: return "\(seconds / 3_600)h \(padded(seconds / 60 % 60))m"
        }
    }

    /// "84 KB", "2.1 MB", "72.2 GB".
    package static func bytes(_ count: Int64) -> String {
        switch count {
        case ..<1_000: "\(count) B"
        case ..<1_000_000: "\((count + 500) / 1_000) KB"
        case ..<1_000_000_000: "\(count / 1_000_000).\(count % 1_000_000 / 100_000) MB"
        default: "\(count / 1_000_000_000).\(count % 1_000_000_000 / 100_000_000) GB"
        }
    }

    /// Names that people give are the same in any letter case and with any white space around them.
    package static func same(_ one: String, _ other: String) -> Bool { folded(one) == folded(other) }

    package static func folded(_ name: String) -> String {
        name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
