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
        "this is great", "this is good", "reads well", "very good", "sounds good", "well done", "superb",
        "wonderful", "just what we needed", "can't fault it", "top notch", "10/10",
        "all correct", "everything is correct", "everything is fine", "everything looks", "delighted", "pleased with",
        "loves it",
        "love this", "loving it", "impressive", "impressed", "great stuff", "top job", "ok for me",
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
        "call with", "client call", "wrong task", "in the wrong project", "in the wrong channel", "wrong thread",
        "wrong ticket", "wrong window", "wrong card",
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
    static let needsObject: Set<String> = [
        "correct", "list", "link", "number", "label", "format", "edit", "flag", "group", "double",
    ]
    static let determiners: Set<String> = [
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
}
