import Foundation

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
        "approving", "accepting", "signing off", "signing this off", "sign-off", "nothing else",
        "please close the task", "close the task", "close this task", "go ahead and send", "please send", "ship",
        "no objections",
        "no comments", "no concerns", "no issues", "no complaints", "no remarks", "no more changes", "no more comments",
        "no further comments", "no further edits", "no further notes", "nothing further", "good to publish",
        "good to send", "good to share", "good to launch", "okay to publish", "ok to publish", "ok to send",
        "okay to send",
        "fine to publish", "fine to send", "can be delivered", "can be published", "can be sent", "can go out",
        "to go out",
        "can go live", "may go out", "happy to publish", "happy to send", "happy to go", "happy for this", "satisfied",
        "thumbs up", "you have my ok",
        "you may publish", "you may send", "you can publish", "you can send", "cleared for", "go for it", "approves",
        "consider this accepted", "consider it accepted", "consider it approved",
        "get this out", "go with it", "let's ship", "let's publish", "let's send", "final version", "i'm good",
        "we're good", "we are good",
    ]

    static let acceptWeak = [
        "looks good", "look good", "looks great", "look great", "looks perfect", "looks fine", "looks right",
        "all good",
        "perfect", "spot on", "love it", "excellent", "nailed it", "great job", "great work", "good job", "nice work",
        "awesome", "brilliant", "exactly what we needed", "exactly what i wanted", "fantastic", "go ahead",
        "good stuff",
        "happy", "this is great", "this is good", "reads well", "very good", "sounds good", "well done", "superb",
        "wonderful", "just what we needed", "can't fault it", "top notch", "10/10",
        "all correct", "everything is correct", "everything is fine", "everything looks", "delighted", "pleased with",
        "loves it",
        "love this", "loving it", "super", "impressive", "impressed", "great stuff", "top job", "ok for me",
        "okay for me", "fine for me", "exactly as", "ties up", "adds up", "all matches",
        "it matches", "they match", "much better", "way better",
        "no problem with",
        "all fine", "all set", "all there", "as agreed", "as discussed", "as requested", "yes please", "solid work",
        "solid",
    ]

    /// Nothing may go out yet.
    static let stops = [
        "don't publish", "do not publish", "don't send", "do not send", "hold off", "hold this", "not yet",
        "don't close",
        "please hold", "put this on hold", "not ready",
    ]

    /// Talk between people, whatever verbs it has.
    static let talks = ["let's discuss", "let's talk", "let's chat", "let's see", "let's wait", "to discuss"]

    /// Words for somebody else, whatever they sound like.
    static let asides = [
        "call with", "client call", "wrong task", "wrong thread", "wrong ticket", "wrong window", "wrong card",
        "ignore my", "ignore that",
        "ignore the last", "ignore this",
        "please ignore", "posted here by mistake", "meant for another", "never mind", "nevermind", "heads-up",
        "heads up", "please have a look", "please review",
        "please take a look", "for your review", "for review", "over to you", "your turn", "can you review",
        "could you review",
    ]

    static let conditions = [
        "once", "after", "as soon as", "if you", "when you", "until", "provided", "subject to", "as long as",
        "assuming", "pending", "unless", "with one change", "with two changes", "with a change", "with one tweak",
        "with a tweak", "with small changes", "with minor changes", "with one edit", "with some changes",
        "with these changes",
        "with the following", "on condition", "apart from", "with one exception", "if we", "if the", "bar the",
        "bar one",
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
        "lose", "anonymise", "anonymize", "ditch", "scrap", "tidy", "clean", "polish", "address", "widen", "narrow",
        "unify", "harmonise", "enlarge", "shrink", "bold", "underline", "indent",
        "revert", "restore", "undo", "personalise", "personalize", "localise", "localize", "flag", "attach", "resend",
    ]

    /// Whether what follows a comma is asked for: "…, rewrite it".
    static func begins(_ word: String) -> Bool {
        (verbs.contains(word) && !looseVerbs.contains(word) && !needsObject.contains(word)) || word == "take"
            || word == "don't"
    }

    /// Verbs among them that mean too much to stand for a change by themselves.
    static let looseVerbs: Set<String> = [
        "keep", "start", "end", "go", "give", "try", "take", "set", "work", "show", "lead", "round",
    ]

    /// Words that are verbs only when something follows that can be acted on: "correct the date", not "correct now".
    private static let needsObject: Set<String> = [
        "correct", "list", "link", "number", "label", "format", "edit", "flag", "group", "double",
    ]
    private static let determiners: Set<String> = [
        "the", "this", "that", "a", "an", "our", "their", "your", "its", "it", "these", "those", "all", "each", "every",
        "any", "my",
        "section", "page", "check", "to", "them", "one", "two", "both", "in", "by", "on", "out",
    ]

    static let wishes = [
        "needs to", "need to be", "need to have", "should be", "should say", "should have", "should read", "should not",
        "shouldn't", "must be", "has to be", "have to be", "needs a", "needs an", "needs more", "needs some",
        "needs less",
        "need more", "need a", "we need", "i need", "i'd like", "i would like", "i'd prefer", "would prefer",
        "we'd prefer",
        "i want", "we want", "client wants", "client would like", "they want", "they would like", "would be better",
        "could be", "instead of", "rather than", "would rather", "wants us to", "asked us to", "can we", "could we",
        "ought to", "have another go", "another pass", "take another look", "go through it again",
        "could use", "could do with", "would do", "be great if", "be good if", "be nice if", "be better if",
        "be helpful if",
        "be great to", "be good to", "be nice to", "be better to", "be helpful to", "wants fewer", "wants more",
        "wants less",
        "want fewer", "want more", "want less", "prefers", "asked for", "asks for", "asked us", "asks us", "wish",
        "ideally",
        "sort it out", "sort this out", "sort that out", "look at it again", "look again",
        "have to go",
        "has to go", "needs", "must go", "should go", "better without", "not necessary", "unnecessary", "be more",
        "be less",
    ]

    static let faults = [
        "wrong", "incorrect", "typo", "typos", "missing", "doesn't match", "don't match", "does not match", "not right",
        "isn't right", "not quite right", "too long", "too short", "too formal", "too salesy", "too technical",
        "too vague", "too generic", "still has", "still have", "still says", "still say",
        "still lists", "still shows",
        "still mentions", "still uses", "still the old", "outdated", "out of date", "broken", "inaccurate",
        "misspelled",
        "misspelt", "not accurate", "isn't accurate", "not correct", "isn't correct", "inconsistent", "off brand",
        "off-brand", "doesn't work", "doesn't read", "not working",
        "not what we", "not what i", "not there yet", "can't see", "cut off", "left out", "overlooked",
        "doesn't mention", "doesn't include",
        "didn't include",
        "hard to read", "look off", "looks off", "seem off", "seems off", "is off", "are off",
        "looks wrong", "can't be right", "cannot be right", "can't be correct", "wordy", "too wordy",
        "reads like",
        "not good enough", "contradicts",
        "contradict", "repeats",
        "repetitive", "repetition", "buries", "buried", "misleading", "blurry", "illegible", "awkward",
        "clunky", "spelled", "spelt", "doesn't add up", "don't add up", "doesn't show",
        "doesn't say", "doesn't explain", "doesn't answer", "doesn't sound", "doesn't look", "don't look",
        "doesn't fit", "cluttered", "should've", "feels off", "reads oddly", "a bit thin",
        "lacks", "lacking", "old logo",
        "old address",
        "blank", "404", "404s", "the old office", "doesn't load", "don't load", "insulting", "unreadable",
    ]

    /// Faults that are as often said of the world as of the work: people are asked.
    static let vagueFaults = [
        "odd", "strange", "empty", "weak", "vague", "half the", "nowhere", "duplicate", "duplicated", "repeated",
        "bland", "boring", "messy", "stale", "below", "is not", "are not", "error", "errors", "no longer", "forgot",
        "forgotten", "too much", "too many", "expected to see", "disappointed", "disappointing", "not possible",
        "two different", "where is the", "where are the", "not enough", "confusing", "unclear", "not happy",
        "could be better", "not great", "not good", "isn't good", "mistake", "sloppy", "mixed up", "mix up", "mixed-up",
    ]

    static let politeness: Set<String> = ["please", "pls", "plz", "kindly"]
    private static let openers: Set<String> = [
        "hi", "hey", "hello", "ok", "okay", "and", "but", "so", "also", "then", "just", "maybe", "perhaps", "thanks",
        "great", "nice", "however", "though", "except", "first", "second", "third", "finally", "next", "still", "yet",
        "only", "thing", "1", "2", "3", "4", "5", "team", "all", "change",
    ]

    static func change(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        let words = clause.words
        if clause.isQuestion, let found = clause.has(exceptions) { return (found, true) }
        if let found = imperative(words) { return found }
        if let (index, _) = request(words), let verb = words[index...].first(where: isVerb) {
            return (verb, true)
        }
        if let found = proposal(words) { return (found, true) }
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
            return ("please", true)
        }
        if let found = clause.has(vagueFaults), !negatesFault(clause, found) { return (found, false) }
        return nil
    }

    /// "no typos", "nothing missing", "not wrong" find no fault.
    private static func negatesFault(_ clause: CommentText.Clause, _ fault: String) -> Bool {
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
        if needsObject.contains(verb), let next = rest.dropFirst().first, !determiners.contains(next) { return nil }
        if looseVerbs.contains(verb), !isPolite { return nil }
        return ((isPolite ? "please " : "") + rest.prefix(3).joined(separator: " "), true)
    }

    /// "I would just move …", "let's shorten …", "we should mention …".
    private static func proposal(_ words: [String]) -> String? {
        for (index, word) in words.enumerated() where proposing.contains(word) {
            let next = words[(index + 1)...].prefix(3)
            guard let verb = next.first(where: isVerb), !looseVerbs.contains(verb) else { continue }
            return "\(word) \(verb)"
        }
        return nil
    }

    private static let proposing: Set<String> = ["would", "i'd", "we'd", "should", "let's", "lets", "must"]

    /// A verb of change, as it is or with "-ing".
    private static func isVerb(_ word: String) -> Bool {
        if verbs.contains(word) { return true }
        guard word.hasSuffix("ing"), word.count > 5 else { return false }
        let stem = String(word.dropLast(3))
        return verbs.contains(stem) || verbs.contains(stem + "e") || verbs.contains(String(stem.dropLast()))
    }

    /// "Don't call them …", "never use …", "avoid …".
    private static func forbidding(_ words: [String]) -> String? {
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

    private static let exceptions = [
        "except", "apart from", "other than", "only thing", "is it possible to", "any chance", "get rid", "one nit",
        "tiny nit", "small nit", "nitpick",
        "one correction", "small correction", "one remark", "one issue", "one problem", "minor point",
    ]

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
        "i expected", "i'd have expected", "my guess", "to be honest", "i reckon", "i believe", "i assume", "i feel",
        "i'd say", "i would say",
        "apparently", "probably", "my understanding", "as far as i know", "afaik", "imo", "imho", "remember that",
        "keep in mind",
        "bear in mind", "worth noting", "worth knowing", "good to know", "funny", "makes sense", "it seems",
        "seems like", "looks like", "that explains", "no idea", "maybe", "perhaps",
    ]

    private static let idles = [
        "thanks", "thank you", "thx", "cheers", "noted", "got it", "will look", "will review",
        "will read", "will check", "will take a look", "i'll look", "i'll review", "i'll read", "i'll check",
        "i'll have a look",
        "looking now", "reviewing", "on it", "fyi", "forwarding", "forwarded", "shared with", "sharing with",
        "sent to", "passing", "waiting for", "waiting on", "back on", "out of office", "ooo", "on leave",
        "tomorrow", "later today", "next week", "this afternoon", "cc", "looping in", "loop in", "over to",
        "assigned", "moving this", "moved this", "bump", "bumping", "invoice", "billed", "brb", "ignore this",
        "wrong task", "understood", "great news",
        "happy friday", "have a good", "see you", "no rush", "take your time", "appreciate",
        "take it from here", "back in", "back to us", "back to you", "get back", "time tracked", "minutes tracked",
        "+1", "appreciated", "on my list", "on my desk", "my to-do", "pass it on", "passing it on", "welcome", "i'll",
        "i will", "we'll", "we will", "i'm away", "away on",
        "on holiday", "on vacation", "parental leave", "next month", "for reference", "for the record", "for the file",
        "logged", "pinged",
        "chased", "chasing", "emailed", "reminder", "reminded", "booked",
        "cheers all", "hi all", "good morning", "merci", "danke", "have a look", "take a look", "please review",
        "have a read",
    ]

    /// Words that mean nothing for the agent in a short remark, and may mean anything in a long one.
    private static let shortIdles: Set<String> = [
        "cool", "great", "nice", "good", "ah", "oh", "haha", "lol", "done", "yes", "no", "yep", "sure", "right", "true",
        "ok", "okay", "call", "test", "speak", "chat", "adding", "sent", "shared", "called", "lunch", "morning",
        "hello", "reading", "passed", "logged", "sick", "watching", "following", "monday", "tuesday", "wednesday",
        "thursday", "friday", "meeting", "seen", "received", "ta", "saved", "uploaded", "archived", "scheduled",
        "printed", "1",
    ]
    /// What a person did or does, told in its first word: "uploaded the contract", "printing this".
    private static let doings: Set<String> = [
        "saved", "uploaded", "archived", "scheduled", "printed", "sent", "shared", "called", "emailed", "booked",
        "logged", "tracked", "moved", "presented",
        "downloaded", "forwarded", "assigned", "filed", "pinged", "asked", "informed", "told", "met", "invoiced",
        "uploading", "printing", "saving", "sharing", "sending", "filing", "moving", "changing", "adding", "asking",
        "calling", "scheduling", "linking",
        "parking", "closing", "reopening", "assigning", "tagging", "checking", "following", "watching", "reading",
        "subscribing", "duplicate",
    ]

    static func idle(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        if let found = clause.has(idles) { return (found, true) }
        if let first = clause.words.first, doings.contains(first) { return (first, true) }
        guard let found = clause.words.first(where: shortIdles.contains) else { return nil }
        return (found, clause.words.count <= 3)
    }

    // MARK: more than the task

    private static let deliverables: Set<String> = [
        "audit", "audits", "report", "reports", "campaign", "campaigns", "page", "pages", "post", "posts", "article",
        "articles",
        "ad", "ads", "dashboard", "dashboards", "deck", "presentation", "newsletter", "newsletters", "email", "emails",
        "video", "videos", "strategy", "proposal", "brief", "briefs", "analysis", "website", "site", "plan", "calendar",
        "research", "blog", "blogs", "infographic", "whitepaper", "survey", "workshop", "webinar", "script", "scripts",
        "pdf", "guide", "tracking", "copy", "version", "domains", "profile", "profiles", "handbook", "training",
        "sequence", "funnel", "logo", "brochure", "flyer", "quote", "estimate", "forecast", "model",
    ]
    private static let making: Set<String> = [
        "create", "build", "write", "together", "prepare", "produce", "run", "do", "design", "launch", "draft", "make",
        "develop",
        "set", "start", "put", "generate", "have", "get", "need", "add", "want", "plan", "like", "love", "wants",
        "needs", "likes",
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
        "sister site", "sister", "other brand", "other brands", "other site", "other sites", "second brand",
        "second location", "second site",
        "every month", "each month", "every week", "each week", "every quarter", "weekly from", "monthly from",
        "a monthly", "a weekly", "a quarterly", "on a regular basis",
        "from now on", "in future", "in the future", "going forward", "new requirement", "for them too",
        "for them as well", "for the other office", "new version for", "version for the", "version made",
        "manage their", "take over their", "next client", "same for", "same format for",
        "phase two", "phase 2", "next phase", "new idea", "new request", "extra request", "one more thing to build",
        "another language", "spanish site", "german site", "french site", "all our brands",
        "every month from now", "every week from now", "on a monthly basis", "make this recurring", "a retainer",
        "out of scope", "outside the scope", "outside of scope", "beyond the brief", "not in the original brief",
        "wasn't in the brief", "scope change", "change the scope", "expand the scope", "extend the scope",
        "bigger scope",
        "for next quarter too", "for the other two", "for the other three", "while you're at it", "while you are at it",
    ]

    static func scope(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        if let found = clause.has(elsewhere) { return (found, true) }
        let words = clause.words
        if let place = words.firstIndex(where: places.contains), words[..<place].contains(where: extending.contains) {
            return ("… \(words[place])", true)
        }
        guard let product = words.firstIndex(where: deliverables.contains) else { return nil }
        let before = words[..<product]
        guard let verb = before.lastIndex(where: making.contains) else { return nil }
        let between = words[(verb + 1)..<product]
        let isNew = between.contains(where: newness.contains)
        let isSeveral = between.contains { Int($0) != nil || numbers.contains($0) }
        let isMore =
            clause.has(["also", "as well", "too", "in addition", "on top of that", "on top", "additionally", "plus"])
            != nil
        if clause.isNegated(words[verb]) { return nil }
        let isHeavy =
            heavy.contains(words[product])
            && !["the", "this", "that", "your", "our", "their", "my"].contains(between.first ?? "the")
        let isMaking = [
            "create", "build", "write", "prepare", "produce", "design", "draft", "launch", "develop", "run", "do",
        ].contains(words[verb])
        if isHeavy || (isSeveral && isMaking) { return ("\(words[verb]) … \(words[product])", true) }
        if isNew || (isSeveral && isMore) { return ("\(words[verb]) … \(words[product])", true) }
        if isMore, between.count <= 4, !["add", "make", "put", "set", "plan", "have", "get"].contains(words[verb]) {
            return ("\(words[verb]) … \(words[product])", false)
        }
        return nil
    }

    /// Nobody adds one of these in passing.
    private static let heavy: Set<String> = [
        "audit", "audits", "campaign", "campaigns", "dashboard", "website", "newsletter", "newsletters", "brochure",
        "funnel",
        "webinar", "video", "videos", "workshop", "presentation", "deck", "strategy", "proposal", "whitepaper",
        "survey", "infographic", "flyer", "handbook",
    ]

    private static let places: Set<String> = [
        "branches", "locations", "offices", "stores", "markets", "brands", "clients", "countries", "languages",
        "regions", "franchises",
    ]
    private static let extending: Set<String> = [
        "add", "include", "cover", "extend", "expand", "audit", "adding", "including", "covering",
    ]

    private static let numbers: Set<String> = [
        "two", "three", "four", "five", "six", "ten", "some", "several", "few", "couple",
    ]
}
