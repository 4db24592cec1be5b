import BureauDomain
import BureauStorage
import Logging

/// A person has accepted: the branch is merged, once. What cannot be merged is told, and the run goes back to review.
struct BuildMerge: Sendable {
    let parts: EngineParts
    let policy: CommandPolicy
    static let step = "merge"

    /// Nil when it is merged.
    func accepted(_ hand: RunInHand) async throws -> RunCause? {
        guard let build = try await parts.database.read({ [id = hand.run.id] in try BuildStore(db: $0).find(id) })
        else {
            return nil
        }
        guard build.ending == nil else { return nil }
        // A round that came to nothing leaves what the one before it made.
        guard let last = build.last else {
            return try await refusal(build, "Round \(build.round) made no commit.", hand)
        }
        let failed = try await failedChecks(build, last)
        guard failed.isEmpty else {
            return try await refusal(build, "These checks must pass first: \(failed.joined(separator: ", ")).", hand)
        }
        let now = parts.doors.now()
        try await parts.write(hand.lease) { try BuildStore(db: $0).intend(build, Self.step, now: now) }
        let result: GitRepository.MergeResult
        do {
            result = try await GitRepository(path: build.repository).merge(request(build, last.commit, hand))
        } catch let
            failure
            as GitRepository.Failure
        {
            try Task.checkCancellation()
            result = .refused(failure.description.closed)
        }
        switch result {
        case .merged(let commit, _):
            try await settle(build, commit, hand)
            return nil
        case .refused(let why):
            try await parts.write(hand.lease) { try BuildStore(db: $0).markLost(build, Self.step, now: now) }
            return try await refusal(build, why, hand)
        }
    }

    /// The next round's builder is told as well.
    private func refusal(_ build: BuildRecord, _ why: String, _ hand: RunInHand) async throws -> RunCause {
        try await parts.write(hand.lease) { try BuildStore(db: $0).setRefusal(build.runID, why) }
        return RunCause(.mergeRefused, "\(build.branch) was not merged into \(build.baseBranch). \(why)")
    }

    /// The names of required checks that did not pass on this commit, those included that were never run.
    private func failedChecks(_ build: BuildRecord, _ last: BuildRecord.Completed) async throws -> [String] {
        let required = policy.checks.filter(\.isRequired).map(\.name)
        return try await parts.database.read { db in
            try required.filter { name in
                try BuildStore(db: db).receipt(
                    build.runID, round: last.round, attempt: last.attempt, "check-\(name)", as: KeptExit.self
                )?.isSuccess != true
            }
        }
    }

    private func request(_ build: BuildRecord, _ head: String, _ hand: RunInHand) -> GitRepository.MergeRequest {
        let person = PlainText.line(hand.run.reviewAcceptedBy ?? "somebody", charactersMax: 100)
        return GitRepository.MergeRequest(
            base: build.baseBranch, branch: build.branch, head: head, mode: policy.merge,
            message: "Merge \(build.branch)\n\n\(build.title)\n\nAccepted-By: \(person)\nBureau-Run: \(build.runID)\n",
            at: (hand.run.reviewAcceptedAt ?? 0) / 1_000)
    }

    private func settle(_ build: BuildRecord, _ commit: String, _ hand: RunInHand) async throws {
        let (now, doors, run) = (parts.doors.now(), parts.doors, hand.run)
        try await parts.write(hand.lease) { db in
            let store = BuildStore(db: db)
            try store.settle(build, Self.step, ["commit": commit], now: now)
            try store.end(build.runID, .merged, commit: commit, now: now)
            let sentence = "\(build.branch) is merged into \(build.baseBranch) as \(commit.prefix(12))"
            try RunEventStore(db: db).append(build.runID, kind: "build", detail: sentence, now: now)
            try WorkNote(db: db, doors: doors).say(
                ReviewMessages.carriedOut(sentence + ".", runID: run.id), about: "merged", run)
        }
        parts.logger.info("build merged", metadata: ["run": "\(build.runID)", "commit": "\(commit)"])
    }
}
