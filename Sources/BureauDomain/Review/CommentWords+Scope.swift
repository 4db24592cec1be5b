/// More than the task.
extension CommentWords {
    static let deliverables: Set<String> = [
        "audit", "audits", "report", "reports", "campaign", "campaigns", "page", "pages", "post", "posts", "article",
        "articles",
        "ad", "ads", "dashboard", "dashboards", "deck", "presentation", "newsletter", "newsletters", "email", "emails",
        "video", "videos", "strategy", "proposal", "brief", "briefs", "analysis", "website", "site", "plan", "calendar",
        "research", "blog", "blogs", "infographic", "whitepaper", "survey", "workshop", "webinar", "script", "scripts",
        "pdf", "guide", "tracking", "copy", "version", "domains", "profile", "profiles", "handbook", "training",
        "sequence", "funnel", "logo", "brochure", "flyer", "quote", "estimate", "forecast", "model",
    ]
    static let making: Set<String> = [
        "create", "build", "write", "together", "prepare", "produce", "run", "do", "design", "launch", "draft", "make",
        "develop",
        "set", "start", "put", "generate", "have", "get", "need", "add", "want", "plan", "like", "love", "wants",
        "needs", "likes",
    ]
    static let newness: Set<String> = [
        "new", "another", "second", "separate", "extra", "additional", "whole", "full", "different",
    ]
    static let elsewhere = [
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
        if let found = again(words) ?? edition(words) ?? addition(clause) ?? deed(clause) { return found }
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
    static let heavy: Set<String> = [
        "audit", "audits", "campaign", "campaigns", "dashboard", "website", "newsletter", "newsletters", "brochure",
        "funnel",
        "webinar", "video", "videos", "workshop", "presentation", "deck", "strategy", "proposal", "whitepaper",
        "survey", "infographic", "flyer", "handbook",
    ]

    static let places: Set<String> = [
        "branches", "locations", "offices", "stores", "markets", "brands", "clients", "countries", "languages",
        "regions", "franchises",
    ]
    static let extending: Set<String> = [
        "add", "include", "cover", "extend", "expand", "audit", "adding", "including", "covering",
    ]

    static let numbers: Set<String> = [
        "two", "three", "four", "five", "six", "ten", "some", "several", "few", "couple",
    ]
}
