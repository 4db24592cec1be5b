import BureauDomain

@testable import BureauEngine

extension Promises {
    /// Work on a card that was given once and whole, and whose webhook nothing kept, has begun within five minutes.
    func cards(_ runs: [Run]) -> [String] {
        calmCards(runs).flatMap { work, own -> [String] in
            let startedAt = own.compactMap(\.startedAt).min() ?? .max
            guard startedAt - work.standsSince > Self.startMillisecondsMax else { return [] }
            let waited =
                own.isEmpty || startedAt == .max ? "and never began" : "\((startedAt - work.standsSince) / 1_000) s"
            return ["\(work.client) waited, with nothing in its way: \(waited)"]
        }
    }

    func calmCardsCount(_ runs: [Run]) -> Int { calmCards(runs).count }

    private func calmCards(_ runs: [Run]) -> [(work: Journal.Work, runs: [Run])] {
        let byTask = Dictionary(grouping: runs.filter { $0.task != nil }, by: { $0.task ?? "" })
        return world.journal.work.compactMap { work -> (work: Journal.Work, runs: [Run])? in
            guard work.wishes == 1, work.isLeftStanding, work.isComplete else { return nil }
            let own = byTask[work.task] ?? [], others = runs.filter { $0.task != work.task }
            guard isFree(work.standsSince, others, isCard: true) else { return nil }
            return (work: work, runs: own)
        }
    }
}
