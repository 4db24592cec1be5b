/// The few facts of a report that messages show, read from its JSON or, failing that, its Markdown.
///
/// Both are written by an agent and may hold anything: reading is bounded, and what comes out is plain text on one line
/// without control characters. It is not escaped for any channel.
package struct ReportSummary: Hashable, Sendable {
    package struct Priority: Hashable, Sendable {
        /// "P1", "P2" or "P3".
        package let rank: String
        package let title: String

        package init(rank: String, title: String) {
            self.rank = rank
            self.title = title
        }
    }

    /// 0 to `outOf`; nil when the report has none.
    package let score: Int?
    package let outOf: Int
    /// How much of the planned checks could be done, in percent.
    package let coverage: Int?
    /// At most three, the most urgent first, otherwise in the report's order.
    package let priorities: [Priority]

    package init(score: Int?, outOf: Int = 100, coverage: Int? = nil, priorities: [Priority]) {
        self.score = score
        self.outOf = outOf
        self.coverage = coverage
        self.priorities = priorities
    }

    package static let prioritiesMax = 3
    package static let titleCharactersMax = 160
    /// Larger JSON is not read, of larger Markdown only the start.
    package static let jsonBytesMax = 8 << 20
    package static let markdownBytesMax = 1 << 20

    /// "Score 71 of 100, 3 priorities", "No score, 1 priority", …
    package var headline: String {
        let first = score.map { "Score \($0) of \(outOf)" } ?? "No score"
        let second =
            switch priorities.count {
            case 0: "no priorities"
            case 1: "1 priority"
            default: "\(priorities.count) priorities"
            }
        return "\(first), \(second)"
    }

    /// Takes each fact from the JSON when it has it, else from the Markdown.
    package static func read(json: [UInt8]?, markdown: [UInt8]?) -> ReportSummary {
        let first = json.flatMap { try? JSONValue.parse($0, bytesMax: jsonBytesMax) }.map(JSONReport.facts)
        let second = markdown.map { MarkdownReport.facts(Array($0.prefix(markdownBytesMax))) }
        let score = first?.score ?? second?.score
        let priorities = [first?.priorities, second?.priorities].compactMap { $0 }.first { !$0.isEmpty } ?? []
        return ReportSummary(
            score: score?.value, outOf: score?.outOf ?? 100, coverage: first?.coverage ?? second?.coverage,
            priorities: mostUrgent(priorities))
    }

    private static func mostUrgent(_ all: [Priority]) -> [Priority] {
        let sorted = all.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        return sorted.prefix(prioritiesMax).map(\.element)
    }
}

/// What one reading found.
struct ReportFacts {
    struct Score: Hashable {
        let value: Int
        let outOf: Int

        /// Nil for what cannot be a score, such as 140 of 100.
        init?(_ value: Int, outOf: Int) {
            guard 1...1_000 ~= outOf, 0...outOf ~= value else { return nil }
            self.value = value
            self.outOf = outOf
        }
    }

    var score: Score?
    var coverage: Int?
    var priorities: [ReportSummary.Priority] = []

    /// More are not looked at: three are shown.
    static let prioritiesReadMax = 200
}

extension ReportSummary.Priority {
    /// Nil when nothing readable is left of the title.
    init?(rank: String, rawTitle: String) {
        let title = ReportText.line(rawTitle, charactersMax: ReportSummary.titleCharactersMax)
        guard !title.isEmpty else { return nil }
        self.init(rank: rank, title: title)
    }
}
