import BureauDomain
import BureauEngine

/// A run's status with what it waits for, or why it ended, in as few words as fit a chip.
extension RunWords {
    var chip: Chip {
        var chip = Self.chip(run.state)
        switch run.state {
        case .stopped: chip.word = run.cause.map { Self.stopped($0) } ?? chip.word
        case .ignored where run.cause?.code == .notEligible: chip.word = "Ignored: not eligible"
        case .queued where run.waitsForBudget: chip.word = "Queued: no budget left"
        case .waitingApproval: chip.word = waiting ?? chip.word
        case .queued, .needsInfo, .starting, .running, .collecting, .delivering, .inReview, .revising, .stopping,
            .done, .doneWithProblems, .failed, .ignored:
            break
        }
        return chip
    }

    static let nameCharactersMax = 30
    private static let byWords = "Stopped by "

    private static func stopped(_ cause: RunCause) -> String {
        switch cause.code {
        case .overBudget, .budgetDenied, .budgetExhausted: "Stopped: budget"
        case .overTime: "Stopped: time limit"
        case .overLimit: "Stopped: limit"
        case .dismissed: "Stopped: dismissed"
        case .lostTooOften: "Stopped: watchdog"
        case .interrupted: "Stopped: interrupted"
        case .notRecorded: "Stopped: not recorded"
        case .stopUnconfirmed: "Stopped: not confirmed"
        case .byPerson: person(in: cause.sentence).map { byWords + $0 } ?? "Stopped by a person"
        case .sessionRefused, .sessionUnreachable, .sessionTerminated, .sessionLost, .openingGivenUp,
            .retriesExhausted, .refusal, .unknownStopReason, .taskUnreadable, .configGone, .queuedTooLong, .noFiles,
            .internalError, .buildRefused,
            .buildFailed, .uncommittedWork, .mergeRefused, .missingFields, .unknownClient, .unclear, .blocked,
            .notEligible, .filesMissing, .deliveryFailed:
            "Stopped"
        }
    }

    /// "Stopped by Ana: no longer wanted." names Ana.
    private static func person(in sentence: String) -> String? {
        guard sentence.hasPrefix(byWords) else { return nil }
        let rest = sentence.dropFirst(byWords.count)
        let name = rest.firstIndex(of: ":").map { rest[..<$0] } ?? (rest.hasSuffix(".") ? rest.dropLast() : rest)
        let isName = !name.isEmpty && name.count <= nameCharactersMax
        return isName ? Outgoing.clean(String(name)) : nil
    }

    /// For whoever may decide it is they; for the others the one person it waits for, where only one may.
    private var waiting: String? {
        guard let reader = Reader.person else { return nil }
        guard let approvals else { return "Waiting for a decision" }
        let isDecider =
            reader.role >= .consultant
            && approvals.refusal(for: ApprovalView.decider(reader), requestedBy: run.requestedBy) == nil
        if isDecider { return RunState.waitingApproval.word }
        let isOne = approvals.people.count == 1 && approvals.slackApprovers.isEmpty
        return isOne ? "Waiting for \(approvals.people[0])" : "Waiting for a decision"
    }
}
