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
        return all.filter { seen.insert($0.id).inserted }.sorted { $0.createdAt > $1.createdAt }
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
        let (old, new) = other.createdAt <= report.createdAt ? (theirs, found) : (found, theirs)
        let names = Self.names(old, new)
        page.lead = "From \(name(old.artifact)) to \(name(new.artifact))"
        let file = web.query("file") ?? names.first ?? ""
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
                            .options(names.map { Field.Option(word: $0, value: $0, isOn: $0 == file) })),
                    ], verb: "Compare")),
            names.isEmpty
                ? Block(emptyText: "Neither version has a file of text. Open both and look at them.")
                : try await block(file, old, new),
        ]
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
        return others.first { $0.createdAt <= report.createdAt } ?? others.last
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

    private static func names(_ old: ArtifactDesk.Page, _ new: ArtifactDesk.Page) -> [String] {
        var seen: Set<String> = []
        return (new.files + old.files).filter(isText).map(\.name).filter { seen.insert($0).inserted }
    }

    private func block(_ name: String, _ old: ArtifactDesk.Page, _ new: ArtifactDesk.Page) async throws -> Block {
        let before = old.files.first { $0.name == name }, after = new.files.first { $0.name == name }
        func told(_ text: String) -> Block { Block(heading: name, emptyText: text) }
        guard let before, let after else {
            guard before != nil || after != nil else { throw PageProblem.notFound }
            return told(
                before == nil ? "Only the newer version has this file." : "Only the older version has this file.")
        }
        guard before.sha256 != after.sha256 else { return told("It is the same in both, byte for byte.") }
        guard Self.isText(after), max(before.sizeBytes, after.sizeBytes) <= Self.bytesMax else {
            return told("It differs. Files of more than \(Words.bytes(Self.bytesMax)) are not compared line by line.")
        }
        let diff = LineDiff.of(try await text(before, old), try await text(after, new))
        guard !diff.lines.isEmpty else {
            return told("It differs only in how its lines end or in its spacing as data.")
        }
        return Block(
            heading: name,
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
