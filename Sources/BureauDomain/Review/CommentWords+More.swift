/// More than the task, told by how it is built: the same once more for somebody else, another edition, something beside it.
extension CommentWords {
    /// "the same analysis for Bing", "repeat this for the two other brands", "can this be done for the Austrian market".
    static func again(_ words: [String]) -> (phrase: String, isStrong: Bool)? {
        guard let target = words.lastIndex(of: "for"), target + 1 < words.count, target > 0 else { return nil }
        let before = words[..<target], behind = words[(target + 1)...].prefix(6)
        guard !behind.contains(where: isOfTheWork) else { return nil }
        let phrase = (["for"] + behind.prefix(3)).joined(separator: " ")
        if let same = before.lastIndex(of: "same"), target - same <= 4 { return ("same … \(phrase)", true) }
        if before.contains(where: ["repeat", "replicate", "duplicate"].contains) {
            return ("repeat … \(phrase)", true)
        }
        let isWhole = before.suffix(5).contains { ["this", "it", "that", "one", "these", "done"].contains($0) }
        let isDone = before.contains { ["do", "done", "get", "make", "have", "run", "offer", "extend"].contains($0) }
        let isSomebodyElse = behind.contains { strangers.contains($0) }
        return isWhole && isDone && isSomebodyElse ? (phrase, true) : nil
    }

    /// "Implement these on the live site", "set up the tracking", "they'd like us to run their ads": a deed in the client's
    /// world, where no report reaches.
    static func deed(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        let words = clause.words
        guard let found = clause.has(livePlaces), !clause.isNegated(found) else {
            guard let found = clause.has(setups), !words.contains(where: parts.contains) else { return nil }
            return (found, true)
        }
        return words.contains(where: { isVerb($0) || makings.contains($0) || ["roll", "upload", "apply"].contains($0) })
            ? (found, true) : nil
    }

    private static let livePlaces = [
        "on the live site", "on the live website", "live on their", "live on the website", "live on the site",
        "on their website", "on their site", "in their shop", "in their account", "in the ads account",
        "in their cms", "in the cms", "in wordpress", "in shopify", "to their website", "to the website",
    ]
    private static let setups = [
        "set up the tracking", "set up the call tracking", "set up tracking", "set up call tracking", "set up a",
        "set up an", "set up the new", "us to run", "us to manage", "us to take over", "take care of their",
        "run their",
        "manage their", "look after their", "go ahead and implement", "can you implement", "please implement",
    ]

    /// "a monthly version of this", "a French edition", "the report every week".
    static func edition(_ words: [String]) -> (phrase: String, isStrong: Bool)? {
        for (index, word) in words.enumerated() where index + 1 < words.count {
            let next = words[(index + 1)...].prefix(3)
            guard let noun = next.first(where: editions.contains) else { continue }
            let isFirst = index > 0 && ["a", "an", "another", "our", "as"].contains(words[index - 1])
            if rhythms.contains(word) || (languages.contains(word) && isFirst) { return ("\(word) \(noun)", true) }
        }
        return nil
    }

    /// "Also create …", "besides the report we need …", "additionally do a survey": a beginning that adds, and a deed.
    static func addition(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        guard let adding = clause.has(additions) else { return nil }
        let words = clause.words
        guard let verb = words.first(where: { makings.contains($0) }), !clause.isNegated(verb),
            !words.contains(where: isOfTheWork)
        else { return nil }
        let object = words[(words.firstIndex(of: verb) ?? 0)...].dropFirst().prefix(3)
        let isNew = object.contains { ["a", "an", "some", "three", "two", "another", "any"].contains($0) }
        return ("\(adding) … \(verb)", isNew)
    }

    private static func isOfTheWork(_ word: String) -> Bool { parts.contains(word) || ofTheWork.contains(word) }

    private static let ofTheWork: Set<String> = [
        "summary", "report's", "text", "clarity", "consistency", "reference", "example", "now", "sure", "details",
        "detail", "context", "comparison", "readers", "reader", "scale", "sake", "reasons", "emphasis",
    ]
    private static let strangers: Set<String> = [
        "their", "his", "her", "sister", "other", "another", "second", "new", "whole", "entire", "all", "every",
        "market",
        "shop", "store", "branch", "brand", "company", "business", "site", "website", "country", "practice", "clinic",
        "partner", "partners", "competitor", "competitors", "group", "division", "channel", "portal", "two", "three",
    ]
    private static let rhythms: Set<String> = [
        "daily", "weekly", "fortnightly", "monthly", "quarterly", "yearly", "annual", "regular", "recurring",
    ]
    private static let editions: Set<String> = [
        "version", "edition", "report", "reports", "update", "updates", "copy", "translation", "newsletter", "review",
        "summary", "audit", "check", "mailing",
    ]
    private static let languages: Set<String> = [
        "spanish", "french", "german", "italian", "dutch", "portuguese", "polish", "irish", "welsh", "english",
        "swedish", "danish", "norwegian", "finnish", "czech", "turkish", "chinese", "japanese", "arabic", "russian",
        "ukrainian", "bilingual",
    ]
    private static let additions = [
        "also", "additionally", "in addition", "besides", "next to", "on top", "on top of", "as well", "too", "plus",
        "apart from that", "next up", "and now", "moreover", "furthermore", "beyond that",
    ]
    private static let makings: Set<String> = [
        "create", "prepare", "write", "draft", "produce", "design", "build", "develop", "record", "film", "plan",
        "organise", "organize", "arrange", "implement", "launch", "research", "investigate", "audit", "analyse",
        "analyze", "survey", "interview", "benchmark", "need", "want", "run", "do", "look", "set",
    ]
}
