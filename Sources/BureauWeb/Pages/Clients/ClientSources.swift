import BureauDomain
import BureauEngine

/// The accounts and addresses of one client, and what was found when somebody looked at them.
extension ClientView {
    func sources() -> [Block] {
        let lines = readiness.lines.filter { $0.fact.home == .source }
        var blocks = [
            Block(
                heading: "Sources",
                table: Table(
                    "Accounts and addresses agents read",
                    Table.columns("Status", "Source", "Value", "Found", "Who uses it"),
                    lines.map { line in
                        [
                            Table.Cell(text: "", chip: chip(line)),
                            Table.Cell(text: line.fact.label, address: "#fact-\(line.fact.field)"),
                            Table.Cell(text: Self.text(line.value)), Table.Cell(text: words(line)),
                            Table.Cell(text: Self.users(line)),
                        ]
                    }, empty: ""))
        ]
        if let name = profile.record.credentials {
            blocks.append(Block(facts: Facts([Facts.Fact(name: "Credentials", value: name, isCode: true)])))
        }
        return blocks + editing(lines, .sources)
    }

    /// What was found about a source, unless the record was changed since.
    private func finding(_ line: ClientReadiness.Line) -> Checkup.Line? {
        guard let check, line.value != nil, check.startedAt >= profile.standing.updatedAt else { return nil }
        return check.lines.first { $0.name == line.fact.label }
    }

    private func words(_ line: ClientReadiness.Line) -> String {
        guard let check, let found = finding(line) else { return "" }
        return "\(found.detail), checked \(clock.since(check.endedAt))"
    }

    private func chip(_ line: ClientReadiness.Line) -> Chip {
        guard line.value != nil else {
            return line.isMissing
                ? Chip(glyph: "✕", word: "Missing", tone: "warn") : Chip(glyph: "–", word: "Optional", tone: "idle")
        }
        guard line.fact.isConnected else { return Chip(glyph: "○", word: "Not connected yet", tone: "idle") }
        guard let found = finding(line) else { return Chip(glyph: "○", word: "Set, not checked", tone: "idle") }
        return switch found.status {
        case .ok: Chip(glyph: "✓", word: "Reachable", tone: "ok")
        case .warn: Chip(glyph: "!", word: "Look at it", tone: "warn")
        case .fail: Chip(glyph: "✕", word: "Not reachable", tone: "bad")
        case .skip: Chip(glyph: "–", word: "Not looked at", tone: "idle")
        }
    }
}
