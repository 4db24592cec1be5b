import BureauDomain
import BureauEngine

/// What is told before dead letters are tried again or dismissed.
extension QueuePages {
    func told(_ deed: Deed, _ letters: [DeadLetter]) async throws -> Block {
        switch deed {
        case .redrive:
            return ConfirmPage.told(
                effect: Self.each(letters, Self.effect) + " What was delivered already is not repeated.",
                cost: try await cost(letters), reach: Self.each(letters, Self.reach),
                undo: "A run that goes on or begins can be stopped; what it has spent by then is spent. "
                    + "What was delivered or sent has to be taken away where it is.")
        case .drop:
            return ConfirmPage.told(
                effect: "They are off this list; what they are about stays as it is: nothing is sent or taken in.",
                cost: "Nothing: no session is opened.",
                reach: "Everybody who looks at the queue: they are off the list for all.",
                undo: "They do not come back unless they are set aside again. A run can still be taken up, or "
                    + "delivered again, on its own page, and a signal be replayed under Webhooks.")
        }
    }

    /// One sentence for each kind there is, with how many there are of it.
    private static func each(_ letters: [DeadLetter], _ words: (DeadLetter.Kind) -> String) -> String {
        let sentences = DeadLetter.Kind.allCases.compactMap { kind -> String? in
            let count = letters.count { $0.kind == kind }
            return count == 0 ? nil : "\(kind.rawValue.capitalizedFirst) (\(count)): \(words(kind))."
        }
        return sentences.joined(separator: " ")
    }

    private static func effect(_ kind: DeadLetter.Kind) -> String {
        switch kind {
        case .run: "it goes on where it failed, and what succeeded is kept"
        case .delivery: "its run delivers what did not arrive"
        case .notice: "it is sent, with new tries"
        case .signal: "it is taken in once more, as if it had just arrived, and may start a run"
        }
    }

    private static func reach(_ kind: DeadLetter.Kind) -> String {
        switch kind {
        case .run: "its task and thread tell that it goes on, and its results go to the same places"
        case .delivery: "whoever reads the places it is delivered to"
        case .notice: "whoever it is for"
        case .signal: "where it starts a run, the people of its task and of the agent's channels"
        }
    }

    private func cost(_ letters: [DeadLetter]) async throws -> String {
        let (runs, signals) = (letters.filter { $0.kind == .run }, letters.filter { $0.kind == .signal })
        var words: [String] = []
        if !runs.isEmpty { words.append(try await costOfRuns(runs.map(\.id))) }
        if !signals.isEmpty { words.append(costOfSignals(signals)) }
        if runs.count + signals.count < letters.count {
            words.append("To deliver or to send costs nothing: no session is opened.")
        }
        return words.joined(separator: " ")
    }

    private func costOfRuns(_ ids: [String]) async throws -> String {
        var left = MicroUSD.zero, unknown = 0
        for run in try await house.runs.find(ids: ids).values {
            let then = try await house.catalog.version(run.configHash)
            guard let agent = then ?? house.catalog.agent(run.agent) else {
                unknown += 1
                continue
            }
            let limit = run.costMax(agent.config, byDefault: house.settings.defaultSessionCostMax)
            left += max(MicroUSD.zero, limit - MicroUSD(rawValue: run.spentMicroUSD))
        }
        let words = "Runs go on within what is left of their limits: at most \(left) together."
        return unknown == 0 ? words : words + " Of \(unknown) the limit is not known: the agent is not there any more."
    }

    private func costOfSignals(_ signals: [DeadLetter]) -> String {
        var limit = MicroUSD.zero, unknown = 0
        for signal in signals {
            guard let agent = signal.agent.flatMap({ house.catalog.agent($0) }) else {
                unknown += 1
                continue
            }
            limit += agent.config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
        }
        if unknown == signals.count {
            return "Where a signal starts a run: at most the limit of the agent that takes it."
        }
        let words = "Where signals start runs: at most \(limit) together."
        return unknown == 0 ? words : words + " To that comes, for \(unknown), the limit of the agent that takes it."
    }
}
