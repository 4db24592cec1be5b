import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct ReportsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reports", abstract: "What runs made: the registry of reports, with their evidence and versions.",
        discussion: """
            bureau reports list --client shamrock-detailing
            bureau reports list --client shamrock-detailing --reusable
            bureau reports list --text "local audit"
            bureau reports show 01KA3F8Q7Q
            bureau reports dismiss 01KA3F8Q7Q --reason "Wrong location"
            """,
        subcommands: [
            ReportsListCommand.self, ReportsShowCommand.self, ReportsOpenCommand.self, ReportsExportCommand.self,
            ReportsAcceptCommand.self, ReportsChangesCommand.self, ReportsNoteCommand.self, ReportsDismissCommand.self,
        ])
}

extension Records {
    var artifacts: ArtifactDesk {
        ArtifactDesk(
            database: database, doors: doors, blobs: BlobFolder(root: settings.blobsFolder),
            zone: settings.engine.agencyZone)
    }
}

struct ReportsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Reports, newest first; superseded ones only when asked for.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only of this client, by its slug.") var client: String?
    @Option(help: "Only of this agent.") var agent: String?
    @Option(help: "Only of this kind, such as seo-audit.") var kind: String?
    @Option(help: "Only of this marketing channel, such as google-ads.") var channel: String?
    @Option(help: "Only of this run, by its whole id.") var run: String?
    @Option(help: "Only about this month, such as 2026-10; with --reusable also any, current or previous.")
    var period: String?
    @Option(help: "Only with each of these words in title, client or kind.") var text: String?
    @Option(help: "draft, review_ready, changes_asked, accepted, published, superseded or dismissed.")
    var status: String?
    @Option(help: "staff or client.") var visibility: String?
    @Flag(help: "Superseded ones too.") var all = false
    @Flag(help: "What other work for --client may build on, and what not, with the reason.") var reusable = false
    @Option(help: "How many at most, 1 to 200.") var limit = 50
    @Option(help: "Only those older than this one, by its whole id.") var before: String?

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let (desk, now) = (records.artifacts, records.doors.now())
                var rows: [(ArtifactRecord, ArtifactReuse.Exclusion?)]
                if reusable {
                    rows = try await judged(desk)
                } else {
                    rows = try await desk.list(try filter()).map { ($0, desk.exclusion($0)) }
                }
                var listing = Listing(
                    [
                        .init("REPORT"), .init("STATUS"), .init("CLIENT"), .init("KIND"), .init("PERIOD"),
                        .init("V", isRight: true), .init("MADE"), .init("REUSABLE", isElastic: true),
                    ], empty: reusable ? "Nothing is registered for this client." : "No reports.")
                for (artifact, exclusion) in rows {
                    listing.add(artifact.cells(exclusion, now: now), artifact.document(exclusion))
                }
                try output.print(listing)
            }
        }
    }

    private func judged(_ desk: ArtifactDesk) async throws -> [(ArtifactRecord, ArtifactReuse.Exclusion?)] {
        guard let client else {
            throw SetupError("whose reports may be reused?", fix: "add --client SLUG", exitCode: ExitStatus.usage)
        }
        let wish = try period.map { text in
            guard let wish = PeriodWish(text) else {
                throw Self.unknown("period", text, ["any, current, previous, 2026-10"])
            }
            return wish
        }
        let found = try await desk.reusable(
            client: client, kinds: kind.map { [$0] } ?? [], channels: channel.map { [$0] } ?? [],
            periods: wish.map { [$0] } ?? [.any])
        return found.usable.map { ($0, nil) } + found.excluded.map { ($0.artifact, $0.exclusion) }
    }

    private func filter() throws -> ArtifactFilter {
        if let period, ArtifactPeriod(month: period) == nil {
            throw Self.unknown("period", period, ["a month: 2026-10"])
        }
        guard 1...ArtifactFilter.limitMax ~= limit else {
            throw Self.unknown("limit", "\(limit)", ["1 to \(ArtifactFilter.limitMax)"])
        }
        return ArtifactFilter(
            client: client, agent: agent, kind: kind, channel: channel, run: run?.uppercased(), month: period,
            text: text, state: try Self.choice("status", status), visibility: try Self.choice("visibility", visibility),
            includesSuperseded: all, before: before?.uppercased(), limit: limit)
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ text: String?) throws
        -> Choice?
    where Choice.RawValue == String {
        guard let text else { return nil }
        guard let choice = Choice(rawValue: text) else { throw unknown(name, text, Choice.allCases.map(\.rawValue)) }
        return choice
    }

    private static func unknown(_ name: String, _ text: String, _ known: [String]) -> SetupError {
        SetupError(
            "--\(name) is \"\(PlainLine.of(text))\"", fix: "use one of \(known.joined(separator: ", "))",
            exitCode: ExitStatus.usage)
    }
}

extension ArtifactRecord {
    func cells(_ exclusion: ArtifactReuse.Exclusion?, now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell(ShortID.of(id), exact: id, .strong),
            Listing.Cell(state.word, exact: state.rawValue, state.tone),
            Listing.Cell(clientName ?? clientSlug ?? "", exact: clientSlug ?? ""), Listing.Cell(kind),
            Listing.Cell(period?.key ?? ""), Listing.Cell("\(version)"),
            Listing.Cell(Clock.moment(createdAt, now: now), exact: Clock.iso(createdAt)),
            Listing.Cell(exclusion.map { "no: \($0.sentence)" } ?? "yes", exact: exclusion?.code ?? "yes"),
        ]
    }
}

extension ArtifactState {
    var tone: Style.Tone? {
        switch self {
        case .accepted, .published: .good
        case .reviewReady, .changesAsked: .warning
        case .superseded, .dismissed: .faint
        case .draft: nil
        }
    }
}
