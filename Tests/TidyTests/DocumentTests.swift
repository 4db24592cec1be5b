import Foundation
import Testing

/// A Markdown document, read as far as links and headings go. Text in code fences is neither.
struct MarkdownDocument {
    struct Link: Equatable {
        let line: Int
        let target: String
    }
    private(set) var links: [Link] = []
    private(set) var anchors: Set<String> = []

    init(_ text: String) {
        var isInFence = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isInFence.toggle() }
            guard !isInFence else { continue }
            if line.hasPrefix("#") { anchors.insert(Self.anchor(of: line.drop { $0 == "#" })) }
            for piece in line.split(separator: "](", omittingEmptySubsequences: false).dropFirst() {
                let target = piece.prefix { $0 != ")" && $0 != " " }
                if !target.isEmpty { links.append(Link(line: index + 1, target: String(target))) }
            }
        }
    }

    /// The anchor a forge gives a heading: lower case, spaces to hyphens, punctuation dropped.
    static func anchor(of heading: some StringProtocol) -> String {
        let text = heading.trimmingCharacters(in: .whitespaces).lowercased()
        return String(text.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : nil })
    }
}

@Suite("Documents")
struct DocumentTests {
    @Test("Links and headings are read, those in code fences are not")
    func reading() {
        let document = MarkdownDocument("# A `b`, c!\n[x](y.md#z) and [q](r)\n```\n# no\n[n](o)\n```\n")
        #expect(document.links == [.init(line: 2, target: "y.md#z"), .init(line: 2, target: "r")])
        #expect(document.anchors == ["a-b-c"])
    }

    @Test("Every link to a file or a heading leads somewhere", arguments: SourceTree.documents)
    func links(file: SourceTree.File) {
        let folder = SourceTree.root.appending(path: file.path).deletingLastPathComponent()
        for link in MarkdownDocument(file.text).links {
            if link.target.contains("://") || link.target.hasPrefix("mailto:") { continue }
            let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path = parts[0].removingPercentEncoding ?? String(parts[0])
            let url = path.isEmpty ? SourceTree.root.appending(path: file.path) : folder.appending(path: path)
            let exists = FileManager.default.fileExists(atPath: url.standardizedFileURL.path)
            #expect(exists, "\(file.path):\(link.line) leads to \(link.target), which is not there")
            if exists, parts.count == 2, let text = try? String(contentsOf: url, encoding: .utf8) {
                let isAnchor = MarkdownDocument(text).anchors.contains(String(parts[1]))
                #expect(isAnchor, "\(file.path):\(link.line) leads to the heading #\(parts[1]), which is not there")
            }
        }
    }

    @Test("What can be pasted names no repository that is only a placeholder", arguments: SourceTree.documents)
    func pasted(file: SourceTree.File) {
        #expect(!file.text.contains("/OWNER/"), "\(file.path)")
    }

    @Test("Every figure of /metrics is explained where the server is watched")
    func metrics() throws {
        let guide = try SourceTree.file("docs/guides/deploy.md").text
        let told = Set(guide.matches(of: /`(bureau_[a-z_]+)`/).map { String($0.1) })
        var names: Set<String> = []
        for path in ["Counters", "ServerStatus"] {
            let text = try SourceTree.file("Sources/BureauEngine/Admin/\(path).swift").text
            names.formUnion(text.matches(of: /bureau_[a-z_]+/).map { String($0.0) })
        }
        #expect(names.count > 20)
        #expect(names.subtracting(told).sorted() == [], "missing in docs/guides/deploy.md")
        #expect(told.subtracting(names).sorted() == [], "no figure has this name any more")
    }

    @Test("Decisions are numbered from 0001 without a gap, and say context, decision and what was given up")
    func decisions() throws {
        let files = SourceTree.documents.filter { $0.path.hasPrefix("docs/adr/") && $0.name.first?.isNumber == true }
        try #require(!files.isEmpty)
        for (index, file) in files.enumerated() {
            let number = String(String(index + 10_001).dropFirst())
            #expect(file.name.hasPrefix(number + "-"), "\(file.path) should begin with \(number)-")
            let title = file.lines.first ?? ""
            #expect(title.hasPrefix("# \(number). "), "\(file.path) should open with # \(number). Title")
            for heading in ["## Context", "## Decision", "## What we gave up"] {
                #expect(file.lines.contains { $0 == heading }, "\(file.path) has no section \(heading)")
            }
        }
    }
}
