/// What the words of a comment point to, clause by clause.
struct CommentCues: Sendable {
    var scope: String?
    var isScopeStrong = false
    var change: String?
    var isChangeStrong = false
    /// An acceptance that is turned round: "not approved", "can't sign this off".
    var refusal: String?
    /// An acceptance that waits for something: "approved once …".
    var condition: String?
    var acceptance: String?
    var isAcceptanceStrong = false
    /// A statement about a part of the work that finds fault by how it is built.
    var correction: String?
    var isCorrectionStrong = false
    var hasQuestion = false
    /// A question that asks for something to be done, though no rule sees for what.
    var isWish = false
    var thought: String?
    var idle: String?
    var isIdleStrong = false
    /// Clauses that no rule sees anything in.
    var unread = 0

    init(_ comment: CommentText) {
        for clause in comment.clauses { read(clause) }
        if acceptance == nil, comment.signs.contains(.yes), !hasQuestion {
            (acceptance, isAcceptanceStrong) = ("👍", false)
        }
        if comment.signs.contains(.no), acceptance == nil { refusal = refusal ?? "👎" }
        if idle == nil, comment.clauses.isEmpty { (idle, isIdleStrong) = ("only signs", true) }
    }

    /// The first reading that finds something is the clause's.
    private mutating func read(_ clause: CommentText.Clause) {
        if noteScope(CommentWords.scope(clause)) { return }
        if let found = clause.has(CommentWords.asides + CommentWords.organising) {
            (idle, isIdleStrong) = (idle ?? found, true)
            return
        }
        if let found = clause.has(CommentWords.stops) {
            refusal = refusal ?? found
            return
        }
        if readAcceptance(clause) { return }
        if let found = CommentWords.consent(clause) {
            acceptance = acceptance ?? found
            isAcceptanceStrong = true
            return
        }
        if noteScope(CommentWords.beyond(clause)) { return }
        if let found = clause.has(CommentWords.talks) {
            thought = thought ?? found
            return
        }
        if readChange(clause) { return }
        if clause.isQuestion || CommentWords.asks(clause) {
            hasQuestion = true
            isWish = isWish || clause.has(CommentWords.wishing) != nil
            return
        }
        if readCorrection(clause) { return }
        readTalk(clause)
    }

    private mutating func noteScope(_ found: (phrase: String, isStrong: Bool)?) -> Bool {
        guard let found else { return false }
        scope = scope ?? found.phrase
        isScopeStrong = isScopeStrong || found.isStrong
        return true
    }

    private mutating func readChange(_ clause: CommentText.Clause) -> Bool {
        guard let found = CommentWords.change(clause) else { return false }
        if !found.isStrong, let told = CommentWords.idle(clause), told.isStrong {
            (idle, isIdleStrong) = (idle ?? told.phrase, true)
            return true
        }
        change = change ?? found.phrase
        isChangeStrong = isChangeStrong || found.isStrong
        return true
    }

    private mutating func readCorrection(_ clause: CommentText.Clause) -> Bool {
        guard let found = CommentWords.correction(clause),
            found.isStrong || CommentWords.idle(clause)?.isStrong != true
        else { return false }
        correction = correction ?? found.phrase
        isCorrectionStrong = isCorrectionStrong || found.isStrong
        return true
    }

    /// What is left asks for nothing; a clause without any cue is counted.
    private mutating func readTalk(_ clause: CommentText.Clause) {
        let before = (thought, idle)
        defer { if before.0 == thought, before.1 == idle, !hasCue(clause) { unread += 1 } }
        if let found = clause.has(CommentWords.thoughts) { thought = thought ?? found }
        if let found = CommentWords.idle(clause) {
            idle = idle ?? found.phrase
            isIdleStrong = isIdleStrong || found.isStrong
        }
    }

    private func hasCue(_ clause: CommentText.Clause) -> Bool {
        clause.has(CommentWords.thoughts) != nil || CommentWords.idle(clause) != nil
    }

    private mutating func readAcceptance(_ clause: CommentText.Clause) -> Bool {
        for (phrases, isStrong) in [(CommentWords.acceptStrong, true), (CommentWords.acceptWeak, false)] {
            guard let found = clause.has(phrases) else { continue }
            // What would be wonderful is not there.
            if !isStrong, clause.has(["would be \(found)", "'d be \(found)", "will be \(found)"]) != nil { continue }
            if let waits = clause.has(CommentWords.conditions) {
                condition = condition ?? waits
                if let found = CommentWords.change(clause) { (change, isChangeStrong) = (found.phrase, found.isStrong) }
                return true
            }
            if clause.isNegated(found, by: CommentText.Clause.refusals) {
                // "Don't approve" refuses; "nothing to add, approved" does not come here, its words stand apart.
                refusal = refusal ?? found
                if let found = CommentWords.change(clause) { (change, isChangeStrong) = (found.phrase, found.isStrong) }
                return true
            }
            if clause.isQuestion {
                hasQuestion = true
                return true
            }
            if !isStrong, let found = CommentWords.change(clause), found.isStrong {
                (change, isChangeStrong) = (change ?? found.phrase, true)
            }
            acceptance = acceptance ?? found
            isAcceptanceStrong = isAcceptanceStrong || isStrong
            return true
        }
        return false
    }
}
