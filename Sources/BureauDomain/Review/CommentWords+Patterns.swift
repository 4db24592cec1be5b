/// What a sentence does, told by how it is built: a consent, a correction of something in the work, a wish for more than
/// the work. General where the lists are particular, and less sure where only the shape speaks.
extension CommentWords {
    // MARK: Consent

    static func consent(_ clause: CommentText.Clause) -> String? {
        guard !clause.isQuestion, clause.has(conditions) == nil else { return nil }
        let words = clause.words
        if let found = nothingLeft(words) ?? handedOut(words) ?? finished(clause) { return found }
        if let found = clause.has(fulfilled), words.first != "not", clause.has(exceptions) == nil { return found }
        if let off = words.lastIndex(of: "off"), let sign = words[..<off].lastIndex(where: { $0.hasPrefix("sign") }),
            off - sign <= 4, !words[..<sign].contains(where: CommentText.Clause.refusals.contains)
        {
            return "sign … off"
        }
        if let word = words.firstIndex(where: blessings.contains),
            words[..<word].contains(where: givings.contains),
            !words[..<word].contains(where: CommentText.Clause.negations.contains)
        {
            return "… \(words[word])"
        }
        guard let found = clause.has(closure), !clause.isNegated(found) else { return nil }
        return found
    }

    /// "we're done here", "this one is finished", "that is what the board asked for", "a yes from me".
    private static func finished(_ clause: CommentText.Clause) -> String? {
        let words = clause.words
        if words.contains(where: CommentText.Clause.negations.contains) || clause.has(exceptions) != nil { return nil }
        let rest = words.drop { politeness.contains($0) || openers.contains($0) }.filter { !politeness.contains($0) }
        if rest.count == 1, let only = rest.first, lastWords.contains(only) { return only }
        if let found = clause.has(endings) { return found }
        // What is called finished is the work, and not one of its parts.
        if let done = words.firstIndex(where: dones.contains), done > 0, done <= 5,
            words[..<done].contains(where: wholes.contains), !words.contains(where: parts.contains),
            !words[..<done].contains(where: conditionals.contains)
        {
            return "… \(words[done])"
        }
        guard let what = words.firstIndex(of: "what"), what + 2 < words.count,
            let verb = words[(what + 1)...].first(where: hopes.contains),
            words[..<what].contains(where: { ["exactly", "just", "precisely", "is", "that's", "this"].contains($0) })
        else { return nil }
        return "what … \(verb)"
    }

    private static let lastWords: Set<String> = [
        "publish", "release", "ship", "send", "go", "approved", "accepted", "complete", "confirmed", "done", "agreed",
    ]
    private static let endings = [
        "yes from me", "yes from us", "yes from the client", "we'd take", "take this one", "take it as",
        "tick this one off",
        "tick it off", "tick this off", "call this done", "call it done", "out it goes", "put it out", "put it live",
        "let it go", "clear to go",
        "fit to print", "you have our",
        "with pleasure", "that will do", "that'll do", "nails it", "can leave the house", "can leave us",
        "can leave our",
        "gave it the thumbs up", "okay to release", "ok to release", "good to release", "ready for the client meeting",

    ]
    /// What comes after these is not so yet, or only where the next thing begins.
    private static let conditionals: Set<String> = [
        "now", "when", "once", "if", "until", "after", "before", "be", "get",
    ]
    private static let dones: Set<String> = ["done", "finished", "complete", "completed", "thrilled", "delighted"]
    private static let wholes: Set<String> = [
        "this", "that", "it", "that's", "it's", "we", "we're", "task", "ticket", "report", "all", "everything", "board",
        "client", "they", "they're", "version", "draft",
    ]
    private static let hopes: Set<String> = [
        "asked", "wanted", "needed", "hoped", "expected", "ordered", "requested", "imagined", "goes",
    ]

    /// "no tweaks", "nothing left to correct", "I wouldn't touch a word".
    private static func nothingLeft(_ words: [String]) -> String? {
        for (index, word) in words.enumerated() {
            let next = words[(index + 1)...].prefix(4)
            switch word {
            case "no", "zero", "without":
                if let noun = next.prefix(3).first(where: changes.contains) { return "\(word) \(noun)" }
            case "nothing":
                if let to = next.firstIndex(of: "to"), to + 1 < words.count, editing.contains(words[to + 1]) {
                    return "nothing to \(words[to + 1])"
                }
            case "wouldn't", "won't":
                if let verb = next.first, ["touch", "change", "alter", "edit"].contains(verb) {
                    return "\(word) \(verb)"
                }
            default: continue
            }
        }
        return nil
    }

    /// "release it", "you can send this", "it may go to the board", "publish away".
    private static func handedOut(_ words: [String]) -> String? {
        let rest = words.drop { openers.contains($0) || politeness.contains($0) || ["yep", "yes", "you"].contains($0) }
        if let verb = rest.first, releasing.contains(verb) {
            let object = rest.dropFirst()
            let isOurs =
                object.first.map { theWork.contains($0) || ["away", "now"].contains($0) } ?? (words.count <= 3)
            let isAgain = object.contains {
                ["again", "more", "instead", "back", "me", "us", "separately"].contains($0)
            }
            if isOurs, !isAgain { return rest.prefix(2).joined(separator: " ") }
        }
        for (index, word) in words.enumerated() where ["can", "may", "could", "let"].contains(word) {
            let next = words[(index + 1)...].prefix(3)
            guard let verb = next.firstIndex(where: { ["go", "be", "release", "send", "publish"].contains($0) }),
                verb + 1 < words.count
            else { continue }
            let ends = [
                "out", "live", "off", "sent", "released", "published", "delivered", "to", "it", "this", "ahead",
            ]
            if ends.contains(words[verb + 1]),
                words[..<index].allSatisfy({ !CommentText.Clause.refusals.contains($0) }),
                words.suffix(from: verb).allSatisfy({ !parts.contains($0) })
            {
                return "\(word) \(words[verb]) \(words[verb + 1])"
            }
        }
        return nil
    }

    private static let changes: Set<String> = [
        "tweaks", "tweak", "changes", "change", "edits", "corrections", "amendments", "remarks", "objections",
        "comments", "complaints", "concerns", "additions", "notes", "wishes", "revisions", "criticism", "requests",
    ]
    private static let editing: Set<String> = [
        "add", "change", "fix", "correct", "improve", "edit", "remove", "complain", "amend", "criticise",
    ]
    private static let releasing: Set<String> = [
        "release", "publish", "deliver", "send", "submit", "ship", "launch", "go",
    ]
    private static let theWork: Set<String> = ["it", "this", "that", "them", "these", "v1", "v2", "v3"]
    private static let givings: Set<String> = [
        "gave", "gives", "given", "give", "got", "has", "have", "says", "said", "clear", "from", "is",
    ]
    private static let blessings: Set<String> = [
        "ok", "okay", "approval", "consent", "nod", "go-ahead", "yes", "clearance",
    ]
    private static let closure = [
        "wrap it up", "wrap this up", "close the ticket", "hit send", "take it as it is", "take it as is",
        "good from here", "is fine with", "are fine with", "agreed with", "fine with us", "fine with me",
        "good enough for", "cleared it", "cleared this", "checks out",
        "as it stands", "keep it as it is", "leave it as it is", "to the client as is", "move on and close",
    ]

    // MARK: Corrections

    /// A plain statement about a part of the work, which nobody makes who has nothing against it. Strong when it is
    /// built as an objection.
    static func correction(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        let words = clause.words
        guard !clause.isQuestion, words.count >= 3, clause.has(thoughts) == nil else { return nil }
        if let found = replaced(words) { return (found, true) }
        let part = words.first(where: parts.contains)
        let isPraise = words.contains(where: praises.contains) && !words.contains(where: objecting.contains)
        guard !isPraise else { return nil }
        if let part, let object = words.first(where: objecting.contains) { return ("\(part) … \(object)", true) }
        if let less = words.first, ["less", "fewer", "more", "half", "shorter", "longer"].contains(less) {
            return ("\(less) …", true)
        }
        if let verb = words.first(where: telling.contains), let who = words.first,
            part != nil || ["it", "you", "this"].contains(who)
        {
            return ("\(who) … \(verb)", part != nil)
        }
        return part.map { ($0, false) }
    }

    /// "The date is the 14th, not the 15th".
    private static func replaced(_ words: [String]) -> String? {
        guard let not = words.lastIndex(of: "not"), not + 1 < words.count, not >= 2,
            let verb = words[..<not].firstIndex(where: {
                ["is", "are", "was", "use", "that's", "it's", "say"].contains($0)
            }),
            not > verb + 1, !["only", "just", "sure", "too"].contains(words[not + 1])
        else { return nil }
        return "\(words[not - 1]), not \(words[not + 1])"
    }

    static let parts: Set<String> = Set(
        """
        page pages section sections paragraph paragraphs heading headings headline title titles table tables chart \
        charts graph graphs bar bars legend axis figure figures map maps logo logos image images picture photo \
        screenshot screenshots bullet bullets footer header footnote intro introduction summary conclusion opening \
        sentence sentences wording word abbreviations phrase tone spelling typo font fonts colour colours color colors \
        layout column columns row rows cell link links address postcode zip phone number hours date dates price prices \
        name names brand keyword keywords list attachment appendix cover caption captions quote module \
        recommendation recommendations ranking percentages currency units greeting signature disclaimer cta line lines
        """.split(separator: " ").map(String.init))
    static let objecting: Set<String> = Set(
        """
        not no never nobody only although though but yet hardly still wrong old previous former other another instead \
        rather too than don't doesn't isn't aren't didn't wasn't can't stretched blurred cropped cut somehow twice \
        missing miss lost nowhere oversells contradicts repeats ignores forgets promises mixes confuses should must \
        has-to needs lacks without nothing
        """.split(separator: " ").map(String.init))
    static let praises: Set<String> = Set(
        """
        good great nice perfect clear clearer correct right fine works fixed better love lovely beautiful excellent \
        helpful useful well matches happy like interesting impressive thanks thank
        """.split(separator: " ").map(String.init))
    private static let telling: Set<String> = [
        "says", "lists", "mentions", "talks", "claims", "states", "reads", "wrote", "calls", "shows", "show", "names",
        "written", "spells",
    ]

    // MARK: More than the work

    /// Something made or done in the client's world, or the same for somebody else.
    static func beyond(_ clause: CommentText.Clause) -> (phrase: String, isStrong: Bool)? {
        let words = clause.words
        guard isAsked(clause) else { return nil }
        if let word = words.first(where: worldly.contains) { return (word, true) }
        if let medium = words.firstIndex(where: media.contains),
            words[..<medium].contains(where: { making.contains($0) || alsoMaking.contains($0) })
        {
            return ("… \(words[medium])", true)
        }
        if let found = clause.has(onTheirs) { return (found, true) }
        let target = words.indices.first { index in
            ["for", "to", "into"].contains(words[index]) && index + 1 < words.count
                && words[(index + 1)...].prefix(4).contains(where: others.contains)
        }
        if let target,
            words.contains(where: { ["same", "one", "it", "these", "this", "whole", "a", "an"].contains($0) }),
            !words.contains(where: parts.contains)
        {
            return (words[target...].prefix(4).joined(separator: " "), true)
        }
        let isMore = clause.has(["also", "as well", "too", "on top", "next up", "new ask", "now that", "while"]) != nil
        if isMore, words.contains(where: alsoMaking.contains), !words.contains(where: parts.contains) {
            return ("also …", false)
        }
        return nil
    }

    /// Whether somebody wants something: a command, a request, a wish of the client's. Questions of fact want nothing.
    private static func isAsked(_ clause: CommentText.Clause) -> Bool {
        let words = clause.words
        let first =
            words.drop { openers.contains($0) || politeness.contains($0) || ["while", "new", "up"].contains($0) }.first
            ?? ""
        if verbs.contains(first) || making.contains(first) || alsoMaking.contains(first) || worldly.contains(first) {
            return true
        }
        let modal = words.firstIndex { ["can", "could", "would", "will", "let's"].contains($0) }
        if let modal, modal + 1 < words.count,
            words[modal] == "let's" || ["you", "we", "someone", "somebody", "they"].contains(words[modal + 1])
        {
            return true
        }
        if clause.isQuestion { return false }
        let wanting = [
            "want", "wants", "need", "love", "needs", "ask", "asks", "wish", "please", "pls", "write", "now",
        ]
        return words.contains(where: wanting.contains)
    }

    /// Where the client's own things are, which no report changes.
    private static let onTheirs = [
        "on their website", "on the website", "on their site", "on the site directly", "on their page",
        "on our website",
        "on their profile", "in their shop", "on their linkedin", "on their facebook", "the client and explain",
        "call the client", "call them", "meet the client", "take over",
    ]
    private static let alsoMaking: Set<String> = [
        "prepare", "produce", "write", "translate", "redesign", "record", "film", "shoot", "host", "organise",
        "organize", "implement", "run", "do", "extend", "start", "build", "make", "design",
    ]
    private static let worldly: Set<String> = [
        "implement", "redesign", "migrate", "install", "outreach", "recruit", "negotiate",
    ]
    private static let media: Set<String> = Set(
        """
        poster posters mockup mockups training trainings captions instagram facebook tiktok linkedin youtube podcast \
        press brochure flyers billboard leaflet menu redirects email emails mailing sms app chatbot shop store content \
        copy trend study benchmark calendar interviews photoshoot banner banners slides webinar event signage
        """.split(separator: " ").map(String.init))
    private static let others: Set<String> = [
        "each", "every", "all", "other", "another", "shop", "branches", "team", "competitors", "branch", "store",
        "stores", "office", "offices", "brands", "sister", "years", "email", "social", "subsidiary", "market",
        "markets", "country",
        "division", "department", "follow-up", "next",
    ]
}
