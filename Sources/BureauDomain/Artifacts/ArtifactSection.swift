import Foundation

/// One part of an artifact's file, small enough to be told to a session. Pure: bytes in, words out. What comes out has
/// passed the `Sanitiser`.
package struct ArtifactSection: Hashable, Sendable {
    package let text: String

    /// Why there is nothing to tell, as the session reads it.
    package struct Refused: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    package static let bytesMax = 16_000
    /// Larger files are not searched.
    package static let fileBytesMax = 8 << 20
    private static let namesMax = 60, rowsMax = 500

    /// Without a `section` it tells which there are. JSON: members from the top with dots between, "modules.2.findings".
    /// CSV: rows, "1-50". Markdown: a heading's words.
    package static func read(_ bytes: [UInt8], file: String, section: String?) throws(Refused) -> ArtifactSection {
        guard bytes.count <= fileBytesMax else { throw Refused("\(file) is larger than \(fileBytesMax) bytes.") }
        let section = section.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        switch file.split(separator: ".").last?.lowercased() {
        case "json": return try json(bytes, file, section)
        case "csv", "tsv": return try rows(bytes, file, section)
        case "md", "txt": return try headings(bytes, file, section)
        default:
            throw Refused("Only .json, .csv, .tsv, .md and .txt files are read by section; \(file) is none of them.")
        }
    }

    private static func json(_ bytes: [UInt8], _ file: String, _ section: String?) throws(Refused) -> ArtifactSection {
        guard let whole = try? JSONValue.parse(bytes, bytesMax: fileBytesMax) else {
            throw Refused("\(file) cannot be read as JSON.")
        }
        guard let section else { return ArtifactSection(text: "Sections of \(file): \(names(whole))") }
        var value = whole
        for name in section.split(separator: ".").prefix(20).map(String.init) {
            let next = value.array.flatMap { items in Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
            }
            guard let found = next ?? value[name], !Sanitiser.isSensitive(member: name) else {
                throw Refused(
                    "\(file) has no section \"\(section.prefix(100))\"; at that place there are: \(names(value))")
            }
            value = found
        }
        return fitted(Sanitiser.clean(value).pretty, more: "ask for one of its parts: \(names(value))")
    }

    private static func names(_ value: JSONValue) -> String {
        if let items = value.array { return items.isEmpty ? "nothing" : "0 to \(items.count - 1)" }
        let keys = (value.object?.keys ?? []).filter { !Sanitiser.isSensitive(member: $0) }
        guard !keys.isEmpty else { return "nothing" }
        return keys.prefix(namesMax).joined(separator: ", ") + (keys.count > namesMax ? ", …" : "")
    }

    private static func rows(_ bytes: [UInt8], _ file: String, _ section: String?) throws(Refused) -> ArtifactSection {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard let header = lines.first else { throw Refused("\(file) is empty.") }
        let count = lines.count - 1
        guard let section else {
            return fitted("Columns of \(file): \(Sanitiser.clean(String(header)))\nRows: 1-\(count)", more: "")
        }
        let ends = section.split(separator: "-", maxSplits: 1).map { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard let first = ends.first ?? nil, let last = ends.count == 2 ? ends[1] : first, 1 <= first, first <= last,
            first <= count
        else { throw Refused("\(file) has rows 1-\(count); a section is written as \"1-50\".") }
        let end = min(last, count, first + rowsMax - 1)
        let found = [header] + lines[first...end]
        return fitted(Sanitiser.clean(found.joined(separator: "\n")), more: "ask for fewer rows")
    }

    private static func headings(_ bytes: [UInt8], _ file: String, _ section: String?) throws(Refused)
        -> ArtifactSection
    {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = (text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...])
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let found = lines.enumerated().compactMap { index, line -> (index: Int, level: Int, words: String)? in
            let level = line.prefix { $0 == "#" }.count
            guard 1...6 ~= level, line.dropFirst(level).first == " " else { return nil }
            return (index, level, line.dropFirst(level).trimmingCharacters(in: .whitespaces))
        }
        let names = Sanitiser.clean(found.prefix(namesMax).map(\.words).joined(separator: " · "))
        guard let section else { return fitted("Sections of \(file): \(names)", more: "") }
        let wanted = section.trimmingCharacters(in: CharacterSet(charactersIn: "# ")).lowercased()
        guard
            let start = found.firstIndex(where: { $0.words.lowercased() == wanted })
                ?? found.firstIndex(where: { $0.words.lowercased().contains(wanted) })
        else { throw Refused("\(file) has no section \"\(section.prefix(100))\"; it has: \(names)") }
        let end = found[(start + 1)...].first { $0.level <= found[start].level }?.index ?? lines.count
        let part = lines[found[start].index..<end].joined(separator: "\n")
        return fitted(Sanitiser.clean(part), more: "ask for one of its own headings")
    }

    private static func fitted(_ text: String, more: String) -> ArtifactSection {
        guard text.utf8.count > bytesMax else { return ArtifactSection(text: text) }
        let kept = SafeName.cut(String(text.prefix(bytesMax)), characters: bytesMax, bytes: bytesMax)
        return ArtifactSection(text: "\(kept)\n(cut here: \(text.utf8.count) bytes in all; \(more))")
    }
}
