/// Why a run stopped, failed or was ignored: a stable code for machines and one sentence for a consultant.
package struct RunCause: Error, Hashable, Sendable {
    /// How the sentence of every run that waits for money begins; alerts look for it in the history.
    package static let budgetWait = "Waiting for budget:"
    private static let ownWait = budgetWait + " it had cost "

    /// It waits for more than the run itself may cost, which no new day or month brings.
    package static func ownLimitWait(_ spent: MicroUSD, of limit: MicroUSD) -> RunCause {
        RunCause(.budgetExhausted, "\(ownWait)\(spent) of at most \(limit).")
    }

    package var isOwnLimitWait: Bool { code == .budgetExhausted && sentence.hasPrefix(Self.ownWait) }

    /// The account that has too little for it; nil for a run that waits for none.
    package var accountWaitedFor: SpendAccount? {
        guard code == .budgetExhausted, sentence.hasPrefix(Self.budgetWait) else { return nil }
        let rest = sentence.dropFirst(Self.budgetWait.count).drop { $0 == " " }
        return SpendAccount(opening: String(rest))
    }

    package enum Code: String, Hashable, Sendable, Codable, CaseIterable {
        // failed
        case sessionRefused = "session_refused"
        case sessionUnreachable = "session_unreachable"
        case sessionTerminated = "session_terminated"
        case sessionLost = "session_lost"
        case openingGivenUp = "opening_given_up"
        case retriesExhausted = "retries_exhausted"
        case refusal
        case unknownStopReason = "unknown_stop_reason"
        case taskUnreadable = "task_unreadable"
        case configGone = "config_gone"
        case queuedTooLong = "queued_too_long"
        case lostTooOften = "lost_too_often"
        case noFiles = "no_files"
        case internalError = "internal_error"
        case buildRefused = "build_refused"
        case buildFailed = "build_failed"
        case uncommittedWork = "uncommitted_work"
        case mergeRefused = "merge_refused"
        // needs info
        case missingFields = "missing_fields"
        case unknownClient = "unknown_client"
        case unclear
        case blocked
        // queued, waiting for money
        case budgetExhausted = "budget_exhausted"
        // stopped
        case overBudget = "over_budget"
        case budgetDenied = "budget_denied"
        case overTime = "over_time"
        case overLimit = "over_limit"
        case byPerson = "by_person"
        case interrupted
        case notRecorded = "not_recorded"
        case stopUnconfirmed = "stop_unconfirmed"
        case dismissed
        // ignored
        case notEligible = "not_eligible"
        // done with problems
        case filesMissing = "files_missing"
        case deliveryFailed = "delivery_failed"

        /// People were asked and said so: they are told what became of it, and nothing is left to look after.
        package var isDecision: Bool { self == .budgetDenied }
    }

    package let code: Code
    package let sentence: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }
}
