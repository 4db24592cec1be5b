import BureauDomain
import BureauEngine

/// A run as pages show it.
struct RunWords {
    let run: RunRecord
    let clock: PageClock

    var address: String { "/runs/\(run.id)/" }
    var client: String { run.clientName ?? run.clientSlug ?? run.taskID.map { "task \($0)" } ?? "no client" }
    var title: String { "\(run.agent) · \(client)" }
    var cost: String {
        run.spentMethod == "no_price" ? "+?" : "\(MicroUSD(rawValue: run.spentMicroUSD))"
    }
    var took: String { clock.took(run.startedAt, run.endedAt) }
    var why: String { run.cause?.sentence ?? run.fault ?? "" }
    var summary: String { why.isEmpty ? run.headline ?? run.lastEvent ?? "" : why }
    var chip: Chip { Self.chip(run.state) }
    var source: String {
        switch run.triggerSource {
        case "webhook": run.taskTool.label
        case "cli": "command line"
        case "cron": "schedule"
        default: run.triggerSource
        }
    }

    static func chip(_ state: RunState) -> Chip {
        let (glyph, tone) =
            switch state {
            case .queued: ("○", "idle")
            case .needsInfo: ("?", "warn")
            case .starting, .running, .collecting, .delivering, .revising: ("▶", "info")
            case .waitingApproval: ("⚑", "wait")
            case .inReview: ("◎", "wait")
            case .stopping: ("■", "warn")
            case .done: ("✓", "ok")
            case .doneWithProblems: ("!", "warn")
            case .stopped: ("■", "warn")
            case .failed: ("✕", "bad")
            case .ignored: ("–", "idle")
            }
        return Chip(glyph: glyph, word: state.word, tone: tone)
    }

    static let columns: [Table.Column] = Table.columns(
        "Status", "Client", "Agent", "Accepted", "#Took", "#Cost", "Trigger", "Summary")

    var cells: [Table.Cell] {
        [
            Table.Cell(text: "", chip: chip), Table.Cell(text: client, address: address), Table.Cell(text: run.agent),
            Table.Cell(text: clock.moment(run.acceptedAt), iso: PageClock.iso(run.acceptedAt)), Table.Cell(text: took),
            Table.Cell(text: cost), Table.Cell(text: source), Table.Cell(text: summary),
        ]
    }

    func item(_ meta: String) -> Items.Item {
        Items.Item(chip: chip, title: title, address: address, meta: meta)
    }

    static func table(
        _ caption: String, _ runs: [RunRecord], _ clock: PageClock, empty: String, emptyLink: Link? = nil,
        first: String? = nil, next: String? = nil, csv: String? = nil, note: String? = nil
    ) -> Table {
        Table(
            caption, columns, runs.map { RunWords(run: $0, clock: clock).cells }, empty: empty, emptyLink: emptyLink,
            note: note, csv: csv, first: first, next: next)
    }
}
