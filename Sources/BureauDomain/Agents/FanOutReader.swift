/// Reads the `fan_out` section, which may be absent.
struct FanOutReader {
    private static let keys = ["agents", "when", "if_score_below", "summary"]
    static let agentsMax = 10

    enum Result {
        case none, wrong
        case some(FanOut)
    }

    func fanOut(_ root: ConfigObject, agent: String?) -> Result {
        guard root.has("fan_out") else { return .none }
        guard let object = root.object("fan_out", keys: Self.keys) else { return .wrong }
        let agents = object.entries("agents", .slug, countMax: Self.agentsMax)
        if let agents, agents.isEmpty { object.problem("agents", "expected at least one agent") }
        for entry in agents ?? [] where entry.text == agent {
            object.problem("agents", "an agent cannot start itself: \(quoted(entry.text)) would never end")
        }
        let moment = object.has("when") ? object.choice("when", FanOut.Moment.self) : .afterDone
        let below = object.whole("if_score_below", 1...1_000, required: false)
        if below != nil, moment == .withStart {
            object.problem("if_score_below", "there is no score yet at \"with_start\"; use \"when\": \"after_done\"")
        }
        let summary = object.flag("summary")
        guard let agents, !agents.isEmpty, let moment else { return .wrong }
        return .some(
            FanOut(
                agents: agents.map(\.text), moment: moment, scoreBelow: below, tellsSummary: summary ?? true))
    }
}
