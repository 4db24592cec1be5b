/// The branch of one run: prefix, run and what the task is called. Safe by construction, whatever people call tasks.
package enum BranchName {
    static let titleCharactersMax = 40

    /// "bureau/01ka3f8q7q…-fix-the-footer"
    package static func make(prefix: String, runID: String, title: String) -> String {
        prefix + runID.lowercased() + "-" + slug(title)
    }

    /// Lower-case letters and digits with single hyphens between; what is left of nothing is "task".
    static func slug(_ title: String) -> String {
        var text = ""
        for byte in title.lowercased().utf8.prefix(500) {
            if byte.isLower || byte.isDigit {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else if !text.hasSuffix("-"), !text.isEmpty {
                text += "-"
            }
            if text.utf8.count == titleCharactersMax { break }
        }
        while text.hasSuffix("-") { text.removeLast() }
        return text.isEmpty ? "task" : text
    }
}
