import BureauDomain
import Foundation
import Testing

@testable import BureauEngine

@Suite("A build that people judge")
struct BuildReviewTests {
    /// Commits one file a round; a round that is asked to fail does, and one that is told of a new base takes it in.
    private static let builder = """
        if grep -q 'FAIL NOW' "$TASK_FILE"; then echo 'as you wish'; exit 4; fi
        if grep -q 'has moved on' "$TASK_FILE"; then git merge --quiet -m 'Take it in' "origin/$BUREAU_BASE_BRANCH"; fi
        git merge-base --is-ancestor "$BUREAU_BASE_COMMIT" HEAD
        cp "$TASK_FILE" "round-$BUREAU_ROUND.md"
        git add . && git commit --quiet -m "Round $BUREAU_ROUND"
        """

    private static func house(_ policy: String = #""checks": []"#) async throws -> BuildHouse {
        var options = BuildHouse.Options()
        options.builder = builder
        options.policy = policy
        options.sections = #", "review": {"enabled": true}"#
        return try await BuildHouse(options)
    }

    private func desk(_ house: BuildHouse) -> RunDesk { RunDesk(database: house.database, doors: house.doors) }

    private func clear(_ house: BuildHouse) async throws {
        var notBefore: [String: Int64] = [:]
        try await BuildCare(parts: house.parts).look(&notBefore)
        #expect(notBefore.isEmpty)
    }

    private func inReview(_ house: BuildHouse) async throws -> RunRecord {
        let run = try await house.built()
        #expect(run.state == .inReview, "\(run.cause?.sentence ?? "")")
        return run
    }

    @Test("Is merged once somebody accepts it, and its branch and worktree go")
    func accepted() async throws {
        let house = try await Self.house()
        let run = try await inReview(house)
        let head = try #require(try await house.build(run.id).headCommit)
        _ = try await desk(house).accept(run.id, by: "ada")
        let ended = try await house.settled(run.id)
        #expect(ended.state == .done, "\(ended.cause?.sentence ?? "")")
        #expect(try await house.mainCommit == head)
        let build = try await house.build(run.id)
        #expect(build.ending == .merged)
        #expect(build.mergeCommit == head)
        try await clear(house)
        #expect(try await house.repository.commit("refs/heads/\(build.branch)") == nil)
        #expect(access(house.folder.appending(path: "builds/\(run.id)").path, F_OK) != 0)
        #expect(try await house.mainCommit == head)
    }

    @Test("A branch that somebody went on with stays after the merge, and people are told so")
    func goneOnWith() async throws {
        let house = try await Self.house()
        let run = try await inReview(house)
        _ = try await desk(house).accept(run.id, by: "ada")
        _ = try await house.settled(run.id)
        let branch = try await house.build(run.id).branch
        let further = try await house.commit(["more.txt": "More.\n"], on: branch, "Go on")
        try await clear(house)
        #expect(try await house.repository.commit("refs/heads/\(branch)") == further)
        #expect(access(house.folder.appending(path: "builds/\(run.id)").path, F_OK) != 0)
        #expect(
            try await house.events(run.id).last { $0.kind == "build" }?.detail
                == "the worktree is gone; the branch stays, since somebody has gone on with it")
    }

    @Test("Builds that nobody has decided keep no decided one from being cleared, and go after their days")
    func manyUndecided() async throws {
        let house = try await Self.house(), commit = try await house.mainCommit, doors = house.doors
        for _ in 0..<(BuildCare.buildsMax + 10) {
            let run = try await house.start()
            _ = try await desk(house).stop(run.id, by: "ada", reason: nil)
            try await house.database.write { db in
                let new = NewBuild(
                    runID: run.id, repository: house.repository.path, baseBranch: "main", baseCommit: commit,
                    branch: "bureau/\(run.id)", title: "x")
                try BuildStore(db: db).insert(new, now: doors.now())
            }
        }
        func left() async throws -> Int {
            try await house.database.read { try BuildStore(db: $0).uncleared(undecided: .max, limit: 100) }.count
        }
        let run = try await inReview(house), branch = try await house.build(run.id).branch
        _ = try await desk(house).dismiss(run.id, by: "ada", reason: nil)
        try await clear(house)
        #expect(try await house.repository.commit("refs/heads/\(branch)") == nil)
        #expect(try await left() == BuildCare.buildsMax + 10)
        house.pass(hours: 8 * 24)
        for _ in 0..<2 { try await clear(house) }
        #expect(try await left() == 0)
    }

    @Test("A merge whose receipt was lost is found, and not made again")
    func lostReceipt() async throws {
        let house = try await Self.house(#""merge": "merge_commit""#)
        let run = try await inReview(house)
        let build = try await house.build(run.id)
        let accepted = try await desk(house).accept(run.id, by: "ada")
        let result = try await house.repository.merge(
            .init(
                base: "main", branch: build.branch, head: try #require(build.headCommit), mode: .mergeCommit,
                message: "Merge", at: (accepted.reviewAcceptedAt ?? 0) / 1_000))
        guard case .merged(let commit, false) = result else {
            Issue.record("\(result)")
            return
        }
        let ended = try await house.settled(run.id)
        #expect(ended.state == .done, "\(ended.cause?.sentence ?? "")")
        #expect(try await house.mainCommit == commit)
        #expect(try await house.build(run.id).mergeCommit == commit)
    }

    @Test("One that conflicts goes back to review with the reason, and a dismissal takes it away")
    func conflict() async throws {
        let house = try await Self.house(#""merge": "merge_commit""#)
        let run = try await inReview(house)
        let moved = try await house.commit(["round-1.md": "Mine.\n"], on: "main", "Elsewhere")
        _ = try await desk(house).accept(run.id, by: "ada")
        let back = try await house.settled(run.id)
        #expect(back.state == .inReview)
        #expect(back.cause?.code == .mergeRefused)
        #expect(back.cause?.sentence.contains("conflict in round-1.md") == true, "\(back.cause?.sentence ?? "")")
        #expect(back.reviewAcceptedAt == nil)
        #expect(try await house.artifact(run.id)?.state == .reviewReady, "what was not merged is not accepted")
        let said = try await house.database.read { try FeedbackStore(db: $0).list(run: run.id) }
        #expect(said.map(\.outcome) == [.noted], "its author may still change it")
        _ = try await desk(house).dismiss(run.id, by: "ada", reason: nil)
        try await clear(house)
        let build = try await house.build(run.id)
        #expect(build.ending == .dismissed)
        #expect(try await house.repository.commit("refs/heads/\(build.branch)") == nil)
        #expect(access(house.folder.appending(path: "builds/\(run.id)").path, F_OK) != 0)
        #expect(try await house.mainCommit == moved)
    }

    @Test("What people write after a refused merge speaks of the round that was refused, and not of one that never was")
    func seenAfterRefusal() async throws {
        let house = try await Self.house(#""merge": "merge_commit""#)
        let run = try await inReview(house)
        _ = try await house.commit(["round-1.md": "Mine.\n"], on: "main", "Elsewhere")
        _ = try await desk(house).accept(run.id, by: "ada")
        #expect(try await house.settled(run.id).cause?.code == .mergeRefused)
        _ = try await desk(house).revise(run.id, asking: "Take the base in.", by: "ada", of: nil)
        let second = try await house.settled(run.id)
        #expect(second.state == .inReview && second.round == 2, "\(second.cause?.sentence ?? "")")
        _ = try await desk(house).accept(run.id, by: "ada")
        let examples = try await desk(house).examples(after: "")
        #expect(examples.map(\.seenRound) == [1, 1, 2])
        #expect(examples.map { $0.artifact?.round } == [1, 1, 2])
    }

    @Test("What fails a required check is not merged, what fails another is")
    func checks() async throws {
        let house = try await Self.house(
            #""checks": [{"name": "red", "command": ["false"]}, {"name": "nice", "command": ["false"], "required": false}]"#
        )
        let run = try await inReview(house)
        let before = try await house.mainCommit
        _ = try await desk(house).accept(run.id, by: "ada")
        let back = try await house.settled(run.id)
        #expect(back.state == .inReview)
        #expect(back.cause?.sentence.contains("These checks must pass first: red.") == true)
        #expect(try await house.mainCommit == before)
    }

    @Test("A change that is asked for is made on the same branch, with the comment quoted, and both rounds are merged")
    func revised() async throws {
        let house = try await Self.house()
        let run = try await inReview(house)
        let first = try #require(try await house.build(run.id).headCommit)
        _ = try await desk(house).revise(run.id, asking: "Make it blue\n## Not a heading", by: "ada", of: nil)
        let second = try await house.settled(run.id)
        #expect(second.state == .inReview, "\(second.cause?.sentence ?? "")")
        let build = try await house.build(run.id)
        #expect(build.round == 2)
        #expect(build.startCommit == first)
        let told = try await house.file("round-2.md", on: build.branch)
        #expect(told.contains("ada wrote:\n\n> Make it blue\n> ## Not a heading\n"))
        let patch = try house.parts.blobs.head("runs/\(run.id)/diff-r2.patch", bytesMax: 1 << 20)
        #expect(String(decoding: patch, as: UTF8.self).contains("round-1.md"))
        _ = try await desk(house).accept(run.id, by: "ada")
        #expect(try await house.settled(run.id).state == .done)
        #expect(try await house.mainCommit == build.headCommit)
        #expect(try await house.file("round-1.md", on: "main").contains("Do it well."))
    }

    @Test("A change that is asked for after the run's time limit has the whole limit for its own round")
    func lateRevision() async throws {
        let house = try await Self.house()
        let run = try await inReview(house)
        let day: Int64 = 24 * 3_600_000
        _ = try await house.database.write {
            try $0.execute("UPDATE run SET time_used_ms = ? WHERE id = ?", [day, run.id])
        }
        _ = try await desk(house).revise(run.id, asking: "Make it blue", by: "ada", of: nil)
        let second = try await house.settled(run.id)
        #expect(second.state == .inReview, "\(second.cause?.sentence ?? "")")
        #expect(try await house.file("round-2.md", on: try await house.build(run.id).branch).contains("Make it blue"))
    }

    @Test("A later round that comes to nothing is told and judged, and what was there before stays")
    func emptyRound() async throws {
        let house = try await Self.house()
        let run = try await inReview(house)
        let first = try #require(try await house.build(run.id).headCommit)
        _ = try await desk(house).revise(run.id, asking: "FAIL NOW", by: "ada", of: nil)
        let second = try await house.settled(run.id)
        #expect(second.state == .inReview, "\(second.cause?.sentence ?? "")")
        let report = try house.parts.blobs.head("runs/\(run.id)/build-report-r2.md", bytesMax: 1 << 20)
        #expect(String(decoding: report, as: UTF8.self).contains("as you wish"))
        let build = try await house.build(run.id)
        #expect(try await house.repository.commit("refs/heads/\(build.branch)") == first)
        #expect(String(decoding: report, as: UTF8.self).contains("What round 1 came to stays"))
        _ = try await desk(house).accept(run.id, by: "ada")
        #expect(try await house.settled(run.id).state == .done)
        #expect(try await house.mainCommit == first)
    }

    @Test("After an empty round the checks of the round that is merged decide")
    func emptyRoundChecks() async throws {
        let house = try await Self.house(#""checks": [{"name": "red", "command": ["false"]}]"#)
        let run = try await inReview(house)
        _ = try await desk(house).revise(run.id, asking: "FAIL NOW", by: "ada", of: nil)
        _ = try await house.settled(run.id)
        _ = try await desk(house).accept(run.id, by: "ada")
        let back = try await house.settled(run.id)
        #expect(back.state == .inReview)
        #expect(back.cause?.sentence.contains("These checks must pass first: red.") == true)
    }

    @Test("Once the base has moved a revision is told why, has the new base at hand, and what it makes is merged")
    func movedBase() async throws {
        let house = try await Self.house()
        let run = try await inReview(house)
        try await house.commit(["other.txt": "Mine.\n"], on: "main", "Elsewhere")
        _ = try await desk(house).accept(run.id, by: "ada")
        let back = try await house.settled(run.id)
        #expect(back.cause?.sentence.contains("Ask for a revision on the new state") == true)
        _ = try await desk(house).revise(run.id, asking: "Bring it up to date", by: "ada", of: nil)
        let second = try await house.settled(run.id)
        #expect(second.state == .inReview, "\(second.cause?.sentence ?? "")")
        #expect(try await house.artifact(run.id, round: 1)?.state == .changesAsked)
        let build = try await house.build(run.id)
        let told = try await house.file("round-2.md", on: build.branch)
        #expect(told.contains("could not be merged") && told.contains("main has moved on since the branch began"))
        #expect(try await house.file("other.txt", on: build.branch) == "Mine.\n")
        let patch = try house.parts.blobs.head("runs/\(run.id)/diff-r2.patch", bytesMax: 1 << 20)
        #expect(!String(decoding: patch, as: UTF8.self).contains("other.txt"), "what the base has is no change")
        _ = try await desk(house).accept(run.id, by: "ada")
        let ended = try await house.settled(run.id)
        #expect(ended.state == .done, "\(ended.cause?.sentence ?? "")")
        #expect(try await house.mainCommit == build.headCommit)
    }
}
