import BureauDomain
import BureauEngine

/// What waits for people, as far as one person may see it. The oldest first.
struct Inbox: Sendable {
    let house: WebHouse
    static let listedMax = 100, countedMax = 99

    struct Waiting {
        var approvals: [(approval: ApprovalRecord, run: RunRecord)]
        var questions: [RunRecord]
        var reviews: [RunRecord]
        var failures: [RunRecord]

        func filtered(_ fits: (RunRecord) -> Bool) -> Waiting {
            Waiting(
                approvals: approvals.filter { fits($0.run) }, questions: questions.filter(fits),
                reviews: reviews.filter(fits), failures: failures.filter(fits))
        }

        func narrowed(client: String?, agent: String?) -> Waiting {
            filtered { (client == nil || $0.clientSlug == client) && (agent == nil || $0.agent == agent) }
        }

        var count: Int { approvals.count + questions.count + reviews.count + failures.count }
        /// Of approvals and of runs.
        var ids: Set<String> { Set(approvals.map(\.approval.id) + (questions + reviews + failures).map(\.id)) }
    }

    /// What waits for this very person: questions they may decide, and work for clients they look after or that they
    /// asked for.
    func mine(_ waiting: Waiting, _ person: PersonRecord) async throws -> Waiting {
        let duties = try await house.clients.duties(of: person.id), decider = ApprovalView.decider(person)
        var mine = waiting.filtered { run in
            run.clientSlug.map(duties.contains) ?? false || decider.requesters.contains(run.requestedBy)
        }
        let mayDecide = try await decidable(waiting, person)
        mine.approvals = waiting.approvals.filter { mayDecide.contains($0.approval.id) }
        return mine
    }

    func decidable(_ waiting: Waiting, _ person: PersonRecord) async throws -> Set<String> {
        guard person.role >= .consultant else { return [] }
        return try await house.approvals.decidable(waiting.approvals, by: ApprovalView.decider(person))
    }

    func waiting(for person: PersonRecord) async throws -> Waiting {
        Waiting(
            approvals: try await approvals(for: person), questions: try await runs([.needsInfo], person),
            reviews: try await runs([.inReview], person),
            failures: try await house.runs.list(failures(person)).reversed())
    }

    /// For the navigation: what the inbox has, by counts that an index answers.
    func count(for person: PersonRecord) async throws -> Int {
        var listing = RunListing(visible: person.clients)
        listing.states = [.needsInfo, .inReview]
        let open = try await house.approvals.openCount(visible: person.clients, atMost: Self.countedMax)
        let held = try await house.runs.count(listing, atMost: Self.countedMax)
        let failed = try await house.runs.count(failures(person), atMost: Self.countedMax)
        return min(open + held + failed, Self.countedMax)
    }

    private func failures(_ person: PersonRecord) -> RunListing {
        var listing = RunListing(visible: person.clients)
        listing.states = [.failed, .doneWithProblems]
        listing.isUnseen = true
        listing.limit = Self.listedMax
        return listing
    }

    private func runs(_ states: [RunState], _ person: PersonRecord) async throws -> [RunRecord] {
        var listing = RunListing(visible: person.clients)
        listing.states = states
        listing.limit = Self.listedMax
        return try await house.runs.list(listing).reversed()
    }

    /// Those that expire first on top.
    private func approvals(for person: PersonRecord) async throws -> [(ApprovalRecord, RunRecord)] {
        let open = try await house.approvals.list(limit: Self.listedMax)
        let runs = try await house.runs.find(ids: open.map(\.runID))
        return open.compactMap { approval in
            guard let run = runs[approval.runID], person.maySee(client: run.clientSlug) else { return nil }
            return (approval, run)
        }.sorted { $0.0.expiresAt < $1.0.expiresAt }
    }
}
