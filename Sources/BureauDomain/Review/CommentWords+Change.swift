import Foundation

/// How a change is asked for.
extension CommentWords {
    static let politeness: Set<String> = ["please", "pls", "plz", "kindly"]
    static let openers: Set<String> = [
        "hi", "hey", "hello", "ok", "okay", "and", "but", "so", "also", "then", "just", "maybe", "perhaps", "thanks",
        "great", "nice", "however", "though", "except", "first", "second", "third", "finally", "next", "still", "yet",
        "only", "thing", "1", "2", "3", "4", "5", "team", "all", "change",
    ]

    /// Sure only where it touches the work: a part of it, a word for it, more or less of something. A deed that is asked
    /// for without any of these may be anything, new work as well.
    static func change(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        guard let found = wish(clause) else { return nil }
        return (found.phrase, found.isStrong && touchesWork(clause))
    }

    private static func touchesWork(_ clause: CommentText.Clause) -> Bool {
        if clause.has(faults) != nil || clause.has(exceptions) != nil || forbidding(clause.words) != nil { return true }
        return clause.words.contains { parts.contains($0) || touching.contains($0) || Int($0) != nil }
    }

    private static let touching: Set<String> = Set(
        """
        it this that them these those its more less fewer shorter longer simpler clearer bigger smaller bolder here \
        there above below first second third last top bottom end beginning everything all both each instead score \
        scores data source sources example examples comparison version draft text copy comment point points item items \
        p1 p2 p3 v1 v2 analysis detail details term terms emojis jargon english british spelling style voice client's
        """.split(separator: " ").map(String.init))

    private static func wish(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        let words = clause.words
        if clause.isQuestion, let found = clause.has(exceptions) { return (found, true) }
        if let found = imperative(words) { return found }
        if let (index, _) = request(words), let verb = words[index...].first(where: isVerb) {
            return (verb, true)
        }
        if !clause.isQuestion, let found = proposal(words) { return (found, true) }
        if let found = takenOut(words) { return (found, true) }
        if clause.has(fulfilled) != nil { return nil }
        if let found = clause.has(wishes) {
            if found == "could be" || found == "can we" || found == "could we", clause.isQuestion,
                !words.contains(where: isVerb)
            {
                return nil
            }
            return (
                found,
                found != "could be" && !(clause.isQuestion && (found == "can we" || found == "could we"))
                    || words.contains(where: verbs.contains)
            )
        }
        if clause.isQuestion, let first = words.first, first == "can" || first == "could",
            words.contains("be") || words.contains("have")
        {
            return ("\(first) … be", false)
        }
        if let found = clause.has(faults), !negatesFault(clause, found) { return (found, !clause.isQuestion) }
        if let found = forbidding(words) { return (found, true) }
        if let found = clause.has(exceptions) { return (found, true) }
        if words.contains(where: politeness.contains), clause.has(acceptStrong + closings) == nil {
            // What is asked for is not known: sure only where it is about a part of the work.
            return ("please", words.contains(where: parts.contains))
        }
        if let found = clause.has(vagueFaults), !negatesFault(clause, found) { return (found, false) }
        return nil
    }

    /// "no typos", "nothing missing", "not wrong" find no fault.
    static func negatesFault(_ clause: CommentText.Clause, _ fault: String) -> Bool {
        guard !fault.hasPrefix("not "), !fault.hasPrefix("isn't "), !fault.contains("n't ") else { return false }
        guard let range = clause.text.range(of: " \(fault) ") else { return false }
        let before = clause.text[..<range.lowerBound].split(separator: " ")
        // "No, this is wrong" finds one.
        let near =
            before.count > 2
            ? before.suffix(2) : before.first == "no" && before.count > 1 ? before.dropFirst() : before[...]
        return near.contains { CommentText.Clause.negations.contains(String($0)) }
    }

    /// A clause that begins with a verb of change, after words that only open it.
    static func imperative(_ words: [String]) -> (phrase: String, isStrong: Bool)? {
        var rest = words[...]
        var isPolite = false
        var passed = 0
        while let word = rest.first, passed < 5,
            politeness.contains(word)
                || (openers.contains(word) && rest.count > 1 && !(word == "change" && passed == 0))
        {
            if word == "change", rest.count > 1 { break }
            isPolite = isPolite || politeness.contains(word)
            rest = rest.dropFirst()
            passed += 1
        }
        guard let verb = rest.first, verbs.contains(verb), rest.count > 1 || isPolite else { return nil }
        if needsObject.contains(verb), let next = rest.dropFirst().first, !determiners.contains(next) { return nil }
        if looseVerbs.contains(verb), !isPolite { return nil }
        return ((isPolite ? "please " : "") + rest.prefix(3).joined(separator: " "), true)
    }

    /// "I would just move …", "let's shorten …", "we should mention …".
    static func proposal(_ words: [String]) -> String? {
        for (index, word) in words.enumerated() where proposing.contains(word) {
            let next = words[(index + 1)...].prefix(3)
            guard let verb = next.first(where: isVerb), !looseVerbs.contains(verb) else { continue }
            return "\(word) \(verb)"
        }
        return nil
    }

    static let proposing: Set<String> = ["would", "i'd", "we'd", "should", "let's", "lets", "must"]

    /// A verb of change, as it is or with "-ing".
    static func isVerb(_ word: String) -> Bool {
        if verbs.contains(word) { return true }
        guard word.hasSuffix("ing"), word.count > 5 else { return false }
        let stem = String(word.dropLast(3))
        return verbs.contains(stem) || verbs.contains(stem + "e") || verbs.contains(String(stem.dropLast()))
    }

    /// "Don't call them …", "never use …", "avoid …".
    static func forbidding(_ words: [String]) -> String? {
        guard let first = words.first, words.count > 2 else { return nil }
        let second = words[1]
        if ["avoid", "stop"].contains(first) || (first == "never" && verbs.contains(second)) {
            return "\(first) \(second)"
        }
        let isForbidden = first == "don't" || (first == "do" && second == "not")
        guard isForbidden,
            !["worry", "forget", "mind", "know", "think", "see", "have", "need", "care", "bother"].contains(second)
        else { return nil }
        return "\(first) \(second)"
    }

    /// What is asked for after an acceptance.
    static let closings = [
        "please send", "please close", "please publish", "send please", "please go", "please ship", "please deliver",
        "please proceed", "please continue",
    ]

    static let exceptions = [
        "except", "apart from", "other than", "only thing", "is it possible to", "any chance", "get rid", "one nit",
        "tiny nit", "small nit", "nitpick",
        "one correction", "small correction", "one remark", "one issue", "one problem", "minor point",
    ]

    /// "take it out", "leave that off", "put them back".
    static func takenOut(_ words: [String]) -> String? {
        let rest = words.drop { openers.contains($0) || politeness.contains($0) }
        guard let verb = rest.first, ["take", "leave", "put", "bring"].contains(verb), rest.count <= 8,
            let way = rest.dropFirst().first(where: { ["out", "off", "away", "back", "in"].contains($0) }),
            rest.dropFirst().first != way
        else { return nil }
        return "\(verb) … \(way)"
    }

    /// "Everything I asked for is in there": a wish that came true is none.
    static let fulfilled = [
        "everything i asked", "everything we asked", "everything they asked", "all i asked", "all we asked",
        "all i needed", "all we needed", "all they asked", "exactly the", "all i wanted", "all we wanted",
        "everything i wanted", "everything we wanted", "everything we needed", "everything i raised", "all my points",
    ]

    /// Where "can you", "could you please" and the like begin what is asked.
    static func request(_ words: [String]) -> (Int, String)? {
        let pairs: [[String]] = [
            ["can", "you"], ["could", "you"], ["would", "you"], ["will", "you"], ["can", "u"], ["you", "please"],
            ["you", "to"], ["mind"], ["please"], ["pls"], ["remember", "to"], ["make", "sure"], ["ensure"],
        ]
        for pair in pairs {
            for start in words.indices where start + pair.count < words.count {
                guard Array(words[start..<start + pair.count]) == pair else { continue }
                return (start + pair.count, pair.joined(separator: " "))
            }
        }
        return nil
    }
}
