/// The words agencies use when they judge work. Kept apart from the rules that weigh them.
enum CommentWords {
    static let acceptStrong = [
        "approved", "approve", "i approve", "accept", "accepted", "lgtm", "signed off", "sign off", "sign this off",
        "good to go", "ship it", "no changes needed", "no changes", "no further changes", "no edits", "no feedback",
        "nothing to change", "nothing to add", "no notes", "ready to send", "ready to publish", "ready to go",
        "publish it",
        "send it", "send it over", "happy to accept", "happy with this", "happy with it", "client approved",
        "client has approved", "client signed off", "ready for the client", "all good from my side", "all good from me",
        "good from my side", "we can close", "close it", "close this", "you can close", "green light", "go live",
        "let's go with this", "go with this", "works for me", "fine by me", "good as is", "perfect as is", "fine as is",
        "leave it as is", "mark it as done", "mark as done", "mark it done",
    ]

    static let acceptWeak = [
        "looks good", "look good", "looks great", "look great", "looks perfect", "looks fine", "looks right",
        "all good",
        "perfect", "spot on", "love it", "excellent", "nailed it", "great job", "great work", "good job", "nice work",
        "awesome", "brilliant", "exactly what we needed", "exactly what i wanted", "fantastic", "go ahead",
        "good stuff",
        "happy", "this is great", "this is good", "reads well", "very good", "sounds good", "well done", "superb",
        "wonderful", "just what we needed", "can't fault it", "top notch", "10/10",
    ]

    static let conditions = [
        "once", "after", "as soon as", "if you", "when you", "until", "provided", "subject to", "as long as",
        "assuming", "pending", "unless",
    ]

    /// Verbs that ask for a change when they begin a clause, or follow "please" or "can you".
    static let verbs: Set<String> = [
        "change", "fix", "add", "remove", "update", "replace", "rewrite", "shorten", "make", "move", "swap", "drop",
        "delete", "cut", "include", "use", "correct", "tweak", "rename", "rephrase", "reword", "redo", "revise",
        "expand", "tone", "simplify", "highlight", "mention", "put", "split", "merge", "sort", "reorder", "insert",
        "adjust", "align", "convert", "translate", "format", "reformat", "trim", "tighten", "soften", "bring", "switch",
        "turn", "take", "recheck", "recalculate", "double", "clarify", "explain", "break", "group", "list", "link",
        "quote", "cite", "spell", "capitalise", "capitalize", "round", "lower", "raise", "increase", "reduce",
        "strip", "combine", "separate", "restructure", "rework", "amend", "edit", "modify", "exclude", "omit", "label",
        "number", "resize", "crop", "emphasise", "emphasize", "elaborate", "summarise", "summarize", "condense", "keep",
        "start", "end", "lead", "refer", "spell-check", "proofread", "set", "show", "give", "work", "try", "go",
        "revert", "restore", "undo", "personalise", "personalize", "localise", "localize", "flag", "attach", "resend",
    ]

    /// Verbs among them that mean too much to stand for a change by themselves.
    static let looseVerbs: Set<String> = [
        "keep", "start", "end", "go", "give", "try", "take", "set", "work", "show", "lead", "round",
    ]

    static let wishes = [
        "needs to", "need to be", "need to have", "should be", "should say", "should have", "should read", "should not",
        "shouldn't", "must be", "has to be", "have to be", "needs a", "needs an", "needs more", "needs some",
        "needs less",
        "need more", "need a", "we need", "i need", "i'd like", "i would like", "i'd prefer", "would prefer",
        "we'd prefer",
        "i want", "we want", "client wants", "client would like", "they want", "they would like", "would be better",
        "could be", "instead of", "rather than", "would rather", "wants us to", "asked us to", "can we", "could we",
        "let's", "lets", "ought to", "have another go", "another pass", "take another look", "go through it again",
    ]

    static let faults = [
        "wrong", "incorrect", "typo", "typos", "missing", "doesn't match", "don't match", "does not match", "not right",
        "isn't right", "not quite right", "too long", "too short", "too formal", "too salesy", "too technical",
        "too vague", "too generic", "too much", "too many", "outdated", "out of date", "broken", "inaccurate",
        "misspelled",
        "misspelt", "unclear", "confusing", "not accurate", "isn't accurate", "not correct", "isn't correct", "mistake",
        "error", "errors", "inconsistent", "off brand", "off-brand", "doesn't work", "doesn't read", "not working",
        "not what we", "not what i", "not there yet", "not happy", "can't see", "cut off", "duplicate", "duplicated",
        "no longer", "forgot", "forgotten", "left out", "overlooked", "doesn't mention", "doesn't include",
        "didn't include",
        "not enough", "hard to read", "feels off", "reads oddly", "a bit thin", "lacks", "lacking", "old logo",
        "old address",
    ]

    static let politeness: Set<String> = ["please", "pls", "plz", "kindly"]
    private static let openers: Set<String> = [
        "hi", "hey", "hello", "ok", "okay", "and", "but", "so", "also", "then", "just", "maybe", "perhaps", "thanks",
        "great", "nice", "however", "though", "except", "first", "second", "third", "finally", "next", "still", "yet",
        "only", "thing", "1", "2", "3", "4", "5", "team", "all", "change",
    ]

    static func change(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        let words = clause.words
        if let found = imperative(words) { return found }
        if let (index, _) = request(words), let verb = words[index...].first(where: verbs.contains) {
            return (verb, true)
        }
        if let found = clause.has(wishes) {
            if clause.isQuestion, found == "could be" { return nil }
            return (
                found,
                found != "could be" && !(clause.isQuestion && (found == "can we" || found == "could we"))
                    || words.contains(where: verbs.contains)
            )
        }
        if let found = clause.has(faults), !negatesFault(clause, found) { return (found, !clause.isQuestion) }
        return nil
    }

    /// "no typos", "nothing missing", "not wrong" find no fault.
    private static func negatesFault(_ clause: CommentText.Clause, _ fault: String) -> Bool {
        guard !fault.hasPrefix("not "), !fault.hasPrefix("isn't "), !fault.contains("n't ") else { return false }
        return clause.isNegated(fault)
    }

    /// A clause that begins with a verb of change, after words that only open it.
    private static func imperative(_ words: [String]) -> (phrase: String, isStrong: Bool)? {
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
        if looseVerbs.contains(verb), !isPolite { return nil }
        return ((isPolite ? "please " : "") + rest.prefix(3).joined(separator: " "), true)
    }

    /// Where "can you", "could you please" and the like begin what is asked.
    private static func request(_ words: [String]) -> (Int, String)? {
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

    private static let questionWords: Set<String> = [
        "what", "why", "how", "where", "when", "who", "which", "is", "are", "does", "do", "did", "has", "have", "any",
        "will", "was", "were", "wondering", "curious",
    ]

    static func asks(_ clause: CommentText.Clause) -> Bool {
        if let first = clause.words.first, questionWords.contains(first), clause.isQuestion { return true }
        return clause.has(["wondering", "curious", "i wonder", "question", "quick question"]) != nil
    }

    static let thoughts = [
        "i think", "i thought", "i guess", "in my opinion", "we discussed", "interesting", "for context", "background",
        "my view", "worth discussing", "not sure", "let me think", "depends", "personally", "surprised", "in general",
        "let's discuss", "to discuss", "could argue", "on the other hand", "i wonder", "i suspect", "historically",
    ]

    private static let idles = [
        "thanks", "thank you", "thx", "cheers", "ta", "noted", "seen", "got it", "received", "will look", "will review",
        "will read", "will check", "will take a look", "i'll look", "i'll review", "i'll read", "i'll check",
        "i'll have a look",
        "looking now", "reviewing", "reading", "on it", "fyi", "forwarding", "forwarded", "shared with", "sharing with",
        "sent to", "passing", "passed", "waiting for", "waiting on", "back on", "out of office", "ooo", "on leave",
        "tomorrow", "later today", "next week", "this afternoon", "cc", "adding", "looping in", "loop in", "over to",
        "assigned", "moving this", "moved this", "bump", "bumping", "call", "meeting", "invoice", "billed", "logged",
        "following", "watching", "brb", "test", "ignore this", "wrong task", "ok", "okay", "understood", "great news",
        "happy friday", "have a good", "see you", "speak", "chat", "no rush", "take your time", "appreciate",
    ]

    static func idle(_ clause: CommentText.Clause) -> String? { clause.has(idles) }

    // MARK: more than the task

    private static let deliverables: Set<String> = [
        "audit", "audits", "report", "reports", "campaign", "campaigns", "page", "pages", "post", "posts", "article",
        "articles",
        "ad", "ads", "dashboard", "dashboards", "deck", "presentation", "newsletter", "newsletters", "email", "emails",
        "video", "videos", "strategy", "proposal", "brief", "briefs", "analysis", "website", "site", "plan", "calendar",
        "research", "blog", "blogs", "infographic", "whitepaper", "survey", "workshop", "webinar", "script", "scripts",
        "sequence", "funnel", "logo", "brochure", "flyer", "quote", "estimate", "forecast", "model",
    ]
    private static let making: Set<String> = [
        "create", "build", "write", "prepare", "produce", "run", "do", "design", "launch", "draft", "make", "develop",
        "set", "start", "put", "generate", "have", "get", "need", "add", "want", "plan",
    ]
    private static let newness: Set<String> = [
        "new", "another", "second", "separate", "extra", "additional", "whole", "full", "different",
    ]
    private static let elsewhere = [
        "for another client", "for our other client", "for the other client", "other clients", "another client",
        "the other location", "the other locations", "other locations", "all locations", "another location",
        "our other brand", "the other brand", "for every client", "all our clients", "different client",
        "sister company",
        "sister brand", "other branches", "the other branches", "another brand", "other stores", "other markets",
        "every month from now", "every week from now", "on a monthly basis", "make this recurring", "a retainer",
        "out of scope", "outside the scope", "outside of scope", "beyond the brief", "not in the original brief",
        "wasn't in the brief", "scope change", "change the scope", "expand the scope", "extend the scope",
        "bigger scope",
        "for next quarter too", "for the other two", "for the other three", "while you're at it", "while you are at it",
    ]

    static func scope(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        if let found = clause.has(elsewhere) { return (found, true) }
        let words = clause.words
        guard let product = words.firstIndex(where: deliverables.contains) else { return nil }
        let before = words[..<product]
        guard let verb = before.lastIndex(where: making.contains) else { return nil }
        let between = words[(verb + 1)..<product]
        let isNew = between.contains(where: newness.contains)
        let isSeveral = between.contains { Int($0) != nil || numbers.contains($0) }
        let isMore =
            clause.has(["also", "as well", "too", "in addition", "on top of that", "on top", "additionally", "plus"])
            != nil
        let isArticle = between.first == "a" || between.first == "an" || between.isEmpty
        if clause.isNegated(words[verb]) { return nil }
        if isNew || (isSeveral && isMore) { return ("\(words[verb]) … \(words[product])", true) }
        if isMore, isArticle, words[verb] != "add", words[verb] != "make" {
            return ("\(words[verb]) … \(words[product])", false)
        }
        return nil
    }

    private static let numbers: Set<String> = [
        "two", "three", "four", "five", "six", "ten", "some", "several", "few", "couple",
    ]
}
