import BureauDomain
import BureauStorage
import Foundation
import Logging

/// `running`: one round of a build, from a fresh worktree to checked commits in the repository. Every command is
/// kept, every step has its row: cut off anywhere, it goes on where it was.
struct BuildStage: Stage {
    let parts: EngineParts
    let policy: CommandPolicy
    /// A round whose process was lost begins anew so often.
    static let attemptsMax = 3
    static let outcome = "outcome"

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        let event: RunMachine.Event
        do { event = try await ending(hand) } catch let problem as BuildProblem {
            event = .broke(RunCause(.buildFailed, "The build could not go on: \(problem.description.closed)"))
        } catch let failure as GitRepository.Failure {
            try Task.checkCancellation()
            event = .broke(RunCause(.buildFailed, "The build could not go on: \(failure.description.closed)"))
        }
        try await parts.move(hand.run.id, try await judged(event, hand), hand.lease)
        return .moved
    }

    /// Where people have a round before them already, one that came to nothing is told as such and judged like any
    /// other: they may ask again or dismiss it.
    private func judged(_ event: RunMachine.Event, _ hand: RunInHand) async throws -> RunMachine.Event {
        let why: RunCause
        switch event {
        case .broke(let cause), .stopAsked(let cause): why = cause
        default: return event
        }
        guard let build = try await parts.database.read({ try BuildStore(db: $0).find(hand.run.id) }), build.round > 1
        else { return event }
        let now = parts.doors.now()
        var problem = why.sentence
        if build.headCommit == nil, let last = build.last {
            problem = "\(problem.closed) What round \(last.round) came to stays, and accepting merges that."
        }
        let outcome = BuildOutcome(problem: problem)
        try await parts.write(hand.lease) { db in
            try BuildStore(db: db).intend(build, Self.outcome, now: now)
            try BuildStore(db: db).settle(build, Self.outcome, outcome, now: now)
        }
        return .turnEnded
    }

    private func ending(_ hand: RunInHand) async throws -> RunMachine.Event {
        for _ in 0..<Self.attemptsMax {
            guard let build = try await parts.database.read({ try BuildStore(db: $0).find(hand.run.id) }) else {
                throw BuildProblem(description: "the run has no branch")
            }
            guard build.attempt <= Self.attemptsMax else { break }
            let round = try BuildRound(parts: parts, policy: policy, hand: hand, build: build)
            do {
                try await round.work()
                return .turnEnded
            } catch let end as BuildRound.End {
                return end.event
            } catch let lost as BuildRound.Lost {
                try await beginAgain(hand, build, lost.step)
            }
        }
        throw BuildProblem(description: "its process was lost \(Self.attemptsMax) times")
    }

    private func beginAgain(_ hand: RunInHand, _ build: BuildRecord, _ step: String) async throws {
        let now = parts.doors.now()
        parts.logger.warning("a builder was lost", metadata: ["run": "\(build.runID)", "step": "\(step)"])
        try await parts.write(hand.lease) { db in
            try BuildStore(db: db).markLost(build, step, now: now)
            try BuildStore(db: db).beginAttempt(build.runID, after: build.attempt)
            try RunEventStore(db: db).append(
                build.runID, kind: "build", detail: "\(step) lost its process; the round begins anew", now: now)
        }
    }
}

/// Why a later round came to nothing.
struct BuildOutcome: Codable, Hashable, Sendable { var problem: String }
