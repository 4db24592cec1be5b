import BureauDomain
import BureauEngine
import Foundation
import Hummingbird

/// Two versions of a report, side by side in words: what a round changed in each file of text.
struct ReportCompare: Sendable {
    let house: WebHouse
    static let bytesMax: Int64 = 512 << 10, versionsMax = 50

    var routes: [Route] { [.page("/reports/:id/compare", .viewer, .report) { try await show($0) }] }

    /// The rounds of its run, and what other runs have made of the same kind for the same period.
    static func others(of found: ArtifactDesk.Page, _ house: WebHouse, _ web: WebRequest) async throws
        -> [ArtifactRecord]
    {
        let report = found.artifact
        var all = found.versions
        if let client = report.clientSlug {
            var filter = ArtifactFilter(
                client: client, agent: report.agent, kind: report.kind, includesSuperseded: true, limit: versionsMax)
            filter.visible = try web.signedIn().person.clients
            all += try await house.reports.list(filter).filter { $0.period == report.period }
        }
        var seen: Set = [report.id]
        return all.filter { seen.insert($0.id).inserted }.sorted { isOlder($1, $0) }
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let found = try await house.reports.page(try web.theReport().id), report = found.artifact
        let others = try await Self.others(of: found, house, web)
        var page = Page(title: "Compare: \(house.words(report).title)", heading: "What changed")
        page.crumbs = [
            Link(word: "Reports", address: "/reports/"),
            Link(word: house.words(report).title, address: "/reports/\(report.id)/"), Link(word: "Compare"),
        ]
        guard let other = try chosen(report, others, web) else {
            page.blocks = [Block(emptyText: "There is no other version of this report to compare it with.")]
            return try await house.page(page, web)
        }
        let theirs = try await house.reports.page(other.id)
        let (old, new) = Self.isOlder(other, report) ? (theirs, found) : (found, theirs)
        let pairs = Self.pairs(old, new)
        page.lead = "From \(name(old.artifact)) to \(name(new.artifact))"
        // Another version may not have the file that was looked at last.
        let file = web.query("file"), pair = pairs.first { $0.key == file } ?? pairs.first
        page.blocks = [
            Block(
                filters: Filters(
                    action: "/reports/\(report.id)/compare",
                    fields: [
                        Field(
                            "with", "Compare with",
                            .options(
                                others.map { Field.Option(word: name($0), value: $0.id, isOn: $0.id == other.id) })),
                        Field(
                            "file", "File",
                            .options(
                                pairs.map { Field.Option(word: $0.title, value: $0.key, isOn: $0.key == pair?.key) })),
                    ], verb: "Compare")),
            Block(emptyText: pair == nil ? "Neither version has a file of text. Open both and look at them." : nil),
        ]
        if let pair { page.blocks[1] = try await block(pair, old, new) }
        return try await house.page(page, web)
    }

    /// The one named, else the one before it, else the nearest there is.
    private func chosen(_ report: ArtifactRecord, _ others: [ArtifactRecord], _ web: WebRequest) throws
        -> ArtifactRecord?
    {
        if let id = web.query("with") {
            guard let named = others.first(where: { $0.id == id.uppercased() }) else { throw PageProblem.notFound }
            return named
        }
        return others.first { Self.isOlder($0, report) } ?? others.last
    }

    private static func isOlder(_ one: ArtifactRecord, _ other: ArtifactRecord) -> Bool {
        (one.createdAt, one.id) < (other.createdAt, other.id)
    }

    private func name(_ report: ArtifactRecord) -> String {
        "version \(report.version), \(house.clock.absolute(report.createdAt)), \(report.state.word.lowercased())"
    }

    private static func isText(_ file: ArtifactFileRecord) -> Bool {
        switch ReportViewer.Kind.of(file.name) {
        case .html, .svg, .markdown, .table, .json, .text: true
        case .pdf, .picture, nil: false
        }
    }

    /// One file in both versions; nil where a version has none.
    private struct Pair {
        var old: ArtifactFileRecord?
        var new: ArtifactFileRecord?
        /// The name it goes by in the address.
        var key: String { new?.name ?? old?.name ?? "" }
        var title: String {
            guard let old, let new, old.name != new.name else { return key }
            return "\(old.name) → \(new.name)"
        }
    }

    /// Files of one name belong together; of the rest those of one kind, in their order, for agents that write the round
    /// into the name.
    private static func pairs(_ old: ArtifactDesk.Page, _ new: ArtifactDesk.Page) -> [Pair] {
        var left = old.files.filter(isText)
        func take(_ fits: (ArtifactFileRecord) -> Bool) -> ArtifactFileRecord? {
            left.firstIndex(where: fits).map { left.remove(at: $0) }
        }
        let files = new.files.filter(isText)
        var pairs = files.map { file in Pair(old: take { $0.name == file.name }, new: file) }
        for index in pairs.indices where pairs[index].old == nil {
            let file = files[index], kind = ReportViewer.Kind.of(file.name)
            pairs[index].old = take { $0.role == file.role && ReportViewer.Kind.of($0.name) == kind }
        }
        return pairs + left.map { Pair(old: $0) }
    }

    private func block(_ pair: Pair, _ old: ArtifactDesk.Page, _ new: ArtifactDesk.Page) async throws -> Block {
        func told(_ text: String) -> Block { Block(heading: pair.title, emptyText: text) }
        guard let before = pair.old, let after = pair.new else {
            return told(
                pair.old == nil ? "Only the newer version has this file." : "Only the older version has this file.")
        }
        guard before.sha256 != after.sha256 else { return told("It is the same in both, byte for byte.") }
        guard max(before.sizeBytes, after.sizeBytes) <= Self.bytesMax else {
            return told("It differs. Files of more than \(Words.bytes(Self.bytesMax)) are not compared line by line.")
        }
        let diff = LineDiff.of(try await text(before, old), try await text(after, new))
        guard !diff.lines.isEmpty else {
            return told("It differs only in how its lines end or in its spacing as data.")
        }
        return Block(
            heading: pair.title,
            text: diff.isCut
                ? "Only the first \(LineDiff.linesMax) lines of what differs are compared. Download both for the rest."
                : nil,
            diff: Diff(
                caption: "\(diff.added) \(diff.added == 1 ? "line" : "lines") added, \(diff.removed) removed",
                lines: diff.lines))
    }

    /// JSON is compared as data: members in their order, one a line.
    private func text(_ file: ArtifactFileRecord, _ page: ArtifactDesk.Page) async throws -> String {
        let (_, url) = try await house.reports.file(file.name, of: page.artifact.id)
        let bytes = Array(try Data(contentsOf: url))
        if ReportViewer.Kind.of(file.name) == .json, let value = try? JSONValue.parse(bytes) { return value.pretty }
        return String(decoding: bytes, as: UTF8.self)
    }
}
