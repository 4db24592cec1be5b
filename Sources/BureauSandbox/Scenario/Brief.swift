/// What a script knows when its turn begins.
struct Brief: Sendable {
    /// All text of the messages that began the turn.
    let text: String
    /// 1 for the kickoff, more for revisions.
    let turn: Int
    let client: ClientPayload
    let startedAt: Moment
    let settings: ScenarioSettings
}

extension ScenarioName {
    /// The turn's script. Lazy where it has no end of its own.
    func steps(for brief: Brief) -> AnySequence<Step> {
        switch self {
        case .sentinel, .drops, .slowDrip:
            AnySequence(brief.turn == 1 ? SentinelScript(brief).steps : SentinelScript(brief).revision)
        case .catalyst: AnySequence(CatalystScript(brief).steps)
        case .runaway: ShortScripts(brief).runaway
        case .toolLoop: ShortScripts(brief).toolLoop
        default: AnySequence(ShortScripts(brief).steps(self))
        }
    }
}
