/// What one round of a build came to: what people read before they merge.
package struct BuildReport: Hashable, Sendable, Codable {
    package struct Commit: Hashable, Sendable, Codable {
        package var commit: String
        package var author: String
        package var subject: String

        package init(commit: String, author: String, subject: String) {
            (self.commit, self.author, self.subject) = (commit, author, subject)
        }
    }

    package struct File: Hashable, Sendable, Codable {
        package var path: String
        /// Nil for a file that is not text.
        package var added: Int?
        package var deleted: Int?

        package init(path: String, added: Int?, deleted: Int?) {
            (self.path, self.added, self.deleted) = (path, added, deleted)
        }
    }

    package struct Check: Hashable, Sendable, Codable {
        package var name: String
        package var isRequired: Bool
        package var passed: Bool
        /// "passed", "failed with code 2", "took longer than 10 min", …
        package var outcome: String
        package var seconds: Double
        /// The end of what it printed.
        package var output: String

        package init(name: String, isRequired: Bool, passed: Bool, outcome: String, seconds: Double, output: String) {
            (self.name, self.isRequired, self.passed) = (name, isRequired, passed)
            (self.outcome, self.seconds, self.output) = (outcome, seconds, output)
        }

        enum CodingKeys: String, CodingKey {
            case name, passed, outcome, seconds, output
            case isRequired = "required"
        }
    }

    package struct Diff: Hashable, Sendable, Codable {
        package var bytes: Int64
        package var shownBytes: Int64

        package init(bytes: Int64, shownBytes: Int64) { (self.bytes, self.shownBytes) = (bytes, shownBytes) }

        enum CodingKeys: String, CodingKey {
            case bytes
            case shownBytes = "shown_bytes"
        }
    }

    package var run: String
    package var task: String
    package var round: Int
    package var repository: String
    package var baseBranch: String
    package var baseCommit: String
    package var branch: String
    /// Nil when the builder made nothing.
    package var headCommit: String?
    package var commits: [Commit]
    /// How many there are in all; `commits` and `files` are cut at a limit.
    package var commitsCount: Int
    package var files: [File]
    package var filesCount: Int
    package var diff: Diff?
    package var builder: String
    package var builderSeconds: Double
    package var checks: [Check]
    /// Why the round came to nothing, in a sentence.
    package var problem: String?

    enum CodingKeys: String, CodingKey {
        case run, task, round, repository, branch, commits, files, diff, builder, checks, problem
        case baseBranch = "base_branch"
        case baseCommit = "base_commit"
        case headCommit = "head_commit"
        case commitsCount = "commits_count"
        case filesCount = "files_count"
        case builderSeconds = "builder_seconds"
    }

    package init(
        run: String, task: String, round: Int, repository: String, baseBranch: String, baseCommit: String,
        branch: String, headCommit: String? = nil, commits: [Commit] = [], commitsCount: Int = 0, files: [File] = [],
        filesCount: Int = 0, diff: Diff? = nil, builder: String = "not run", builderSeconds: Double = 0,
        checks: [Check] = []
    ) {
        (self.run, self.task, self.round) = (run, task, round)
        (self.repository, self.baseBranch, self.baseCommit) = (repository, baseBranch, baseCommit)
        (self.branch, self.headCommit) = (branch, headCommit)
        (self.commits, self.commitsCount) = (commits, commitsCount)
        (self.files, self.filesCount, self.diff) = (files, filesCount, diff)
        (self.builder, self.builderSeconds, self.checks) = (builder, builderSeconds, checks)
    }

    /// Required checks that did not pass: what has one is not merged.
    package var failedRequired: [Check] { checks.filter { $0.isRequired && !$0.passed } }

    package var checksLine: String {
        guard !checks.isEmpty else { return "none configured" }
        let failed = checks.filter { !$0.passed }
        guard !failed.isEmpty else { return "all \(checks.count) passed" }
        return "\(failed.count) of \(checks.count) failed: \(failed.map(\.name).joined(separator: ", "))"
    }

    package var changeLine: String {
        guard headCommit != nil else { return "no commit" }
        let added = files.reduce(0) { $0 + ($1.added ?? 0) }, deleted = files.reduce(0) { $0 + ($1.deleted ?? 0) }
        return "\(Self.count(commitsCount, "commit")), \(Self.count(filesCount, "file")), +\(added) −\(deleted)"
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}

extension BuildReport {
    /// For people, in Markdown. What the builder wrote stands in code blocks and cannot close them.
    package var markdown: String {
        var lines = ["# \(Self.plain(task))", "", "- Branch: `\(branch)` (round \(round))"]
        lines.append("- Base: `\(baseBranch)` at `\(baseCommit.prefix(12))` in `\(repository)`")
        if let headCommit { lines.append("- Head: `\(headCommit.prefix(12))`") }
        lines += [
            "- Changes: \(changeLine)", "- Checks: \(checksLine)",
            "- Builder: \(builder) (\(Self.time(builderSeconds)))",
        ]
        if let problem { lines += ["", Self.plain(problem)] }
        if let diff, diff.shownBytes < diff.bytes {
            lines.append("- The diff is \(diff.bytes) bytes long; diff.patch holds the first \(diff.shownBytes).")
        }
        lines += table(
            "## Commits",
            commits.map { "`\($0.commit.prefix(12))` \(Self.plain($0.subject)) (\(Self.plain($0.author)))" })
        if commitsCount > commits.count { lines.append("- and \(commitsCount - commits.count) more") }
        lines += table(
            "## Files",
            files.map { file in
                let change = file.added.map { "+\($0) −\(file.deleted ?? 0)" } ?? "not text"
                return "`\(Self.plain(file.path).replacing("`", with: "'"))` \(change)"
            })
        if filesCount > files.count { lines.append("- and \(filesCount - files.count) more") }
        for check in checks {
            let need = check.isRequired ? "" : ", not required"
            lines += ["", "## Check \(check.name): \(check.outcome) (\(Self.time(check.seconds))\(need))"]
            if !check.output.isEmpty { lines += ["", Self.block(check.output)] }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func table(_ title: String, _ entries: [String]) -> [String] {
        entries.isEmpty ? [] : ["", title, ""] + entries.map { "- \($0)" }
    }

    private static func time(_ seconds: Double) -> String {
        Words.duration(.milliseconds(Int64((seconds * 1_000).rounded())))
    }

    /// One line without markup that means something, or controls.
    private static func plain(_ text: String) -> String {
        let kept = text.unicodeScalars.filter {
            $0.value >= 32 && $0.value != 127 && !"<>[]*_".unicodeScalars.contains($0)
        }
        return String(String.UnicodeScalarView(kept).prefix(1_000))
    }

    private static func block(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "    \($0)" }
            .joined(separator: "\n")
    }
}
