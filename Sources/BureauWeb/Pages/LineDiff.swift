/// What changed between two texts, in their order, with words beside the colours. Long stretches that stayed the same are
/// told as a number of lines.
struct LineDiff {
    /// More differing lines than this are not compared: it would take too long, and nobody could read it.
    static let linesMax = 1_200, contextLines = 3

    private(set) var lines: [Diff.Line] = []
    private(set) var added = 0, removed = 0
    /// Only the beginning of what differs was compared.
    private(set) var isCut = false

    static func of(_ old: String, _ new: String) -> LineDiff {
        var diff = LineDiff()
        diff.compare(split(old), split(new))
        return diff
    }

    private static func split(_ text: String) -> [Substring] {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines
    }

    private mutating func compare(_ old: [Substring], _ new: [Substring]) {
        let start = zip(old, new).prefix { $0 == $1 }.count
        let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
        let before = old[start..<(old.count - end)], after = new[start..<(new.count - end)]
        isCut = before.count > Self.linesMax || after.count > Self.linesMax
        let (from, to) = (Array(before.prefix(Self.linesMax)), Array(after.prefix(Self.linesMax)))
        let change = to.difference(from: from)
        var removals: Set<Int> = [], insertions: Set<Int> = []
        for one in change {
            switch one {
            case .remove(let offset, _, _): removals.insert(offset)
            case .insert(let offset, _, _): insertions.insert(offset)
            }
        }
        (removed, added) = (removals.count, insertions.count)
        guard removed + added > 0 else { return }
        var all = old.prefix(start).map(Self.same), (i, j) = (0, 0)
        while i < from.count || j < to.count {
            if removals.contains(i) {
                all.append(Diff.Line(sign: "− removed", text: String(from[i]), tone: "bad"))
                i += 1
            } else if insertions.contains(j) {
                all.append(Diff.Line(sign: "+ added", text: String(to[j]), tone: "ok"))
                j += 1
            } else {
                all.append(Self.same(from[i]))
                (i, j) = (i + 1, j + 1)
            }
        }
        if !isCut { all += old.suffix(end).map(Self.same) }
        lines = Self.folded(all)
    }

    private static func same(_ text: Substring) -> Diff.Line { Diff.Line(sign: "", text: String(text), tone: "same") }

    /// Leaves a few unchanged lines around each change.
    private static func folded(_ all: [Diff.Line]) -> [Diff.Line] {
        var isNear = Array(repeating: false, count: all.count)
        for (index, line) in all.enumerated() where line.tone != "same" {
            for near in max(0, index - contextLines)...min(all.count - 1, index + contextLines) { isNear[near] = true }
        }
        var (lines, hidden): ([Diff.Line], Int) = ([], 0)
        func told() -> Diff.Line {
            Diff.Line(sign: "…", text: "\(hidden) \(hidden == 1 ? "line" : "lines") the same", tone: "gap")
        }
        for (index, line) in all.enumerated() {
            guard isNear[index] else {
                hidden += 1
                continue
            }
            if hidden > 0 { lines.append(told()) }
            hidden = 0
            lines.append(line)
        }
        if hidden > 0 { lines.append(told()) }
        return lines
    }
}
