import Foundation
import Synchronization

/// Knows the values nobody may see, and takes them out of any text: as they are, in base64 (alone or inside of more), in
/// percent and JSON escapes, in HTML and in hex. What it knows cannot be read back from it.
package final class SecretMask: Sendable, CustomStringConvertible, CustomReflectable {
    /// Of this process: whoever takes a secret in tells it, whoever lets text out asks it.
    package static let process = SecretMask()
    package static let mask = "[removed]"
    /// Shorter values would shred ordinary text.
    static let bytesMin = 8
    static let secretsMax = 5_000

    /// Looked for by their first two bytes; the longest first, since one may be the beginning of another.
    private struct Forms: Sendable {
        var values: Set<String> = []
        var byStart: [UInt16: [[UInt8]]] = [:]
        var starts = [Bool](repeating: false, count: 1 << 16)
    }
    private let forms = Mutex(Forms())
    private let removed = Mutex<Int64>(0)

    /// How often a value was taken out of a text.
    package var removedCount: Int64 { removed.withLock { $0 } }

    package init() {}

    package func cover(_ secret: Secret) {
        // A key in PEM armour is many lines, each of which tells something.
        let lines = secret.reveal().split(whereSeparator: \.isNewline).map(String.init)
        for value in lines.count > 1 ? lines.filter({ !$0.hasPrefix("-----") }) : [secret.reveal()] { cover(value) }
    }

    private func cover(_ value: String) {
        guard value.utf8.count >= Self.bytesMin else { return }
        forms.withLock { forms in
            guard forms.values.count < Self.secretsMax, forms.values.insert(value).inserted else { return }
            for form in Self.spellings(of: value) {
                let start = Self.start(form[0], form[1])
                guard forms.byStart[start]?.contains(form) != true else { continue }
                forms.starts[Int(start)] = true
                forms.byStart[start, default: []].append(form)
                forms.byStart[start]?.sort { $0.count > $1.count }
            }
        }
    }

    package func masked(_ text: String) -> String {
        let forms = forms.withLock { $0 }
        guard !forms.values.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8]?
        var from = 0, index = 0, count: Int64 = 0
        while index + 1 < bytes.count {
            let start = Self.start(bytes[index], bytes[index + 1])
            guard forms.starts[Int(start)], let found = Self.found(forms.byStart[start] ?? [], in: bytes, at: index)
            else {
                index += 1
                continue
            }
            result = (result ?? []) + bytes[from..<index] + Array(Self.mask.utf8)
            index += found
            from = index
            count += 1
        }
        if count > 0 { removed.withLock { $0 += count } }
        return result.map { String(decoding: $0 + bytes[from...], as: UTF8.self) } ?? text
    }

    private static func found(_ forms: [[UInt8]], in bytes: [UInt8], at start: Int) -> Int? {
        forms.first { form in
            form.count <= bytes.count - start && form.indices.allSatisfy { bytes[start + $0] == form[$0] }
        }?.count
    }

    private static func start(_ one: UInt8, _ two: UInt8) -> UInt16 { UInt16(one) << 8 | UInt16(two) }

    private static func spellings(of value: String) -> [[UInt8]] {
        let bytes = Array(value.utf8)
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        let percent = value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? value
        let hex = bytes.map { String(format: "%02x", $0) }.joined()
        var texts = [
            value, percent, percent.lowercasedEscapes, value.replacingOccurrences(of: "/", with: "\\/"), hex,
            hex.uppercased(), value.escapedForJSON, value.escapedForHTML,
        ]
        for text in (0..<3).map({ base64(bytes, behind: $0) }) {
            texts += [text, text.replacing("+", with: "-").replacing("/", with: "_")]
        }
        return Set(texts).map { Array($0.utf8) }.filter { $0.count >= bytesMin }
    }

    /// The signs of base64 that stand for nothing but these bytes when `count` others come before them.
    private static func base64(_ bytes: [UInt8], behind count: Int) -> String {
        let whole = Data([UInt8](repeating: 0, count: count) + bytes).base64EncodedString()
        let first = (count * 8 + 5) / 6
        let last = (count + bytes.count) * 8 / 6
        return String(Array(whole)[first..<max(first, last)])
    }

    package var description: String { "<secrets>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Secret {
    /// The same, and masked wherever text leaves this process from now on. For what the installation itself holds; never
    /// for what somebody sent.
    package func masked(by mask: SecretMask = .process) -> Secret {
        mask.cover(self)
        return self
    }
}

extension String {
    /// "%2F" as "%2f".
    fileprivate var lowercasedEscapes: String {
        var result = "", rest = self[...]
        while let percent = rest.firstIndex(of: "%") {
            let end = rest.index(percent, offsetBy: 3, limitedBy: rest.endIndex) ?? rest.endIndex
            result += rest[..<percent] + rest[percent..<end].lowercased()
            rest = rest[end...]
        }
        return result + rest
    }

    fileprivate var escapedForJSON: String {
        replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    fileprivate var escapedForHTML: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
