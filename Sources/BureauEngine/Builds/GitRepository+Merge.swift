import BureauDomain
import Foundation

extension GitRepository {
    enum MergeResult: Hashable, Sendable {
        /// The base's commit that holds the branch now, and whether it did before we came.
        case merged(commit: String, wasThere: Bool)
        case refused(String)
    }

    struct MergeRequest: Sendable {
        var base: String
        var branch: String
        /// What people have seen and accepted; nothing else is merged.
        var head: String
        var mode: CommandPolicy.Merge
        var message: String
        /// Seconds UTC: the same acceptance makes the same commit.
        var at: Int64
    }

    private static let triesMax = 5

    /// Brings a branch into its base. Looks first: what is there already is never merged again. Never forces: the base
    /// moves only from where it was seen, and only forward.
    func merge(_ request: MergeRequest) async throws -> MergeResult {
        let (base, branch) = ("refs/heads/" + request.base, "refs/heads/" + request.branch)
        for _ in 0..<Self.triesMax {
            guard let old = try await commit(base) else {
                return .refused("The branch \(request.base) is not there any more.")
            }
            if try await commit(request.head) != nil, try await isAncestor(request.head, of: old) {
                return .merged(commit: try await arrival(of: request.head, in: old), wasThere: true)
            }
            guard let head = try await commit(branch) else {
                return .refused("The branch \(request.branch) is not there any more.")
            }
            guard head == request.head else {
                return .refused(
                    "The branch \(request.branch) is not what was reviewed: it is at \(head.prefix(12)) now.")
            }
            if let place = try await checkout(of: request.base) {
                return .refused("\(request.base) is checked out in \(place): check out something else there first.")
            }
            switch try await next(request, old) {
            case .failure(let refusal): return .refused(refusal.description)
            case .success(let new):
                // Somebody else may move the base at the same time: look again then.
                if try await ask(["update-ref", "-m", "bureau: merge", base, new, old]).code == 0 {
                    return .merged(commit: new, wasThere: false)
                }
            }
        }
        return .refused("The branch \(request.base) moves all the time: try again later.")
    }

    /// The commit the base is to be at: the branch itself, or a commit with two parents.
    private func next(_ request: MergeRequest, _ old: String) async throws -> Result<String, Failure> {
        let canFollow = try await isAncestor(old, of: request.head)
        if canFollow, request.mode == .fastForward { return .success(request.head) }
        let moved = canFollow ? "" : "\(request.base) has moved on since the branch began"
        if request.mode == .fastForward {
            let conflicts = try await tree(old, request.head).conflicts
            let how = conflicts.isEmpty ? "without conflicts" : "with conflicts in \(Self.list(conflicts))"
            return .failure(
                Failure(
                    description:
                        "\(moved) (\(how)), and this agent merges by fast-forward only. Ask for a revision on the new state."
                ))
        }
        let (tree, conflicts) = try await tree(old, request.head)
        guard conflicts.isEmpty else {
            return .failure(
                Failure(description: "\(moved), and the two conflict in \(Self.list(conflicts)). Ask for a revision."))
        }
        let stamp = "\(request.at) +0000"
        let made = try await run(
            ["commit-tree", tree, "-p", old, "-p", request.head], input: request.message,
            with: [
                "GIT_AUTHOR_NAME": "Bureau", "GIT_AUTHOR_EMAIL": "bureau@localhost", "GIT_AUTHOR_DATE": stamp,
                "GIT_COMMITTER_NAME": "Bureau", "GIT_COMMITTER_EMAIL": "bureau@localhost", "GIT_COMMITTER_DATE": stamp,
            ])
        return .success(made.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// The tree both make together, and the files they do not agree about. Touches no reference and no worktree.
    private func tree(_ old: String, _ head: String) async throws -> (tree: String, conflicts: [String]) {
        let answer = try await ask(["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", old, head])
        var parts = answer.text.split(separator: "\0", omittingEmptySubsequences: true).map(String.init)
        guard answer.code == 0 || answer.code == 1, !parts.isEmpty else {
            throw Failure(description: "git merge-tree in \(path): \(answer.errors.prefix(300))")
        }
        let tree = parts.removeFirst()
        return (tree, answer.code == 0 ? [] : parts.isEmpty ? ["unnamed files"] : parts)
    }

    /// The first commit on the base's own line that holds `head`.
    private func arrival(of head: String, in base: String) async throws -> String {
        let line = try await run([
            "rev-list", "--first-parent", "--ancestry-path", "--max-count=1000", "\(head)..\(base)",
        ])
        return line.split(separator: "\n").last.map(String.init) ?? head
    }

    private static func list(_ files: [String]) -> String {
        let shown = files.prefix(5).map { String($0.prefix(100)) }.joined(separator: ", ")
        return files.count > 5 ? "\(shown) and \(files.count - 5) more" : shown
    }
}
