import Foundation

/// A file name from outside, made safe to store, attach and show. The original is kept elsewhere for display.
package enum SafeFileName {
    /// File systems stop at 255 bytes; the rest is room for a temporary suffix.
    package static let bytesMax = 180
    private static let extensionBytesMax = 20

    /// Names that mean devices on some systems, whatever their extension.
    private static let reserved: Set<String> = Set(
        ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] })

    /// A name without folders, control characters or leading dots, in composed Unicode, at most 180 bytes, its extension
    /// kept. When `taken` has it in any letter case, "-2", "-3", … is put before the extension.
    package static func make(_ original: String, taken: Set<String> = []) -> String {
        let (stem, suffix) = split(SafeName.cleaned(lastFolderDropped(original)))
        let used = Set(taken.map(folded))
        for number in 1...max(used.count + 1, 1) {
            let mark = number == 1 ? "" : "-\(number)"
            let room = bytesMax - suffix.utf8.count - mark.utf8.count
            let name = fitted(stem, bytes: room) + mark + suffix
            if !used.contains(folded(name)) { return name }
        }
        return "file-\(used.count + 2)\(suffix)"  // not reached: one of count + 1 different names is free
    }

    private static func folded(_ name: String) -> String {
        name.precomposedStringWithCanonicalMapping.lowercased()
    }

    /// "../../audit.md" and "C:\\audit.md" are both meant as "audit.md".
    private static func lastFolderDropped(_ original: String) -> String {
        let parts = original.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        return String(parts.last { !$0.allSatisfy { $0 == "." || $0 == " " } } ?? "")
    }

    private static func split(_ name: String) -> (stem: String, suffix: String) {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return (named(name), "") }
        let suffix = name[dot...]
        let plain = suffix.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard plain, suffix.utf8.count <= extensionBytesMax else { return (named(name), "") }
        return (named(SafeName.trimmed(String(name[..<dot]))), String(suffix))
    }

    private static func named(_ stem: String) -> String {
        if stem.isEmpty { return "file" }
        let device = stem.prefix { $0 != "." }.lowercased()
        return reserved.contains(device) ? "file-\(stem)" : stem
    }

    private static func fitted(_ stem: String, bytes: Int) -> String {
        let name = SafeName.trimmed(SafeName.cut(stem, characters: bytes, bytes: bytes))
        return name.isEmpty ? "file" : name
    }
}
