import BureauDomain
import BureauStorage
import Foundation
import Logging

/// `starting`: the branch is entered and made, once. Its name follows from the run, which is how it is found again.
struct BuildOpenStage: Stage {
    let parts: EngineParts
    let policy: CommandPolicy

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        do {
            let user = try parts.settings.builds.user()
            try BuildFolder.prepare(parts.settings.builds, for: user)
            let build = try await entered(hand)
            try await makeBranch(build)
            try await parts.move(hand.run.id, .sessionOpened(session: BuildRecord.session(hand.run.id)), hand.lease)
        } catch let problem as BuildProblem {
            return try await refuse(hand, problem.description)
        } catch let failure as GitRepository.Failure {
            return try await refuse(hand, failure.description)
        }
        return .moved
    }

    private func entered(_ hand: RunInHand) async throws -> BuildRecord {
        let run = hand.run
        if let known = try await parts.database.read({ try BuildStore(db: $0).find(run.id) }) { return known }
        let repository = GitRepository(path: policy.repository)
        guard let base = try await repository.commit("refs/heads/" + policy.baseBranch) else {
            throw BuildProblem(description: "\(policy.repository) has no branch \(policy.baseBranch)")
        }
        if let place = try await repository.checkout(of: policy.baseBranch) {
            throw BuildProblem(
                description:
                    "\(policy.baseBranch) is checked out in \(place), so nothing could be merged into it: name a bare repository, or check out something else there"
            )
        }
        let text = TaskFile(hand, now: parts.doors.now())
        let new = NewBuild(
            runID: run.id, repository: policy.repository, baseBranch: policy.baseBranch, baseCommit: base,
            branch: BranchName.make(prefix: policy.branchPrefix, runID: run.id, title: text.title), title: text.title)
        let now = parts.doors.now()
        return try await parts.write(hand.lease) { db in
            try BuildStore(db: db).insert(new, now: now)
            guard let build = try BuildStore(db: db).find(run.id) else { throw RunMoved(runID: run.id) }
            return build
        }
    }

    private func makeBranch(_ build: BuildRecord) async throws {
        let repository = GitRepository(path: build.repository)
        switch try await repository.commit(build.reference) {
        case nil: try await repository.move(build.reference, from: nil, to: build.startCommit)
        case build.startCommit?: return
        case let other?:
            throw BuildProblem(
                description: "the branch \(build.branch) exists already, at \(other.prefix(12)): somebody else made it")
        }
    }

    private func refuse(_ hand: RunInHand, _ why: String) async throws -> StageOutcome {
        try await parts.move(
            hand.run.id, .broke(RunCause(.buildRefused, "The builder could not be started: \(why.closed)")), hand.lease)
        return .moved
    }
}

/// What the builder is told of one run.
struct TaskFile {
    let prompt: String
    let title: String

    /// `capsules` is what is told of the client's earlier work.
    init(_ hand: RunInHand, capsules: String? = nil, now: Int64) {
        let payload = hand.run.payload.flatMap { try? JSONValue.parse(Array($0.utf8)).object } ?? JSONObject()
        var values = RunValues(hand.run, now: now).all
        values["capsules"] = capsules ?? ""
        prompt = hand.agent.config.kickoffPrompt.render(values)
        title = TaskText.title(payload, prompt: prompt)
    }
}
