import Foundation

/// A small repository for a demo: bare, with one commit on main.
package enum SampleRepository {
    /// Does nothing when there is one already.
    package static func make(at path: String, files: [String: String]) async throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let repository = GitRepository(path: path)
        try await repository.run(["init", "--quiet", "--bare", "--initial-branch=main"])
        guard try await repository.commit("refs/heads/main") == nil else { return }
        var entries = ""
        for (name, text) in files {
            let blob = try await repository.run(["hash-object", "-w", "--stdin"], input: text)
            entries += "100644 blob \(blob.trimmingCharacters(in: .newlines))\t\(name)\n"
        }
        let tree = try await repository.run(["mktree"], input: entries).trimmingCharacters(in: .newlines)
        let made = try await repository.run(
            ["commit-tree", tree], input: "Begin\n",
            with: [
                "GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@localhost", "GIT_COMMITTER_NAME": "Demo",
                "GIT_COMMITTER_EMAIL": "demo@localhost",
            ])
        try await repository.move("refs/heads/main", from: nil, to: made.trimmingCharacters(in: .newlines))
    }

    /// One line a commit of main, newest first.
    package static func history(at path: String, linesMax: Int) async throws -> [String] {
        try await GitRepository(path: path).run(["log", "--max-count=\(linesMax)", "--format=%h %s", "refs/heads/main"])
            .split(separator: "\n").map(String.init)
    }
}
