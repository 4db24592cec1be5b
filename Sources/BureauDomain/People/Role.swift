/// What a person may do. Each role may do everything the ones before it may.
package enum Role: String, CaseIterable, Hashable, Comparable, Sendable, Codable {
    /// Sees runs, clients and results.
    case viewer
    /// Decides approvals that name them, and settles questions about their clients.
    case consultant
    /// Starts, stops and repeats runs, pauses the intake, and sees what runs cost.
    case `operator`
    /// Sees the system: webhooks, queue, alerts, settings.
    case engineer
    /// Looks after people and what they may see.
    case admin

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package var word: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    package var meaning: String {
        switch self {
        case .viewer: "Sees runs, reports, clients and results."
        case .consultant: "Also decides approvals that name them and reports, and marks failures as seen."
        case .operator:
            "Also starts, stops, retries and delivers runs, pauses the intake, decides approvals that name nobody, sees costs."
        case .engineer: "Also sees the system: webhooks, queue, alerts, settings in effect, the audit log."
        case .admin: "Also looks after people and clients."
        }
    }
}

/// The name somebody signs in with, and that approvals are decided under.
package enum SignInName {
    package static let charactersMax = 40
    package static let rule = "2 to 40 characters: lower-case letters, digits, dots and hyphens, a letter first"

    /// Nil unless it keeps the rule.
    package static func of(_ text: String) -> String? {
        let name = text.trimmed.lowercased()
        guard (2...charactersMax).contains(name.utf8.count), let first = name.utf8.first,
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
        else { return nil }
        let isPlain = name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
        return isPlain ? name : nil
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
