import BureauDomain
import BureauEngine

/// How an agent has done lately, as far as the reader may see its runs.
struct AgentFigures {
    static let daysShown: Int64 = 30, runsMax = 200, middleOf = 10

    private(set) var last: RunRecord?
    private(set) var ended = 0, done = 0, failedUnseen = 0
    private var took: [Int64] = [], cost: [Int64] = []

    static func of(_ agent: String, _ person: PersonRecord, _ house: WebHouse) async throws -> AgentFigures {
        var listing = RunListing(visible: person.clients)
        (listing.agent, listing.limit) = (agent, runsMax)
        listing.acceptedFrom = house.clock.now() - daysShown * 86_400_000
        let runs = try await house.runs.list(listing)
        (listing.states, listing.isUnseen) = ([.failed, .doneWithProblems], true)
        var figures = AgentFigures()
        figures.failedUnseen = try await house.runs.count(listing, atMost: runsMax)
        figures.last = runs.first
        for run in runs where run.state.isFinal && run.state != .ignored { figures.add(run) }
        return figures
    }

    private mutating func add(_ run: RunRecord) {
        ended += 1
        if run.state == .done || run.state == .doneWithProblems { done += 1 }
        guard run.state == .done, took.count < Self.middleOf, let start = run.startedAt, let end = run.endedAt else {
            return
        }
        took.append(end - start)
        cost.append(run.spentMicroUSD)
    }

    var success: String { ended == 0 ? "" : "\(done * 100 / ended) % of \(ended)" }
    var middleTime: String { Self.middle(took).map { Words.duration(.milliseconds($0)) } ?? "" }
    /// Nil when none has been done.
    var middleSpent: MicroUSD? { Self.middle(cost).map { MicroUSD(rawValue: $0) } }
    var middleCost: String { middleSpent.map { "\($0)" } ?? "" }

    /// What another run is likely to take; nil when none has been done.
    var expectation: String? {
        took.isEmpty
            ? nil
            : "It is likely to take \(middleTime) and to cost \(middleCost): the middle of the last "
                + (took.count == 1 ? "run that was done." : "\(took.count) runs that were done.")
    }

    static func middle(_ values: [Int64]) -> Int64? {
        values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
    }
}
