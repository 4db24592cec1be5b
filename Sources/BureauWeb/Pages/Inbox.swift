import BureauDomain
import BureauEngine

/// What waits for people, as far as one person may see it. The oldest first, and of questions that run out the
/// soonest.
struct Inbox: Sendable {
    let house: WebHouse
    /// How many open questions one look goes through for those that somebody may decide.
    var lookedAtMax = 5_000
    static let listedMax = 100, countedMax = 999, badgeMax = 99

    enum Kind: String, CaseIterable { case approvals, reviews, questions, failures }

    struct Waiting {
        var approvals: [(approval: ApprovalRecord, run: RunRecord)]
        var questions: [RunRecord]
        var reviews: [RunRecord]
        var failures: [RunRecord]
        /// Where the approvals go on; nil at their end.
        var nextApproval: String?
        /// How many of each there are, those that are not listed included. Counted one further than `countedMax`.
        var counts: [Kind: Int]

        var count: Int { counts.values.reduce(0, +) }
        /// Of approvals and of runs.
        var ids: Set<String> { Set(approvals.map(\.approval.id) + (questions + reviews + failures).map(\.id)) }

        func runs(_ kind: Kind) -> [RunRecord] {
            switch kind {
            case .approvals: approvals.map(\.run)
            case .reviews: reviews
            case .questions: questions
            case .failures: failures
            }
        }
    }

    /// A count that was taken one further than what is shown.
    static func word(_ count: Int, max: Int = countedMax) -> String { count > max ? "\(max)+" : "\(count)" }

    func decidable(_ waiting: Waiting, _ person: PersonRecord) async throws -> Set<String> {
        try await decidable(waiting.approvals, person)
    }

    private func decidable(
        _ questions: [(approval: ApprovalRecord, run: RunRecord)], _ person: PersonRecord
    ) async throws -> Set<String> {
        guard person.role >= .consultant else { return [] }
        return try await house.approvals.decidable(questions, by: ApprovalView.decider(person))
    }

    /// What is asked of the inbox.
    struct Question {
        let person: PersonRecord
        var client: String?
        var agent: String?
        /// Only what waits for this one of the staff: questions they may decide, and work for clients they look after or
        /// that they asked for. Nil for what waits for anybody.
        var assignee: PersonRecord?
        /// Only what is younger than this run, of every kind but approvals.
        var after: String?
        /// Only approvals that come after this one.
        var afterApproval: String?
        /// Of each kind but approvals.
        var limit = listedMax
        /// What is not listed too.
        var isCounted = true
        var concern: RunListing.Concern?

        /// What both see, who asks and whom it waits for; nil for every client.
        var visible: Set<String>? {
            guard let theirs = assignee?.clients else { return person.clients }
            return person.clients.map { $0.intersection(theirs) } ?? theirs
        }
    }

    func waiting(_ question: Question) async throws -> Waiting {
        let question = try await narrowed(question)
        func list(_ kind: Kind) async throws -> [RunRecord] { try await house.runs.list(listing(kind, question)) }
        let asked =
            if let assignee = question.assignee {
                try await open(to: assignee, question)
            } else {
                try await everybodys(question)
            }
        var waiting = Waiting(
            approvals: asked.shown, questions: try await questions(question), reviews: try await list(.reviews),
            failures: try await list(.failures), nextApproval: asked.next,
            counts: question.isCounted ? try await counts(question, atMost: Self.countedMax + 1) : [:])
        if let count = asked.count { waiting.counts[.approvals] = count }
        return waiting
    }

    // MARK: Approvals

    /// Some questions in their order, where they go on, and how many there are where that was counted on the way.
    private struct Asked {
        var shown: [(approval: ApprovalRecord, run: RunRecord)] = []
        var next: String?
        var count: Int?
    }

    private func open(_ question: Question, after: String?) async throws -> (
        found: [(approval: ApprovalRecord, run: RunRecord)], next: String?
    ) {
        let open = try await house.approvals.open(
            visible: question.visible, client: question.client, agent: question.agent, after: after,
            limit: Self.listedMax + 1)
        let runs = try await house.runs.find(ids: open.map(\.runID))
        return (
            open.prefix(Self.listedMax).compactMap { approval in runs[approval.runID].map { (approval, $0) } },
            open.count > Self.listedMax ? open[Self.listedMax - 1].id : nil
        )
    }

    private func everybodys(_ question: Question) async throws -> Asked {
        let (found, next) = try await open(question, after: question.afterApproval)
        return Asked(shown: found, next: next)
    }

    /// Those one person may decide. Who may is in the agents' files, so every open question is looked at, up to
    /// `countedMax` that they may and `lookedAtMax` in all.
    private func open(to assignee: PersonRecord, _ question: Question) async throws -> Asked {
        let first = try await decidable(
            question, by: assignee, after: nil, atMost: question.isCounted ? Self.countedMax + 1 : question.limit)
        let isFirst = question.afterApproval == nil
        let rest =
            isFirst
            ? first
            : try await decidable(
                question, by: assignee, after: question.afterApproval, atMost: Self.listedMax + 1)
        let shown = Array(rest.found.prefix(Self.listedMax))
        // Where the look ended before the questions did, the next page looks on from there.
        let next = rest.found.count > shown.count ? shown.last?.approval.id : rest.end
        return Asked(shown: shown, next: next, count: first.found.count)
    }

    /// `end` is where the look stopped although there were more to look at.
    private func decidable(
        _ question: Question, by assignee: PersonRecord, after: String?, atMost: Int
    ) async throws -> (
        found: [(approval: ApprovalRecord, run: RunRecord)], end: String?
    ) {
        var (mine, place, seen) = ([(approval: ApprovalRecord, run: RunRecord)](), after, 0)
        repeat {
            let (found, next) = try await open(question, after: place)
            let may = try await decidable(found, assignee)
            mine += found.filter { may.contains($0.approval.id) }
            (place, seen) = (next, seen + found.count)
        } while place != nil && mine.count < atMost && seen < lookedAtMax
        return (Array(mine.prefix(atMost)), mine.count < atMost ? place : nil)
    }

    private func narrowed(_ question: Question) async throws -> Question {
        guard let assignee = question.assignee else { return question }
        var question = question
        question.concern = .init(
            clients: try await house.clients.duties(of: assignee.id),
            requesters: ApprovalView.decider(assignee).requesters)
        return question
    }

    /// Counts that an index answers.
    private func counts(_ question: Question, atMost: Int) async throws -> [Kind: Int] {
        var counts: [Kind: Int] = [:], whole = question
        whole.after = nil
        for kind in Kind.allCases {
            counts[kind] =
                kind == .approvals
                ? try await house.approvals.openCount(
                    visible: question.visible, client: question.client, agent: question.agent, atMost: atMost)
                : try await house.runs.count(listing(kind, whole), atMost: atMost)
        }
        counts[.questions, default: 0] += try await house.runs.count(doubtful(whole), atMost: atMost)
        return counts
    }

    private func questions(_ question: Question) async throws -> [RunRecord] {
        let asked = try await house.runs.list(listing(.questions, question))
        let all = asked + (try await house.runs.list(doubtful(question)))
        return Array(all.sorted { $0.id < $1.id }.prefix(question.limit))
    }

    /// Runs that wait for a word about a write nobody can tell of. Those that have ended are among the failures.
    private func doubtful(_ question: Question) -> RunListing {
        var listing = listing(.questions, question)
        listing.isDoubtful = true
        listing.states = RunState.allCases.filter { !$0.isFinal && $0 != .needsInfo }
        return listing
    }

    /// What waits for somebody, by the names pages give the counts: all of it in the navigation and on the inbox's own tab,
    /// and each kind. Empty where nothing is shown.
    func counted(_ person: PersonRecord) async throws -> [(String, String)] {
        let counts = try await counts(Question(person: person), atMost: Self.countedMax + 1)
        let all = counts.values.reduce(0, +)
        return [("inbox", all == 0 ? "" : Self.word(all, max: Self.badgeMax)), ("inbox.all", Self.word(all))]
            + Kind.allCases.map { ("inbox.\($0.rawValue)", Self.word(counts[$0] ?? 0)) }
    }

    /// For the navigation, which every page has. Nil when nothing waits.
    func badge(for person: PersonRecord) async throws -> String? {
        let count = try await counts(Question(person: person), atMost: Self.badgeMax + 1).values.reduce(0, +)
        return count == 0 ? nil : Self.word(count, max: Self.badgeMax)
    }

    private func listing(_ kind: Kind, _ question: Question) -> RunListing {
        var listing = RunListing(visible: question.visible)
        (listing.client, listing.agent) = (question.client, question.agent)
        (listing.concern, listing.after) = (question.concern, question.after)
        switch kind {
        case .approvals: listing.states = [.waitingApproval]
        case .reviews: listing.states = [.inReview]
        case .questions: listing.states = [.needsInfo]
        case .failures: (listing.states, listing.isUnseen) = ([.failed, .doneWithProblems], true)
        }
        (listing.limit, listing.isOldestFirst) = (question.limit, true)
        return listing
    }
}
