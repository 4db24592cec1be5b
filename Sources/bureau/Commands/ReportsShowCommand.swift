import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct ReportsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One report: its evidence, files, where it is, and how it came to be.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The report's id, its first characters, or its run's id.") var report: String

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let page = try await records.artifacts.page(report)
                let exclusion = records.artifacts.exclusion(page.artifact)
                try output.print(page.document(exclusion)) {
                    ReportPage(page: page, exclusion: exclusion, now: records.doors.now()).print(output.style)
                }
            }
        }
    }
}

/// Everything about one report, for people.
struct ReportPage {
    let page: ArtifactDesk.Page
    let exclusion: ArtifactReuse.Exclusion?
    let now: Int64

    func print(_ style: Style) {
        let artifact = page.artifact
        var facts = Facts()
        facts.add("report", artifact.id, .strong)
        facts.add("title", "\(artifact.title), version \(artifact.version)")
        facts.add("status", artifact.state.word, exact: artifact.state.rawValue, artifact.state.tone)
        facts.add("superseded by", artifact.supersededBy)
        facts.add("decided by", artifact.decidedBy)
        facts.add("reason", artifact.reason)
        facts.add("reusable", exclusion.map { "no: \($0.sentence)" } ?? "yes", exact: exclusion?.code ?? "yes")
        facts.add("visible to", artifact.visibility.rawValue)
        facts.add("client", artifact.clientName ?? artifact.clientSlug, exact: artifact.clientSlug)
        facts.add("kind", artifact.kind)
        facts.add("channel", artifact.channel)
        facts.add("period", artifact.period?.key)
        facts.add("run", "\(artifact.runID), round \(artifact.round)", exact: artifact.runID)
        facts.add("agent", "\(artifact.agent) v\(artifact.agentVersion), config \(artifact.configHash.prefix(12))")
        facts.add("session", artifact.sessionID)
        facts.add("model", artifact.model)
        facts.add("asked by", artifact.requestedBy)
        facts.add("task", page.run.taskURL ?? page.run.taskID)
        facts.print(style)
        section("Evidence", evidence, style)
        section("Files", files, style)
        section("Delivered to", deliveries, style)
        section("Rounds", rounds, style)
        section("Told of earlier work", page.access.listing(now: now), style)
    }

    private var evidence: Listing {
        var listing = Listing([.init("WHAT"), .init("SAYS", isElastic: true)], empty: "")
        guard let capsule = EvidenceCapsule(document: page.artifact.capsuleDocument) else { return listing }
        func add(_ what: String, _ lines: [String]) {
            for line in lines { listing.add([Listing.Cell(what), Listing.Cell(line)], .string(line)) }
        }
        add("period", capsule.period.map { ["\($0.from) to \($0.to)"] } ?? [])
        add("figure", capsule.figures.map { "\($0.name): \($0.value)" })
        add("finding", capsule.findings)
        add("source", capsule.sources.map { source in source.url.map { "\(source.name) (\($0))" } ?? source.name })
        add("warning", capsule.warnings)
        add("missing", capsule.missing)
        return listing
    }

    private var files: Listing {
        var listing = Listing(
            [.init("FILE"), .init("IS"), .init("SIZE", isRight: true), .init("SHA-256")], empty: "")
        for file in page.files {
            listing.add(
                [
                    Listing.Cell(file.name), Listing.Cell(file.role.rawValue),
                    Listing.Cell(Words.bytes(file.sizeBytes), exact: "\(file.sizeBytes)"),
                    Listing.Cell(String(file.sha256.prefix(12)), exact: file.sha256),
                ], file.document)
        }
        return listing
    }

    private var deliveries: Listing {
        var listing = Listing(
            [.init("CHANNEL"), .init("WHAT"), .init("ABOUT"), .init("WHEN"), .init("LINK", isElastic: true)], empty: "")
        for delivery in page.deliveries {
            listing.add(
                [
                    Listing.Cell(delivery.channel), Listing.Cell(delivery.kind), Listing.Cell(delivery.subject),
                    Listing.Cell(Clock.moment(delivery.deliveredAt, now: now), exact: Clock.iso(delivery.deliveredAt)),
                    Listing.Cell(delivery.link ?? ""),
                ], delivery.document)
        }
        return listing
    }

    private var rounds: Listing {
        var listing = Listing(
            [.init("ROUND"), .init("REPORT"), .init("ASKED BY"), .init("BECAUSE", isElastic: true)], empty: "")
        for revision in page.revisions {
            for comment in revision.comments {
                listing.add(
                    [
                        Listing.Cell("\(revision.round)"), Listing.Cell(revision.madeID ?? "at work"),
                        Listing.Cell(comment.author), Listing.Cell(Outgoing.clean(comment.text)),
                    ], revision.document)
            }
        }
        return listing
    }

    private func section(_ title: String, _ listing: Listing, _ style: Style) {
        guard !listing.rows.isEmpty else { return }
        Terminal.say("\n\(style.paint(title, .strong))")
        Terminal.say(Terminal.width.map { listing.aligned(width: $0, style: style) } ?? listing.tabbed)
    }
}

extension [DataAccess] {
    /// What a run was told of other work, or was not.
    func listing(now: Int64) -> Listing {
        var listing = Listing(
            [
                .init("TIME"), .init("BY"), .init("REPORT"), .init("PART"), .init("BYTES", isRight: true),
                .init("REFUSED", isElastic: true),
            ], empty: "")
        for access in self {
            listing.add(
                [
                    Listing.Cell(Clock.moment(access.at, now: now, hasSeconds: true), exact: Clock.iso(access.at)),
                    Listing.Cell(access.way), Listing.Cell(access.artifactID ?? ""), Listing.Cell(access.part),
                    Listing.Cell("\(access.bytes)"), Listing.Cell(access.refused ?? ""),
                ], access.document)
        }
        return listing
    }
}
