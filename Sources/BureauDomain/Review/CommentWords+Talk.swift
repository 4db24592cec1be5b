/// Questions, thoughts, and what people say to each other.
extension CommentWords {
    static let questionWords: Set<String> = [
        "what", "why", "how", "where", "when", "who", "which", "is", "are", "does", "do", "did", "has", "have", "any",
        "will", "was", "were", "wondering", "curious",
    ]

    static func asks(_ clause: CommentText.Clause) -> Bool {
        if let first = clause.words.first, questionWords.contains(first), clause.isQuestion { return true }
        return clause.has(["wondering", "curious", "i wonder", "question", "quick question"]) != nil
    }

    /// A question that asks for a deed.
    static let wishing = [
        "can you", "could you", "would you", "will you", "can we", "could we", "can someone", "could someone",
        "would it be possible", "would you mind",
    ]

    static let thoughts = [
        "i doubt", "i remember", "in my experience", "i recall", "might explain", "may explain", "funny how",
        "what to make of", "always says", "it used to",
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

    static let idles = [
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
    static let shortIdles: Set<String> = [
        "cool", "great", "nice", "good", "ah", "oh", "haha", "lol", "done", "yes", "no", "yep", "sure", "right", "true",
        "ok", "okay", "call", "test", "speak", "chat", "adding", "sent", "shared", "called", "lunch", "morning",
        "hello", "reading", "passed", "logged", "sick", "watching", "following", "monday", "tuesday", "wednesday",
        "thursday", "friday", "meeting", "seen", "received", "ta", "saved", "uploaded", "archived", "scheduled",
        "printed", "1",
    ]
    /// What a person did or does, told in its first word: "uploaded the contract", "printing this".
    static let doings: Set<String> = [
        "saved", "uploaded", "archived", "scheduled", "printed", "sent", "shared", "called", "emailed", "booked",
        "logged", "tracked", "moved", "presented",
        "downloaded", "forwarded", "assigned", "filed", "pinged", "asked", "informed", "told", "met", "invoiced",
        "uploading", "printing", "saving", "sharing", "sending", "filing", "moving", "changing", "adding", "asking",
        "calling", "scheduling", "linking",
        "parking", "closing", "reopening", "assigning", "tagging", "checking", "following", "watching", "reading",
        "subscribing", "duplicate",
    ]

    /// "Renamed the task", "linked to …": somebody tells what they did.
    private static func isPast(_ word: String) -> Bool {
        word.hasSuffix("ed") && word.count > 4
            && ![
                "need", "needed", "outdated", "wanted", "repeated", "duplicated", "misspelled", "approved", "accepted",
                "cluttered", "buried", "overlooked", "mixed", "confused", "agreed", "confirmed", "surprised",
                "interested", "excited", "delighted", "pleased", "disappointed",
            ].contains(word)
    }

    /// What is done with the task and not with the work.
    static let organising = [
        "on the agenda", "on my agenda", "on the list for", "in the calendar", "wrong chat", "wrong room",
        "wrong thread",
        "i'm out", "i'm off", "off until", "off till",
        "to this task", "to the task", "parent task", "sub task",
        "subtask",
    ]

    static let gratitude: Set<String> = ["thanks", "thank you", "thx", "cheers", "appreciate", "appreciated", "merci"]

    static func idle(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        // Thanks at the end of a long sentence say little of what stands before them.
        if let found = clause.has(idles) { return (found, clause.words.count <= 7 || !gratitude.contains(found)) }
        if let found = clause.has(organising) { return (found, true) }
        if let first = clause.words.first, doings.contains(first) || isPast(first) { return (first, true) }
        guard let found = clause.words.first(where: shortIdles.contains) else { return nil }
        return (found, clause.words.count <= 3)
    }

}
