/// Why a run stopped, failed or was ignored: a stable code for machines and one sentence for a consultant.
package struct RunCause: Error, Hashable, Sendable {
    /// How the sentence of every run that waits for money begins; alerts look for it in the history.
    package static let budgetWait = "Waiting for budget:"

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
