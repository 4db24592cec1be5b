import BureauDomain
import BureauEngine

/// A report as pages show it.
struct ReportWords {
    let report: ArtifactRecord
    let exclusion: ArtifactReuse.Exclusion?
    let clock: PageClock

    var address: String { "/reports/\(report.id)/" }
    var title: String { Outgoing.clean(report.title) }
    var client: String { report.clientName ?? report.clientSlug ?? "no client" }
    var period: String { report.period?.words ?? "" }
    var chip: Chip { Self.chip(report.state) }
    var reuse: String {
        exclusion.map { "no: \(Outgoing.clean($0.sentence))" } ?? "yes"
    }

    static func chip(_ state: ArtifactState) -> Chip {
        let (glyph, tone) =
            switch state {
            case .draft: ("○", "idle")
            case .reviewReady: ("◎", "wait")
            case .changesAsked: ("✎", "warn")
            case .accepted, .published: ("✓", "ok")
            case .superseded: ("–", "idle")
            case .dismissed: ("✕", "idle")
            }
        return Chip(glyph: glyph, word: state.word, tone: tone)
    }

    static let orderedBy = "Created"
    static let columns = Table.columns(
        "Status", "Title", "Client", "Kind", "Period", "#Version", "Reusable", "Seen by", orderedBy, "Run")

    var cells: [Table.Cell] {
        [
            Table.Cell(text: "", chip: chip), Table.Cell(text: title, address: address), Table.Cell(text: client),
            Table.Cell(text: report.kind), Table.Cell(text: period), Table.Cell(text: "\(report.version)"),
            Table.Cell(text: reuse), Table.Cell(text: report.visibility.rawValue),
            Table.Cell(text: clock.moment(report.createdAt), iso: PageClock.iso(report.createdAt)),
            Table.Cell(text: "\(report.runID.prefix(10))…", address: "/runs/\(report.runID)/"),
        ]
    }
}

extension WebHouse {
    func words(_ report: ArtifactRecord) -> ReportWords {
        ReportWords(report: report, exclusion: reports.exclusion(report), clock: clock)
    }
}
