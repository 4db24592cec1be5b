import BureauDomain
import BureauEngine

/// What is told before several runs are stopped or run again: the same as before one is, summed.
extension RunsTogether {
    /// Nil for what spends, sends and stops nothing.
    func told(_ deed: Deed, _ runs: [RunRecord], _ person: PersonRecord) async throws -> Block? {
        switch deed {
        case .stop: return toldOfStop(runs)
        case .again: return try await toldOfAgain(runs, person)
        case .seen: return nil
        }
    }

    private func toldOfStop(_ runs: [RunRecord]) -> Block {
        let waiting = runs.count { $0.state == .queued }
        let spent = runs.reduce(MicroUSD.zero) { $0 + MicroUSD(rawValue: $1.spentMicroUSD) }
        var effect = "Each is stopped at once. Files written so far are kept."
        if waiting > 0 { effect += " What waits in the queue, \(waiting) of them, does not begin." }
        return ConfirmPage.told(
            effect: effect,
            cost: "\(spent.sum(isLacking: runs.contains(where: \.isUnpriced))) is spent already; nothing more is.",
            reach: "Their tasks and Slack are told who stopped them and why.",
            undo: "A stopped run does not go on. Files that were kept can be delivered later, "
                + "and each can be run again from its beginning.")
    }

    private func toldOfAgain(_ runs: [RunRecord], _ person: PersonRecord) async throws -> Block {
        ConfirmPage.told(
            effect: "For each a new run with the same input begins, under its agent's config of today. "
                + "Those listed stay as they are.",
            cost: try await costOfAgain(runs, person),
            reach: "Their results are delivered to the same places as those of the runs listed.",
            undo: "A new run can be stopped; what it has spent by then is spent.")
    }

    /// What each may cost at most, and what it is likely to, summed.
    private func costOfAgain(_ runs: [RunRecord], _ person: PersonRecord) async throws -> String {
        var limit = MicroUSD.zero, likely = MicroUSD.zero
        var known = 0, unknown = 0, gone = 0
        for (name, its) in Dictionary(grouping: runs, by: \.agent) {
            guard let agent = house.catalog.agent(name) else {
                gone += its.count
                continue
            }
            for run in its { limit += run.costMax(agent.config, byDefault: house.settings.defaultSessionCostMax) }
            guard let middle = try await AgentFigures.of(name, person, house).middleSpent else {
                unknown += its.count
                continue
            }
            known += its.count
            for _ in its { likely += middle }
        }
        var words = "At most \(limit) together."
        if known > 0 {
            words += " Likely \(likely): the middle of what each agent's last runs that were done have cost."
            if unknown > 0 {
                words += " \(unknown) not counted in that: none of the agent's runs has been done lately."
            }
        } else if unknown > 0 {
            words += " None of their agents' runs has been done lately."
        }
        if gone > 0 { words += " \(gone) cannot begin: the agent is not there any more." }
        return words
    }
}
