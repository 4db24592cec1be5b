import Foundation

/// Makes vendor text fit to be shown: no control characters, no credential, a bounded length.
enum SafeText {
    static let charactersMax = 300

    static func printable(_ text: String, masking secrets: [Secret], charactersMax: Int = Self.charactersMax) -> String
    {
        var text = text
        for secret in secrets {
            let value = secret.reveal()
            // Masking one or two characters would only shred the text; real credentials are far longer.
            guard value.count >= 4 else { continue }
            text = text.replacingOccurrences(of: value, with: "***")
            // Some vendors echo only the beginning of a key they refuse.
            if value.count >= 24 { text = text.replacingOccurrences(of: value.prefix(16), with: "***") }
        }
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(charactersMax * 4) {
            safe.append(isPrintable(scalar) ? scalar : " ")
        }
        let joined = String(safe).split(separator: " ").joined(separator: " ")
        return joined.count <= charactersMax ? joined : joined.prefix(charactersMax - 1) + "…"
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
