import BureauDomain
import BureauEngine
import Hummingbird

/// The page that asks before a delivery is taken in once more.
extension SignalPages {
    func askToReplay(_ web: WebRequest) async throws -> Response {
        let signal = try await SignalReplay(house: house).replayable(web), place = Self.address(signal)
        let spent = try await mayCost(signal, web.signedIn().person)
        let what = [Self.tool(signal), signal.event ?? "", "received \(clock.absolute(signal.receivedAt))"]
        return try await house.page(
            ConfirmPage(
                question: "Replay this delivery?", about: what.filter { !$0.isEmpty }.joined(separator: " · "),
                crumbs: [
                    Link(word: "System", address: "/system/"), Link(word: "Webhooks", address: Self.place + "/"),
                    Link(word: String(signal.id.prefix(14)), address: place), Link(word: "Replay"),
                ],
                effect:
                    "It is taken in once more, as if it had just arrived, and judged by the agents' configs of today.",
                cost: spent, reach: "Where it starts a run: the people of its task and of the agent's channels.",
                undo: "A run that begins can be stopped; what it has spent by then is spent.",
                action: place + "replay", verb: "Replay", back: Link(word: "Leave it", address: place)
            ).page, web)
    }

    private func mayCost(_ signal: SignalRecord, _ person: PersonRecord) async throws -> String {
        if signal.runID != nil { return "Nothing: it has led to its run, and makes no second one." }
        guard let agent = house.catalog.agent(signal.agent) else {
            return "Where it starts a run: at most the limit of the agent that takes it."
        }
        let limit = agent.config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
        let lately = try await AgentFigures.of(agent.config.name, person, house)
        return "Where it starts a run: at most \(limit). "
            + (lately.expectation ?? "None of this agent's runs has been done lately.")
    }
}
