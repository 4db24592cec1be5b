/// A comment that answers whether new work is wanted, and says nothing else: a yes or a no, with what people put beside
/// one. A comment that says more is judged by what it says, and the question stays open.
struct CommentAnswer {
    let isYes: Bool
    static let wordsMax = 8

    init?(_ comment: CommentText) {
        let words = comment.clauses.flatMap(\.words)
        guard !words.isEmpty else {
            // A sign alone; both at once say nothing.
            guard comment.signs.contains(.yes) != comment.signs.contains(.no) else { return nil }
            isYes = comment.signs.contains(.yes)
            return
        }
        guard words.count <= Self.wordsMax, !comment.clauses.contains(where: \.isQuestion) else { return nil }
        var rest = words[...]
        guard let opening = Self.take(Self.openings, &rest) else { return nil }
        var thanks = false, agrees = !Self.mild.contains(opening.phrase)
        while let next = Self.take(Self.besides, &rest) {
            // "Yes, leave it out" says both.
            guard next.meaning != !opening.meaning else { return nil }
            agrees = agrees || next.meaning == true
            thanks = thanks || CommentWords.gratitude.contains(next.phrase)
        }
        // "OK, thanks" may be no more than having read it.
        guard !(opening.meaning && !agrees && thanks) else { return nil }
        if !rest.isEmpty {
            guard !CommentCues(comment).isAcceptanceStrong, Self.isIdle(rest) else { return nil }
        }
        isYes = opening.meaning
    }

    /// Whether what is left asks for nothing and accepts nothing.
    private static func isIdle(_ words: ArraySlice<String>) -> Bool {
        let cues = CommentCues(CommentText(words.joined(separator: " ")))
        return cues.acceptance == nil && cues.change == nil && cues.correction == nil && cues.refusal == nil
            && cues.condition == nil && cues.scope == nil && !cues.hasQuestion
    }

    private static func take<Meaning>(
        _ phrases: [(words: [String], meaning: Meaning)], _ rest: inout ArraySlice<String>
    ) -> (phrase: String, meaning: Meaning)? {
        guard let found = phrases.first(where: { rest.starts(with: $0.words) }) else { return nil }
        rest = rest.dropFirst(found.words.count)
        return (found.words.joined(separator: " "), found.meaning)
    }

    /// The longest first.
    private static func sorted<Meaning>(_ phrases: [(String, Meaning)]) -> [(words: [String], meaning: Meaning)] {
        phrases.map { ($0.0.split(separator: " ").map(String.init), $0.1) }.sorted { $0.words.count > $1.words.count }
    }

    private static let mild: Set<String> = ["ok", "okay", "please"]
    private static let openings = sorted(
        [
            "yes", "yep", "yeah", "yup", "sure", "ok", "okay", "please", "please do", "do it", "do that", "do so",
            "go ahead", "absolutely", "definitely", "of course",
        ].map { ($0, true) }
            + [
                "no", "nope", "nah", "no thanks", "no thank you", "not now", "not needed", "skip", "skip it",
                "skip that",
                "skip this", "leave it", "leave that", "leave it out", "leave that out", "leave out", "ignore it",
                "ignore that", "forget it", "forget that", "forget about it", "never mind", "don't", "don't do it",
                "don't do that", "do not do it", "don't bother", "drop it",
            ].map { ($0, false) })
    /// Nil means neither.
    private static let besides = sorted(
        ["please", "thanks", "thank you", "cheers", "then", "for now"].map { ($0, Bool?.none) }
            + [
                "yes", "do it", "do that", "do so", "do this", "do", "go ahead", "go for it", "go", "add it",
                "add that",
                "include it", "include that", "do it here", "that would be great", "that'd be great", "why not",
            ].map { ($0, Bool?.some(true)) }
            + [
                "no", "leave it", "leave it out", "leave that out", "leave that", "skip it", "skip that", "drop it",
                "forget it", "not now", "not needed", "don't do it", "don't do that", "don't", "never mind",
            ].map { ($0, Bool?.some(false)) })
}
