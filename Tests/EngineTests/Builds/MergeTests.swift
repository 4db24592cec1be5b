import BureauDomain
import Foundation
import Testing

@testable import BureauEngine

@Suite("Merging a build")
struct MergeTests {
    private static let branch = "bureau/x"

    private struct Scene {
        let house: BuildHouse
        let head: String
        func merge(_ mode: CommandPolicy.Merge, head other: String? = nil) async throws -> GitRepository.MergeResult {
            try await house.repository.merge(
                .init(
                    base: "main", branch: MergeTests.branch, head: other ?? head, mode: mode, message: "Merge it\n",
                    at: 1_800_000_000))
        }
    }

    /// A branch one commit ahead of main.
    private func scene() async throws -> Scene {
        let house = try await BuildHouse()
        try await house.repository.move("refs/heads/\(Self.branch)", from: nil, to: try await house.mainCommit)
        let head = try await house.commit(["page.html": "new\n", "README.md": "Changed.\n"], on: Self.branch, "Add")
        return Scene(house: house, head: head)
    }

    @Test("A base that has not moved goes forward to the branch, once")
    func fastForward() async throws {
        let scene = try await scene()
        #expect(try await scene.merge(.fastForward) == .merged(commit: scene.head, wasThere: false))
        #expect(try await scene.house.mainCommit == scene.head)
        #expect(try await scene.merge(.fastForward) == .merged(commit: scene.head, wasThere: true))
        #expect(try await scene.merge(.mergeCommit) == .merged(commit: scene.head, wasThere: true))
    }

    @Test("A base that has moved without conflict is joined by a commit with two parents, once")
    func mergeCommit() async throws {
        let scene = try await scene()
        let other = try await scene.house.commit(["other.txt": "x\n"], on: "main", "Elsewhere")
        guard case .merged(let commit, false) = try await scene.merge(.mergeCommit) else {
            Issue.record("it was refused")
            return
        }
        #expect(try await scene.house.mainCommit == commit)
        #expect(
            try await scene.house.repository.run(["rev-parse", "\(commit)^1", "\(commit)^2"])
                == "\(other)\n\(scene.head)\n")
        #expect(try await scene.house.file("page.html", on: "main") == "new\n")
        let later = try await scene.house.commit(["later.txt": "x\n"], on: "main", "Later")
        #expect(try await scene.merge(.mergeCommit) == .merged(commit: commit, wasThere: true))
        #expect(try await scene.house.mainCommit == later)
    }

    static let refusals: [(String, CommandPolicy.Merge, [String: String], String)] = [
        ("conflict", .mergeCommit, ["README.md": "Otherwise.\n"], "conflict in README.md"),
        ("conflict", .fastForward, ["README.md": "Otherwise.\n"], "with conflicts in README.md"),
        (
            "moved", .fastForward, ["other.txt": "x\n"],
            "(without conflicts), and this agent merges by fast-forward only"
        ),
    ]
    @Test("A base that has moved is never forced: people are told why", arguments: refusals)
    func refused(name: String, mode: CommandPolicy.Merge, files: [String: String], words: String) async throws {
        let scene = try await scene()
        let moved = try await scene.house.commit(files, on: "main", "Elsewhere")
        guard case .refused(let why) = try await scene.merge(mode) else {
            Issue.record("it was merged")
            return
        }
        #expect(why.contains(words), "\(why)")
        #expect(try await scene.house.mainCommit == moved)
        #expect(try await scene.house.repository.commit("refs/heads/\(Self.branch)") == scene.head)
    }

    @Test("What was not reviewed is not merged")
    func another() async throws {
        let scene = try await scene()
        let before = try await scene.house.mainCommit
        try await scene.house.commit(["more.txt": "x\n"], on: Self.branch, "One more")
        guard case .refused(let why) = try await scene.merge(.fastForward) else {
            Issue.record("it was merged")
            return
        }
        #expect(why.contains("not what was reviewed"))
        #expect(try await scene.house.mainCommit == before)
    }

    @Test("A base that is checked out somewhere stays: its files would be left behind")
    func checkedOut() async throws {
        let scene = try await scene()
        let place = scene.house.folder.appending(path: "elsewhere").path
        try await scene.house.repository.run(["worktree", "add", "--quiet", place, "main"])
        guard case .refused(let why) = try await scene.merge(.fastForward) else {
            Issue.record("it was merged")
            return
        }
        #expect(why.contains(place))
    }

    @Test("Hooks of the repository are not run")
    func hooks() async throws {
        let scene = try await scene()
        let mark = scene.house.folder.appending(path: "hooked").path
        let hook = scene.house.repository.path + "/hooks/reference-transaction"
        _ = FileManager.default.createFile(atPath: hook, contents: Data("#!/bin/sh\ntouch \(mark)\n".utf8))
        chmod(hook, 0o755)
        _ = try await scene.merge(.fastForward)
        #expect(access(mark, F_OK) != 0)
    }
}
