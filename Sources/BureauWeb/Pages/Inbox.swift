import BureauDomain
import BureauEngine

/// What waits for people, as far as one person may see it. The oldest first, and of questions that run out the
/// soonest.
struct Inbox: Sendable {
    let house: WebHouse
    static let listedMax = 100, countedMax = 999, badgeMax = 99

    enum Kind: String, CaseIterable { case approvals, reviews, questions, failures }

    struct Waiting {
        var approvals: [(approval: ApprovalRecord, run: RunRecord)]
        var questions: [RunRecord]
        var reviews: [RunRecord]
        var failures: [RunRecord]
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

    /// What waits for this very person: questions they may decide, and work for clients they look after or that they
    /// asked for. Counted among those that are listed.
    func mine(_ waiting: Waiting, _ person: PersonRecord) async throws -> Waiting {
        let duties = try await house.clients.duties(of: person.id), decider = ApprovalView.decider(person)
        let mayDecide = try await decidable(waiting, person)
        func isMine(_ run: RunRecord) -> Bool {
            run.clientSlug.map(duties.contains) ?? false || Requester(run.requestedBy).isSame(as: decider) == true
        }
        var mine = Waiting(
            approvals: waiting.approvals.filter { mayDecide.contains($0.approval.id) },
            questions: waiting.questions.filter(isMine), reviews: waiting.reviews.filter(isMine),
            failures: waiting.failures.filter(isMine), counts: [:])
        for kind in Kind.allCases { mine.counts[kind] = mine.runs(kind).count }
        return mine
    }

    func decidable(_ waiting: Waiting, _ person: PersonRecord) async throws -> Set<String> {
        guard person.role >= .consultant else { return [] }
        return try await house.approvals.decidable(waiting.approvals, by: ApprovalView.decider(person))
    }

    func waiting(for person: PersonRecord, client: String? = nil, agent: String? = nil) async throws -> Waiting {
        func list(_ kind: Kind) async throws -> [RunRecord] {
            try await house.runs.list(listing(kind, person, client, agent))
        }
        let open = try await house.approvals.open(
            visible: person.clients, client: client, agent: agent, limit: Self.listedMax)
        let runs = try await house.runs.find(ids: open.map(\.runID))
        return Waiting(
            approvals: open.compactMap { approval in runs[approval.runID].map { (approval, $0) } },
            questions: try await list(.questions), reviews: try await list(.reviews),
            failures: try await list(.failures),
            counts: try await counts(person, client, agent, atMost: Self.countedMax + 1))
    }

    /// Counts that an index answers.
    private func counts(
        _ person: PersonRecord, _ client: String?, _ agent: String?, atMost: Int
    ) async throws -> [Kind: Int] {
        var counts: [Kind: Int] = [:]
        for kind in Kind.allCases {
            counts[kind] =
                kind == .approvals
                ? try await house.approvals.openCount(
                    visible: person.clients, client: client, agent: agent, atMost: atMost)
                : try await house.runs.count(listing(kind, person, client, agent), atMost: atMost)
        }
        return counts
    }

    /// For the navigation, which every page has. Nil when nothing waits.
    func badge(for person: PersonRecord) async throws -> String? {
        let count = try await counts(person, nil, nil, atMost: Self.badgeMax + 1).values.reduce(0, +)
        return count == 0 ? nil : Self.word(count, max: Self.badgeMax)
    }

    private func listing(_ kind: Kind, _ person: PersonRecord, _ client: String?, _ agent: String?) -> RunListing {
        var listing = RunListing(visible: person.clients)
        (listing.client, listing.agent) = (client, agent)
        switch kind {
        case .approvals: listing.states = [.waitingApproval]
        case .reviews: listing.states = [.inReview]
        case .questions: listing.states = [.needsInfo]
        case .failures: (listing.states, listing.isUnseen) = ([.failed, .doneWithProblems], true)
        }
        (listing.limit, listing.isOldestFirst) = (Self.listedMax, true)
        return listing
    }
}
