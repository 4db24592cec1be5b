/// What is said on a task about an acceptance that sets something going.
extension ReviewMessages {
    static func carriedOut(_ sentence: String, runID: String) -> WorkText {
        [.bold("Merged"), .newline] + .line(sentence) + [.text("Run \(runID)"), .newline]
    }

    static func notCarriedOut(_ why: String, runID: String) -> WorkText {
        [.bold("Accepted, and not merged"), .newline] + .line(why)
            + .line(
                "It waits for review again: ask for a change, accept once more when the reason is gone, or dismiss it.")
            + [.text("Run \(runID)"), .newline]
    }
}
