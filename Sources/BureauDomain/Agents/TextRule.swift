/// What a text in a config may look like. `schemas/agent-1.schema.json` says the same in its `$defs`; a test holds
/// the two together.
struct TextRule: Sendable {
    /// Finishes the sentence "expected …".
    let expectation: String
    let lengthMax: Int
    let accepts: @Sendable (String) -> Bool

    func allows(_ text: String) -> Bool { text.unicodeScalars.count <= lengthMax && accepts(text) }

    /// One line with something on it.
    static func line(_ lengthMax: Int) -> TextRule {
        TextRule(expectation: "one line of 1 to \(lengthMax) characters", lengthMax: lengthMax) { text in
            let scalars = text.unicodeScalars
            return scalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } && scalars.contains { $0.value > 0x20 }
        }
    }

    /// Any number of lines with something on them.
    static func prose(_ lengthMax: Int) -> TextRule {
        TextRule(expectation: "a text of 1 to \(lengthMax) characters", lengthMax: lengthMax) { text in
            text.unicodeScalars.contains { $0.value > 0x20 && $0.value != 0x7F }
        }
    }

    static let slug = TextRule(
        expectation: "lower-case letters, digits and hyphens, a letter or digit first", lengthMax: 63
    ) { text in
        text.utf8.first.map { $0.isLower || $0.isDigit } == true
            && text.utf8.allSatisfy { $0.isLower || $0.isDigit || $0 == UInt8(ascii: "-") }
    }

    static let field = TextRule(
        expectation: "lower-case letters, digits and underscores, a letter first", lengthMax: 63
    ) { Template.isName($0) }

    static let variable = TextRule(
        expectation: "the name of an environment variable, such as SENTINEL_AGENT_ID (not its value)", lengthMax: 100
    ) { text in
        text.utf8.first.map { $0.isUpper } == true
            && text.utf8.allSatisfy { $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "_") }
    }

    static let version = TextRule(expectation: "a version such as \"1.0.0\"", lengthMax: 29) { text in
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { 1...9 ~= $0.utf8.count && $0.utf8.allSatisfy(\.isDigit) }
    }

    static let betaHeader = TextRule(
        expectation: "a beta header such as \"managed-agents-2026-04-01\"", lengthMax: 100
    ) { text in
        !text.isEmpty
            && text.utf8.allSatisfy {
                $0.isLower || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "_")
            }
    }

    static let slackChannel = TextRule(
        expectation: "a Slack channel such as \"#seo-automation\" (lower case) or an id such as \"C0123ABCD\"",
        lengthMax: 81
    ) { text in
        if text.hasPrefix("#") {
            let name = text.utf8.dropFirst()
            return !name.isEmpty
                && name.allSatisfy {
                    $0.isLower || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
        return isID(text, kinds: "CGD")
    }

    static let slackTag = TextRule(
        expectation: "a person or group such as \"@trung\", or an id such as \"U0123ABCD\"", lengthMax: 81
    ) { text in
        if text.hasPrefix("@") {
            let name = text.utf8.dropFirst()
            return !name.isEmpty
                && name.allSatisfy {
                    $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                        || $0 == UInt8(ascii: ".")
                }
        }
        return isID(text, kinds: "USW")
    }

    /// ClickUp's list ids are digits; a placeholder in angle brackets is reported as a warning instead.
    static let listID = TextRule(
        expectation: "a ClickUp list id in quotes, such as \"901100000001\"", lengthMax: 80
    ) { text in
        isPlaceholder(text) || (1...20 ~= text.utf8.count && text.utf8.allSatisfy(\.isDigit))
    }

    static func isPlaceholder(_ text: String) -> Bool {
        text.hasPrefix("<") && text.hasSuffix(">") && text.count > 2 && !text.contains("\n")
    }

    private static func isID(_ text: String, kinds: String) -> Bool {
        3...21 ~= text.utf8.count && text.first.map { kinds.contains($0) } == true
            && text.utf8.allSatisfy { $0.isUpper || $0.isDigit }
    }
}

extension UInt8 {
    var isLower: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self }
    var isUpper: Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self }
}
