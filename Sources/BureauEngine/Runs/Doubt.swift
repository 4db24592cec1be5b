import BureauDomain
import BureauStorage

/// A write to a session that nobody can tell of: the run waits where it is, people are asked once, and a look now and
/// then sees whether the vendor tells after all.
struct Doubt {
    let parts: EngineParts
    let run: RunRecord
    /// Throws, and nobody is told, when what the step was held by is somebody else's: they may have settled it.
    let fence: @Sendable (any Connection) throws -> Void
    static let lookEveryMilliseconds: Int64 = 5 * 60_000
    static let code = "in_doubt"

    init(parts: EngineParts, hand: RunInHand) {
        let lease = hand.lease
        self.init(parts: parts, run: hand.run) { try RunStore(db: $0).check(lease) }
    }

    init(parts: EngineParts, run: RunRecord, fence: @escaping @Sendable (any Connection) throws -> Void) {
        (self.parts, self.run, self.fence) = (parts, run, fence)
    }

    func ask(_ step: StepRecord, _ why: String) async throws -> StageOutcome {
        try await tell(step, why)
        return .rest(until: parts.doors.now() + Self.lookEveryMilliseconds)
    }

    func tell(_ step: StepRecord, _ why: String) async throws {
        let cause = RunCause(
            .internalError,
            "\(step.what) may or may not have happened: \(why.closed) Look there, then decide: bureau runs resolve \(run.id)"
        )
        let (doors, run, fence) = (parts.doors, run, fence)
        try await parts.database.write { db in
            try fence(db)
            let isTold = try AlertStore(db: db).isOpen(cause: Self.code, subject: run.id)
            if !isTold {
                try RunEventStore(db: db).append(run.id, kind: "doubtful", detail: cause.sentence, now: doors.now())
            }
            try NoticeWriter(db: db, doors: doors).alert(cause, run, kind: .gate, code: Self.code)
        }
    }
}

/// Nobody can tell whether this was written; the run waits.
struct InDoubt: Error {
    let step: StepRecord
    let why: String
}

extension StepRecord {
    /// What the step does, for people.
    package var what: String {
        switch (channel, kind) {
        case (.anthropic, "create"): "The session's creation"
        case (.anthropic, ApprovalAnswers.stepKind): "The answer to the call \(subject)"
        case (.anthropic, "custom_tool_result"): "The result for the call \(subject)"
        case (.anthropic, _): "The session's \(kind)"
        case (.slack, RunThreadStore.stepKind) where subject.hasPrefix(RunThreadEnd.subjectPrefix):
            "The Slack message of the run's end"
        default: "The \(channel.label) \(kind) (\(subject))"
        }
    }
}

extension String {
    /// With one full stop at its end, so that another sentence can follow.
    var closed: String { hasSuffix(".") || hasSuffix("!") || hasSuffix("?") ? self : self + "." }
}
