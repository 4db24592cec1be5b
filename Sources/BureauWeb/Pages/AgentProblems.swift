import BureauDomain
import BureauEngine

/// Agent files that are not as they should be, and what runs of each all the same.
struct AgentProblems {
    let catalog: AgentCatalog
    static let shownMax = 20

    /// Of one agent's file, or of all.
    func blocks(of agent: String? = nil) -> [Block] {
        let problems = ordered.filter { agent == nil || Self.agent($0) == agent }
        let shown = problems.prefix(Self.shownMax).map { problem -> Block in
            let isError = problem.severity == .error
            return Block(
                callout: Callout(
                    tone: isError ? "bad" : "warn", title: "\(problem)",
                    text: isError ? inUse(Self.agent(problem)) : nil))
        }
        let more = problems.count - shown.count
        return shown + (more > 0 ? [Block(text: "And \(more) more: bureau agents check lists all of them.")] : [])
    }

    /// What makes a file unusable comes first, so that no number of warnings hides it; then as they stand in the files.
    private var ordered: [ConfigProblem] {
        func key(_ problem: ConfigProblem) -> (Int, String, Int, Int) {
            (problem.severity == .error ? 0 : 1, problem.file, problem.line, problem.column)
        }
        return catalog.problems.sorted { key($0) < key($1) }
    }

    private func inUse(_ agent: String) -> String {
        catalog.agent(agent).map { "The last valid version, \($0.config.version), keeps running." }
            ?? "There has been no valid version of it, so nothing of it runs."
    }

    /// What makes a file unusable, by the agent it would be; of the agents in use, which run as they were.
    func broken() -> [String: ConfigProblem] {
        let errors = ordered.filter { $0.severity == .error }
        return Dictionary(errors.map { (Self.agent($0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Beside the agents of the list: those that are none yet. In the order of its columns.
    func rows() -> [[Table.Cell]] {
        broken().filter { catalog.agent($0.key) == nil }.sorted { $0.key < $1.key }.prefix(Self.shownMax).map {
            [
                Table.Cell(text: $0.key), Table.Cell(text: "", chip: Chip(glyph: "✕", word: "Not valid", tone: "bad")),
                Table.Cell(text: "Line \($0.value.line): \($0.value.message)"),
                Table.Cell(text: "nothing: it does not run"), Table.Cell(text: "none"), Table.Cell(text: ""),
                Table.Cell(text: ""), Table.Cell(text: ""), Table.Cell(text: ""),
                Table.Cell(text: "Mend \($0.value.file)"),
            ]
        }
    }

    /// A file is called as its agent is.
    private static func agent(_ problem: ConfigProblem) -> String {
        problem.file.hasSuffix(".json") ? String(problem.file.dropLast(".json".count)) : problem.file
    }
}
