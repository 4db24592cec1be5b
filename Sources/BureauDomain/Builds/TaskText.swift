/// What a builder is told, as a file beside its worktree.
package enum TaskText {
    package struct Revision: Hashable, Sendable {
        package let round: Int
        package let author: String
        package let comment: String

        package init(round: Int, author: String, comment: String) {
            self.round = round
            self.author = author
            self.comment = comment
        }
    }

    /// A base that has moved on since the branch began.
    package struct Base: Hashable, Sendable {
        package let branch: String
        package let commit: String

        package init(branch: String, commit: String) {
            self.branch = branch
            self.commit = commit
        }
    }

    static let commentCharactersMax = 20_000

    /// The task, then every change that was asked for, quoted: a builder must be able to tell people's words from ours.
    /// `refusal` is why the round before was accepted and not merged.
    package static func make(
        _ prompt: String, revisions: [Revision] = [], refusal: String? = nil, base: Base? = nil
    ) -> String {
        var text = prompt.hasSuffix("\n") ? prompt : prompt + "\n"
        for revision in revisions {
            let quoted = revision.comment.prefix(commentCharactersMax)
                .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .map { "> \($0)" }.joined(separator: "\n")
            text += "\n## Round \(revision.round): a change was asked for\n\n\(revision.author) wrote:\n\n\(quoted)\n"
        }
        if let refusal { text += "\n## The last round was accepted and could not be merged\n\n\(refusal)\n" }
        if let base {
            text += """

                ## \(base.branch) has moved on

                It is at \(base.commit.prefix(12)) now; this clone has it as origin/\(base.branch). Where the change needs \
                it, merge origin/\(base.branch) into the branch. Do not rebase: commits that people have seen stay.

                """
        }
        return text
    }

    /// What the task is called: the payload's own title, else the first line of what the builder is told.
    package static func title(_ payload: JSONObject, prompt: String) -> String {
        let named = ["task_title", "title", "name"].lazy.compactMap { payload[$0]?.string }.first { !$0.isEmpty }
        let first = prompt.split(whereSeparator: \.isNewline).first { $0.contains { $0.isLetter } }
        let plain = (named ?? first.map(String.init) ?? "").unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
        return String(String.UnicodeScalarView(plain).prefix(120)).trimmingHashes
    }
}

extension String {
    fileprivate var trimmingHashes: String { String(drop { $0 == "#" || $0 == " " }) }
}
