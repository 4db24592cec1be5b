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
                    Table.columns("Status", "Source", "Value", "Found", "Who uses it", "Next"),
                    lines.map { line in
                        [
                            Table.Cell(text: "", chip: chip(line)),
                            Table.Cell(text: line.fact.label, address: "#fact-\(line.fact.field)"),
                            Table.Cell(text: Self.text(line.value)), Table.Cell(text: words(line)),
                            Table.Cell(text: Self.users(line)), next(line),
                        ]
                    }, empty: ""))
        ]
        if let name = profile.record.credentials { blocks.append(credentials(name)) }
        return blocks + editing(lines, .sources)
    }

    private func next(_ line: ClientReadiness.Line) -> Table.Cell {
        guard line.value == nil else { return Table.Cell(text: "") }
        return mayEdit
            ? Table.Cell(text: "Add", address: "#fact-\(line.fact.field)") : Table.Cell(text: "Ask an admin")
    }

    // MARK: The account its work is done with

    private func credentials(_ name: String) -> Block {
        let found = accountLines
        let broken = found.filter { $0.status == .fail }.map { "\($0.name): \($0.detail)" }
        var checked: TimedText = "not since the server started or the record changed"
        if let check, !found.isEmpty { checked = "\(check.endedAt, clock.absolute) by \(check.by)" }
        return Block(
            id: "credentials", heading: "Credentials",
            text: "How to replace them: docs/guides/rotate-keys.md. What they are is never shown.",
            facts: Facts([
                Facts.Fact(name: "Name", value: name, isCode: true, chip: Self.chip(found)),
                Facts.Fact(name: "Does not work", value: broken.joined(separator: "; ")),
                Facts.Fact(name: "Checked", told: checked),
            ]))
    }

    /// What the last look found about the account. What bears the name of a fact is about that.
    private var accountLines: [Checkup.Line] {
        guard let check, check.startedAt >= profile.standing.updatedAt else { return [] }
        let facts = Set(ClientFact.known.map(\.label))
        return check.lines.filter { $0.status != .skip && !facts.contains($0.name) }
    }

    private static func chip(_ found: [Checkup.Line]) -> Chip {
        if found.isEmpty { return Chip(glyph: "○", word: "Not checked", tone: "idle") }
        if found.contains(where: { $0.status == .fail }) { return Chip(glyph: "✕", word: "Refused", tone: "bad") }
        return found.contains { $0.status == .warn }
            ? Chip(glyph: "!", word: "Look at it", tone: "warn") : Chip(glyph: "✓", word: "Valid", tone: "ok")
    }

    // MARK: What was found

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
